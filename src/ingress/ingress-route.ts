import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { IIngressGateway } from '../gateway/ingress-gateway';
import { IngressRule } from '../http/rule';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/chart';
import { Refuse, refusalMessage, refuser } from '../private/errors';
import { checkDisjoint, checkHosts } from '../private/hosts';
import { Rule, checkRules } from '../private/intent/rule';
import { ingressVirtualService } from '../private/plan/ingress';
import { ListenedHost, listenersOf } from '../private/plan/ingress-gateway';
import { claim } from '../private/registry';
import { addLateObject } from '../private/render/object';

/** Properties of an `IngressRoute`. */
export interface IngressRouteProps {
  /** The gateway through which requests come in. */
  readonly gateway: IIngressGateway;

  /**
   * The hosts for which the rules hold; each must be covered by a listener of the gateway, and all by the same ones.
   * Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`, `HostNotCovered`, `HostsOnDifferentListeners`, `HostAlreadyRouted`.
   */
  readonly hosts: string[];

  /**
   * What is done with requests. The first rule that matches decides; what no rule matches gets 404. Error `RulesEmpty`.
   *
   * @default - rules are added later, with `addRule`
   */
  readonly rules?: IngressRule[];

  /**
   * Name, labels and annotations.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * A route from an ingress gateway to services of the mesh: a VirtualService in the namespace of the chart,
 * visible to the pods of the gateway and nobody else.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
export class IngressRoute extends Construct {
  /** The VirtualService. */
  public readonly virtualService: ApiObject;

  private readonly rules: Rule[] = [];

  constructor(scope: Construct, id: string, props: IngressRouteProps) {
    super(scope, id);
    const refuse = refuser(this);
    const { gateway } = props;
    const namespace = chartNamespace(this, refuse);
    const hosts = checkHosts(props.hosts, 'hosts', { wildcard: true, catchAll: true }, refuse);
    checkDisjoint(hosts, 'hosts', refuse);
    const listeners = commonListeners(hosts, gateway, refuse);
    for (const host of hosts) {
      const other = claim(this, 'ingress', gateway.gatewayName, host);
      if (other) {
        refuse({ code: 'HostAlreadyRouted', prop: 'hosts', got: host, allowed: `hosts that ${other.node.path} does not have`, fix: `put its rules into ${other.node.path}: the order of rules in two routes would be that in which the cluster received them` });
      }
    }
    this.takeRules(props.rules ?? [], 'rules');
    gateway._bind({ namespace, hosts });
    this.virtualService = addLateObject(this, { kind: 'VirtualService', id: 'virtual-service', namespace, name: props.metadata?.name },
      () => ingressVirtualService({
        namespace, hosts, rules: this.rules, gateway: gateway.gatewayName, podNamespace: gateway._workload.namespace, listeners,
      }), props.metadata);
    this.node.addValidation({ validate: () => this.empty() });
  }

  /** Adds a rule behind those that the route has. */
  public addRule(rule: IngressRule): void {
    this.takeRules([rule], 'rule');
  }

  private takeRules(rules: IngressRule[], prop: string): void {
    const refuse = refuser(this);
    const idle = rules.findIndex(rule => !rule.action);
    if (idle >= 0) {
      refuse({ code: 'ActionMissing', prop: `${prop}[${idle}].action`, got: undefined, allowed: 'an action', fix: 'say what is done, for example RouteAction.forward(...)' });
    }
    this.rules.push(...checkRules(this, rules, prop, refuse, this.rules));
  }

  private empty(): string[] {
    if (this.rules.length > 0) return [];
    return [refusalMessage(this, { code: 'RulesEmpty', prop: 'rules', got: [], allowed: 'one rule or more', fix: 'add a rule' })];
  }
}

function commonListeners(hosts: string[], gateway: IIngressGateway, refuse: Refuse): ListenedHost[] {
  const listeners = hosts.map((host, i) => {
    const found = listenersOf(host, gateway._listened);
    if (found.length === 0) {
      refuse({ code: 'HostNotCovered', prop: `hosts[${i}]`, got: host, allowed: `hosts of the listeners: ${gateway._listened.map(l => `${l.host} (port ${l.port})`).join(', ')}`, fix: `add the host to a listener of ${gateway.node.path}` });
    }
    return found;
  });
  const ways = listeners.map(found => found.map(l => `${l.port}${l.redirectTo ? ` redirected to ${l.redirectTo}` : ''}`).join(', '));
  const odd = ways.findIndex(way => way !== ways[0]);
  if (odd > 0) {
    refuse({ code: 'HostsOnDifferentListeners', prop: `hosts[${odd}]`, got: `${hosts[odd]} (port ${ways[odd]})`, allowed: `hosts on the same ports as ${hosts[0]} (port ${ways[0]})`, fix: 'make one route for each' });
  }
  return listeners[0];
}
