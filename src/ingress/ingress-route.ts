import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Access } from './access';
import { IIngressGateway } from '../gateway/ingress-gateway';
import { WeightedDestination } from '../http/route-action';
import { RouteMatch } from '../http/route-match';
import { IngressRule } from '../http/rule';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/basics/chart';
import { refusalMessage, Refuse, refuser } from '../private/basics/errors';
import { checkRouteHosts } from '../private/basics/hosts';
import { checkConstruct, checkList, needObject } from '../private/basics/kinds';
import { checkAccess } from '../private/check/access';
import { externalDestinations } from '../private/check/external-destination';
import { checkSpared, coveringListeners } from '../private/check/listeners-of-route';
import { checkOpaqueRoute } from '../private/check/opaque-route';
import { checkRules } from '../private/check/rule';
import { checkBeside } from '../private/check/several-routes';
import { accessObjects } from '../private/istio/access';
import { ingressVirtualService } from '../private/istio/ingress';
import { opaqueVirtualService } from '../private/istio/ingress-opaque';
import { addLateObject, addLateObjects } from '../private/istio/manifest/object';
import { RoutedHosts } from '../private/model/access';
import { podsKey } from '../private/model/gateway';
import { ListenedHost, serves } from '../private/model/listener';
import { RoutePart } from '../private/model/route-part';
import { Rule, targetsOf } from '../private/model/rule';
import { leadOutside } from '../private/outside';
import { addReader } from '../private/readers';
import { shared } from '../private/registry';
import { arrange, precedence } from '../private/requests/order';
import { redirectsToItself } from '../private/requests/redirect-loop';

/** Properties of an `IngressRoute`. Programs without types that give another type get error `TypeInvalid`. */
export interface IngressRouteProps {
  /** The gateway through which requests come in. */
  readonly gateway: IIngressGateway;

  /**
   * The hosts for which the route holds; each must be covered by a listener of the gateway, and all by the same ones.
   * Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`, `HostNotCovered`, `HostsOnDifferentListeners`.
   * Error `HostAlreadyRouted` where another route of the host has a rule for the same requests.
   *
   * @default - none, which is for TCP listeners only: TCP carries no host name. Error `TcpHostsIgnored`.
   */
  readonly hosts?: string[];

  /**
   * The TCP listener for which the route holds, told by its port. Errors `TcpListenerUnclear`, `TcpAlreadyRouted`.
   *
   * @default - where hosts are left out, the only TCP listener of the gateway
   */
  readonly tcpPort?: number;

  /**
   * What is done with requests. The first rule that matches decides; what no rule matches gets 404. Error `RulesEmpty`.
   *
   * @default - rules are added later, with `addRule`
   */
  readonly rules?: IngressRule[];

  /**
   * Who may enter; every one of these must let the request in. The route then also makes an AuthorizationPolicy, and for tokens a
   * RequestAuthentication, in the namespace of the gateway's pods. They hold for the hosts of this route, on the ports that serve
   * it, and neither open nor close what other routes serve; under a wildcard, hosts that have a route of their own *in this app* are left out.
   * A request under a wildcard that names another port in its Host header than the gateway's is answered 403. On the port of an HTTPS
   * listener for host `*`, whose clients need ask for no name, they also close TLS that only passes, if others have that on the same port.
   * Where a rule has `cors`, the preflights of browsers, which carry no token, are not asked; those that no rule with `cors` takes then
   * reach the service. Errors `AccessEmpty`, `AccessForEveryHost`.
   *
   * @default - everybody
   */
  readonly access?: Access[];

  /**
   * Paths for which `access` is not asked, for example `/health`: each a whole path, whatever the method and the query.
   * There are no prefixes, because the gateway and the service may not agree on what is below one: `/open/..%2Fclosed`.
   * Errors `AccessEmpty`, `PathInvalid`, `RuleOptionUnused`.
   *
   * @default - none
   */
  readonly openPaths?: string[];

  /**
   * Requests that are answered 403, whoever sends them and whatever `rules` say. Exact and prefix paths also cover what a service may read as the
   * same path: other case, `//admin`, `/admin%2Fx`, `/admin;a=1`, `/x/..;/admin`. A regular expression is taken as it is. Whoever can
   * say what is allowed should rather do that: what no rule matches gets 404. Errors `AccessEmpty`, `MatchEmpty`, `PathInvalid`.
   *
   * @default - none
   */
  readonly deny?: RouteMatch[];

  /**
   * Where connections go that come in by listeners of TLS passthrough or TCP: each connection to one of these, by weight.
   * Errors `WeightInvalid`, `DestinationsOnHttp`. Rules, access and the like beside it are error `RulesOnOpaqueTraffic`, and so are rules
   * for such listeners.
   *
   * @default - the route has rules, for HTTP
   */
  readonly destinations?: WeightedDestination[];

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
 * Several routes of an app may have a host, for example one for each team. Of rules of two routes the one with the more specific path
 * decides: an exact path before prefixes, a longer prefix before a shorter one, and a path before none; on the same path the rule
 * that asks for more. Within a route the order stays as written. Where that does not say which of two rules decides, the second route
 * is refused. What `access`, `openPaths` and `deny` say holds for all requests to a host, so all of its routes must say the same.
 * Istio goes through several objects in the order of their age. That makes no difference here, because each VirtualService also holds
 * the rules of other routes that stand before one of its own; where paths do not overlap, there are none.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/
 */
export class IngressRoute extends Construct {
  /** The VirtualService. */
  public readonly virtualService: ApiObject;

  /** The RequestAuthentication and AuthorizationPolicies, where `access` is said. They are in the namespace of the gateway's pods. */
  public readonly accessObjects: ApiObject[];

  /** Whether the gateway cannot read what it passes on. */
  private readonly isOpaque: boolean;
  private readonly gateway: IIngressGateway;
  private readonly listeners: ListenedHost[];
  private readonly part: RoutePart;
  private readonly perHost: RoutePart[][];

  constructor(scope: Construct, id: string, props: IngressRouteProps) {
    super(scope, id);
    const refuse: Refuse = refuser(this);
    needObject(props, 'props', refuse);
    const gateway = checkConstruct(props.gateway, '_listened', 'IngressGateway', 'gateway', refuse);
    this.gateway = gateway;
    const namespace = chartNamespace(this, refuse);
    const head = { kind: 'VirtualService', id: 'virtual-service', namespace, name: props.metadata?.name } as const;
    this.isOpaque = props.destinations !== undefined || props.tcpPort !== undefined;
    if (this.isOpaque) {
      const route = checkOpaqueRoute(this, { ...props, gateway }, refuse);
      this.part = { id: this.node.path, hosts: [], rules: [] };
      this.perHost = [];
      this.listeners = [];
      addReader(this, gateway._workload.namespace, route.to);
      gateway._bind({ namespace, ...route });
      this.virtualService = addLateObject(this, head,
        () => opaqueVirtualService({ ...route, namespace, gateway: gateway.gatewayName, podNamespace: gateway._workload.namespace }), props.metadata);
      this.accessObjects = [];
      return;
    }
    const hosts = checkRouteHosts(props.hosts, refuse);
    const listeners = coveringListeners(hosts, 'http', gateway, refuse);
    this.listeners = listeners;
    const served = listeners.filter(serves);
    const access = checkAccess(this, { ...props, hosts, served }, gateway._workload, refuse);
    this.part = { id: this.node.path, hosts, rules: [], access };
    this.perHost = hosts.map(host => shared<RoutePart>(this, 'ingress', gateway.gatewayName, host));
    for (const parts of this.perHost) parts.push(this.part);
    this.takeRules(props.rules ?? [], 'rules');
    const routed = shared<RoutedHosts>(this, 'ingress routes', podsKey(gateway._workload));
    routed.push({ hosts, podPorts: listeners.map(l => l.podPort) });
    gateway._bind({ namespace, hosts });
    this.virtualService = addLateObject(this, head,
      () => ingressVirtualService({
        namespace,
        hosts,
        rules: arrange(this.part, this.beside()) as Rule[],
        gateway: gateway.gatewayName,
        podNamespace: gateway._workload.namespace,
        listeners,
        listened: gateway._listened,
        routed,
        access,
        cors: this.answersPreflights(),
      }), props.metadata);
    this.accessObjects = addLateObjects(this, () => accessObjects({
      path: this.node.path,
      access,
      hosts,
      served,
      routed,
      gateway: gateway.gatewayName,
      pods: gateway._workload,
      listened: gateway._listened,
      cors: this.answersPreflights(),
    }), props.metadata);
    this.node.addValidation({ validate: () => [...this.empty(), ...this.loops(served)] });
  }

  /** Adds a rule behind those that the route has. */
  public addRule(rule: IngressRule): void {
    if (this.isOpaque) {
      refuser(this)({ code: 'RulesOnOpaqueTraffic', prop: 'rule', got: 'set', allowed: 'rules for routes without destinations', fix: 'make another route for HTTP' });
    }
    this.takeRules([rule], 'rule');
  }

  private takeRules(rules: IngressRule[], prop: string): void {
    const refuse = refuser(this);
    const idle = checkList(rules, prop, refuse).findIndex((rule, i) => needObject(rule, `${prop}[${i}]`, refuse).action === undefined);
    if (idle >= 0) {
      refuse({ code: 'ActionMissing', prop: `${prop}[${idle}].action`, got: undefined, allowed: 'an action', fix: 'say what is done, for example RouteAction.forward(...)' });
    }
    const before = this.part.rules.length;
    this.part.rules.push(...checkRules(this, rules, prop, refuse, this.part.rules));
    checkSpared(this.part.rules.slice(before), this.listeners, prop, refuse);
    const ofDelegates = rules.flatMap(({ action }) => action._spec.delegate?._handedOver?.targets ?? []);
    addReader(this, this.gateway._workload.namespace, [...this.part.rules.slice(before).flatMap(targetsOf), ...ofDelegates]);
    for (const service of externalDestinations(rules)) leadOutside(this, service, this.gateway, prop, refuse);
    checkBeside(this.part, this.beside(), index => (index < before ? `rules[${index}]` : `${prop}[${index - before}]`), refuse);
  }

  /** The other routes that have one of the hosts. */
  private beside(): RoutePart[] {
    return [...new Set(this.perHost.flat())].filter(part => part !== this.part);
  }

  private loops(served: ListenedHost[]): string[] {
    const others = this.beside().flatMap(part => part.rules);
    const { rules, hosts } = this.part;
    return rules.flatMap((rule, i) => {
      const earlier = [...rules.slice(0, i), ...others.filter(other => precedence(other, rule) === 'first')];
      if (!redirectsToItself(rule, earlier, hosts, served)) return [];
      return [refusalMessage(this, { code: 'RedirectLoop', prop: `rules[${i}].action`, got: 'a redirect to what the rule matches', allowed: 'a redirect to something else', fix: 'let the rule match less, for example PathMatch.exact, or put a rule for the target before it' })];
    });
  }

  /** Whether a rule of any of the routes that have one of the hosts does. */
  private answersPreflights(): boolean {
    return [this.part, ...this.beside()].some(part => part.rules.some(rule => rule.cors !== undefined));
  }

  private empty(): string[] {
    if (this.part.rules.length > 0) return [];
    return [refusalMessage(this, { code: 'RulesEmpty', prop: 'rules', got: [], allowed: 'one rule or more', fix: 'add a rule' })];
  }
}
