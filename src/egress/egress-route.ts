import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Caller } from './caller';
import { ConnectProxy } from './connect-proxy';
import { IExternalService } from './external-service';
import { IEgressGateway } from '../gateway/egress-gateway';
import { RouteMatch } from '../http/route-match';
import { EgressRule } from '../http/rule';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/basics/chart';
import { Refuse, refuser } from '../private/basics/errors';
import { checkConstruct, needObject } from '../private/basics/kinds';
import { checkEgressRoute } from '../private/check/egress-route';
import { externalDestinations } from '../private/check/external-destination';
import { planEgressRoute } from '../private/istio/egress-route';
import { addObject } from '../private/istio/manifest/object';
import { EgressIntent } from '../private/model/egress-route';
import { isHttp } from '../private/model/external-service';
import { workloadPortsText } from '../private/model/gateway';
import { targetsOf } from '../private/model/rule';
import { addReader } from '../private/readers';
import { claim } from '../private/registry';

/** What becomes of TLS that the application itself speaks. */
export enum AppTls {
  /** It is wrapped in mesh mTLS on its way to the gateway, which then knows the caller and can refuse it. */
  WRAP = 'WRAP',

  /** It goes to the gateway as it is. The gateway knows the server name but not the caller, so that `callers` cannot be enforced. */
  PASSTHROUGH = 'PASSTHROUGH',
}

/** How the two legs of a route are laid out in objects. */
export enum VirtualServiceLayout {
  /** A VirtualService for each leg, visible only to the proxies that read it. */
  SPLIT = 'SPLIT',

  /**
   * One VirtualService with both legs, as Istio's documentation prints it. It works alike, but the sidecars of callers
   * then also hold what only the gateway needs.
   */
  SINGLE = 'SINGLE',
}

/** Properties of an `EgressRoute`. Programs without types that give another type get error `TypeInvalid`. */
export interface EgressRouteProps {
  /**
   * The service to which the route leads. Errors `DirectServiceRouted`, `WildcardThroughGateway`, `ResolutionNoneBehindGateway`,
   * `HostAlreadyRouted`, `UpstreamTlsConflict`.
   */
  readonly service: IExternalService;

  /** The gateway through which it leads. */
  readonly gateway: IEgressGateway;

  /**
   * Who may use the route. The gateway answers 403 to everybody else, or closes the connection where it does not read requests.
   * Errors `CallersEmpty`, `CallersNotEnforceable`, `MeshHostConflict`.
   *
   * @default - the namespace of the chart
   */
  readonly callers?: Caller[];

  /**
   * What becomes of TLS that the application itself speaks. Errors `AppTlsWithoutTls`, `ValueUnknown`.
   *
   * @default AppTls.WRAP
   */
  readonly appTls?: AppTls;

  /**
   * The requests that may leave; the gateway answers 403 to all others. HTTP only. Error `RulesOnOpaqueTraffic`.
   *
   * @default - all requests
   */
  readonly allow?: RouteMatch[];

  /**
   * What is done with requests where they leave, beyond forwarding them. The first rule that matches decides;
   * what no rule matches is forwarded. Rules never widen `allow`. Errors `RulesOnOpaqueTraffic`, `RulesCannotCombine`, `RuleNeverAllowed`.
   *
   * @default - requests are forwarded
   */
  readonly rules?: EgressRule[];

  /**
   * Headers of the mesh that may leave it, such as `x-request-id`. All others are removed. Error `HeaderInvalid`.
   *
   * @default - none
   */
  readonly keepHeaders?: string[];

  /**
   * How the two legs are laid out in objects. Error `ValueUnknown`.
   *
   * @default VirtualServiceLayout.SPLIT
   */
  readonly virtualServices?: VirtualServiceLayout;

  /**
   * Goes to the gateway in clear text on its port 80, for gateways outside the mesh's mTLS: the reason why.
   * Nobody is then identified, so that `callers` cannot be enforced. HTTP only.
   * Errors `ReasonMissing`, `PlaintextLegOneProtocol`, `CallersNotEnforceable`, `EgressGatewayPortMissing`.
   *
   * @default - mesh mTLS
   */
  readonly plaintextLegOne?: string;

  /**
   * The port of the gateway's Service by which TCP and the application's own TLS enter, instead of the one that all routes share: for
   * NetworkPolicies, metrics and limits that tell ports apart. The Service must have the port, and the GatewayWorkload name it.
   *
   * Leg 1 is mesh mTLS on this port as well (where Istio's documentation sends clear text), so that callers are known and refused, and
   * several routes may share the port; passed-through TLS enters by it as it is. No other Gateway may have a clear-text TCP server on it.
   * Errors `EgressGatewayPortMissing`, `RuleOptionUnused` where all ports of the service are HTTP.
   *
   * @default - the port of the EgressGateway, 443
   */
  readonly gatewayPort?: number;

  /**
   * A forward proxy that connects to the hosts on behalf of the gateway, which then knows nothing of them but their names.
   * For TLS of the application's own and for TCP, with every `appTls`.
   * Errors `ConnectProxyInvalid`, `ConnectProxyUnsuited`, `TrafficPolicyUnused`, `UpstreamTlsConflict`.
   *
   * @default - the gateway connects to the hosts itself
   */
  readonly connectProxy?: ConnectProxy;

  /**
   * Name, labels and annotations. The name is that of the VirtualService which callers read.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * A route from workloads of the mesh through an egress gateway to a service outside.
 *
 * In the namespace of the chart it makes the VirtualService that sidecars of callers read (leg 1). In the namespace of the gateway it makes,
 * for each host and port, the VirtualService that the gateway reads (leg 2) and an AuthorizationPolicy that refuses everybody but the callers;
 * a DestinationRule for each host to which TLS is spoken; and, for traffic in which the gateway reads no Host header, a Gateway, ServiceEntry
 * and DestinationRule of its own.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export class EgressRoute extends Construct {
  /** The VirtualService that callers' sidecars read; with the single layout that of the first host, which the gateway reads too. */
  public readonly meshVirtualService: ApiObject;

  /** The VirtualService by which traffic leaves the gateway; where the service has several hosts or ports, that of the first. */
  public readonly gatewayVirtualService: ApiObject;

  /** All objects of the route, first the one that callers read. */
  public readonly parts: ApiObject[];

  constructor(scope: Construct, id: string, props: EgressRouteProps) {
    super(scope, id);
    const refuse: Refuse = refuser(this);
    needObject(props, 'props', refuse);
    const service = checkConstruct(props.service, '_intent', 'ExternalService', 'service', refuse);
    const gateway = checkConstruct(props.gateway, '_facts', 'EgressGateway', 'gateway', refuse);
    if (service._direct) {
      refuse({ code: 'DirectServiceRouted', prop: 'service', got: service.node.path, allowed: 'a service that is not direct', fix: 'leave out `direct` from the service, or delete the route' });
    }
    if (props.plaintextLegOne !== undefined && !gateway._workload.ports.some(p => p.number === 80)) {
      refuse({ code: 'EgressGatewayPortMissing', prop: 'plaintextLegOne', got: 'port 80', allowed: workloadPortsText(gateway._workload), fix: 'add port 80 to the Service and to the GatewayWorkload, or leave out plaintextLegOne' });
    }
    const around = {
      namespace: chartNamespace(this, refuse),
      name: props.metadata?.name,
      trustDomain: MeshSettings.of(this).trustDomain,
      service: service._intent,
      gateway: gateway._facts,
      workload: gateway._workload,
    };
    const intent = checkEgressRoute(this, { ...props, layout: props.virtualServices ?? 'SPLIT' }, around, refuse);
    this.claimHosts(intent, service, refuse);
    addReader(this, gateway._facts.namespace, intent.rules.flatMap(targetsOf));
    gateway._showTo(intent.callerNamespaces);
    const leaves = props.connectProxy?.service ?? service;
    leaves._showTo([gateway._facts.namespace]);
    if (needsListener(intent)) service._showTo(intent.callerNamespaces);
    const others = externalDestinations(props.rules ?? []);
    const upstreams = [leaves, ...others].filter(upstream => this.isFirstTo(upstream, intent, refuse));
    const made = planEgressRoute(intent, upstreams.map(upstream => upstream._intent)).map(plan => addObject(this, plan, props.metadata));
    service._openAfter(made);
    props.connectProxy?.service._openAfter(made);
    for (const other of others) {
      other._showTo([gateway._facts.namespace]);
      other._openAfter(made.filter(part => part.kind === 'DestinationRule'));
    }
    const routes = made.filter(part => part.kind === 'VirtualService');
    this.gatewayVirtualService = routes[0];
    // callers' stands last of all, because it opens the way
    if (intent.layout === 'SPLIT') routes.unshift(routes.pop()!);
    this.meshVirtualService = routes[0];
    this.parts = [...routes, ...made.filter(part => part.kind !== 'VirtualService')];
  }

  /** A host has one way out of a gateway, and one way in a calling namespace: of two, Istio would take one without a word. */
  private claimHosts(intent: EgressIntent, service: IExternalService, refuse: Refuse): void {
    const { name, namespace } = intent.gateway;
    intent.service.hosts.forEach((host, i) => {
      const other = claim(this, 'egress', namespace, name, host) as EgressRoute | undefined;
      if (other) {
        const same = JSON.stringify(tlsOf.get(other)) === JSON.stringify(service._intent.ports.map(p => p.tls));
        refuse({
          code: same ? 'HostAlreadyRouted' : 'UpstreamTlsConflict',
          prop: `service.hosts[${i}]`,
          got: host,
          allowed: `hosts that ${other.node.path} does not lead to through ${namespace}/${name}`,
          fix: `add the callers of this route to ${other.node.path}${same ? '' : ', and agree on one TLS: the gateway keeps one setting a host'}`,
        });
      }
      for (const caller of intent.guestNamespaces) {
        const rival = claim(this, 'mesh', caller, host);
        if (rival) {
          refuse({
            code: 'MeshHostConflict',
            prop: 'callers',
            got: `${host} from ${caller}`,
            allowed: `hosts and callers other than those of ${rival.node.path}`,
            fix: 'let each namespace reach a host by one route',
          });
        }
      }
    });
    tlsOf.set(this, service._intent.ports.map(p => p.tls));
  }

  /** The gateway reaches a host in one way, which the first route to it makes. */
  private isFirstTo(upstream: IExternalService, { gateway, proxy, service }: EgressIntent, refuse: Refuse): boolean {
    const { name, namespace } = gateway;
    const befores = upstream.hosts.map(host => ({ host, before: claim(upstream, 'upstream', namespace, name, host) }));
    const rival = befores.find(({ before }) => before && before !== upstream);
    if (rival) {
      const prop = proxy ? 'connectProxy.service' : upstream._intent === service ? 'service.hosts' : 'rules';
      refuse({ code: 'UpstreamTlsConflict', prop, got: rival.host, allowed: `hosts that ${rival.before!.node.path} does not declare for ${namespace}/${name}`, fix: 'declare the host in one service, and pass that to all routes' });
    }
    return befores.every(({ before }) => before === undefined);
  }
}

const tlsOf = new WeakMap<EgressRoute, unknown>();

/** HTTP on port 80 needs no listener beyond that of leg 1 (R8); anything else needs the service itself to be known. */
function needsListener(intent: EgressIntent): boolean {
  return intent.service.ports.some(p => !isHttp(p) || p.number !== 80);
}
