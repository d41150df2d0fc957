import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Access } from './access';
import { AccessScope } from './access-scope';
import { IIngressGateway } from '../gateway/i-ingress-gateway';
import { Destination } from '../http/destination';
import { RouteMatch } from '../http/route-match';
import { IngressRule } from '../http/rule';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, checkLate, declare, makeLate, makingRefuser } from '../private/app/declared';
import { addObject, addObjects } from '../private/app/objects';
import { upstreamRulesOf } from '../private/app/upstream-rules';
import { Refusal, Refuse, refuser } from '../private/basics/errors';
import { checkRouteHosts } from '../private/basics/hosts';
import { take, takeProps } from '../private/basics/take';
import { checkAccess } from '../private/check/access';
import { needDeclared } from '../private/check/declared';
import { checkUpstream } from '../private/check/egress-route-conflicts';
import { externalDestinations } from '../private/check/external-destination';
import { checkGatewayUpstream } from '../private/check/gateway-upstream';
import { checkIngressRouteConflicts } from '../private/check/ingress-route-conflicts';
import { checkExemptPaths, coveringListeners, lostHosts } from '../private/check/listeners-of-route';
import { checkOpaqueRoute } from '../private/check/opaque-route';
import { checkRules } from '../private/check/rule';
import { checkStandardAccess, isPoliced, wildcardsWithin } from '../private/check/standard-access';
import { orderRefusals } from '../private/check/standard-order';
import { checkStandardOpaque, checkStandardRules } from '../private/check/standard-route';
import { ingressRouteObjects } from '../private/gateway-api/ingress-route';
import { opaqueRouteObjects } from '../private/gateway-api/opaque-route';
import { ingressVirtualService } from '../private/istio/ingress';
import { opaqueVirtualService } from '../private/istio/ingress-opaque';
import { IngressDelegateModel, IngressGatewayModel, IngressRouteModel } from '../private/model/app-model';
import { declarationOf } from '../private/model/declaration';
import { serves } from '../private/model/listener';
import { isListenerSet } from '../private/model/managed-gateway';
import { RenderedObject } from '../private/model/rendered-object';
import { Rule, targetsOf } from '../private/model/rule';
import { listenedByOthers, routesThroughPods } from '../private/model/visibility';
import { accessObjects } from '../private/objects/access';
import { renderedEachLate, renderedLate } from '../private/objects/manifest/object';
import { ObjectPlan } from '../private/objects/plans';
import { EarlierRules } from '../private/requests/earlier-rules';
import { surroundingsOf } from '../private/requests/neighbours';
import { redirectsToItself } from '../private/requests/redirect-loop';

/** Properties of an `IngressRoute`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface IngressRouteProps {
  /** The gateway through which requests enter. */
  readonly gateway: IIngressGateway;

  /**
   * The hosts of the route. Listeners of the gateway must cover each of them, and the same listeners must cover all. Errors `HostsEmpty`,
   * `HostInvalid`, `HostDuplicate`, `HostNotCovered`, `HostsOnDifferentListeners`. Error `HostAlreadyRouted` if another route of the host has a rule
   * for the same requests.
   *
   * @default - none, which is valid only for TCP listeners: TCP carries no host name. Error `TcpHostsIgnored`.
   */
  readonly hosts?: string[];

  /**
   * The port of the TCP listener that the route uses. Errors `TcpListenerUnclear`, `TcpAlreadyRouted`.
   *
   * @default - if `hosts` is omitted, the only TCP listener of the gateway
   */
  readonly tcpPort?: number;

  /**
   * The port of the TLS passthrough listener that the route uses, if several listeners cover its hosts. Error `HostNotCovered`; error
   * `RuleOptionUnused` without hosts.
   *
   * @default - all of these listeners
   */
  readonly tlsPort?: number;

  /**
   * How requests are handled. The first matching rule decides; requests that match no rule get 404. Error `RulesEmpty`.
   *
   * @default - none; add rules later with `addRule`
   */
  readonly rules?: IngressRule[];

  /**
   * Who may enter; every entry must admit the request. The route then also creates an AuthorizationPolicy and, for tokens, a RequestAuthentication in
   * the namespace of the gateway's pods.
   *
   * They apply to the hosts of this route, on the ports that serve it, and do not affect other routes. For a wildcard, they exclude hosts that have a
   * route of their own *in this app*; a request whose Host header names a port other than the gateway's gets 403. On the port of an HTTPS listener
   * for host `*`, whose clients need not send SNI, they also block TLS passthrough that others have on the same port.
   *
   * If a rule has `cors`, browser preflights are not checked, because they carry no token; preflights that no rule with `cors` takes reach the
   * service. With `RouteApi.GATEWAY_API`, a wildcard must be the host of an HTTPS listener, and `Access.mtls` takes names that begin with `spiffe://`
   * (error `GatewayApiUnsupported`). Errors `AccessEmpty`, `AccessForEveryHost`, `ListTooLong`.
   *
   * @default - everybody
   */
  readonly access?: Access[];

  /**
   * Allows `access` on a route for host `*`. Its policies then apply to every host of the same pods. Errors `ReasonMissing`, `RuleOptionUnused`.
   *
   * @default - a route for host `*` may have only `Access.mtls`, which needs no policy. Error `AccessForEveryHost`.
   */
  readonly accessScope?: AccessScope;

  /**
   * Paths that `access` does not protect, for example `/health`: exact paths, for every method and query. Prefixes are not supported, because the
   * gateway and the service may disagree about what is below one: `/open/..%2Fclosed`. Errors `AccessEmpty`, `PathInvalid`, `RuleOptionUnused`.
   *
   * @default - none
   */
  readonly openPaths?: string[];

  /**
   * Requests that always get 403, whoever sends them and whatever `rules` say. Exact and prefix paths also cover what a service may read as the same
   * path: different case, `//admin`, `/admin%2Fx`, `/admin;a=1`, `/x/..;/admin`. Regular expressions are used unchanged. If possible, list what is
   * allowed in `rules` instead: requests that match no rule get 404. With `RouteApi.GATEWAY_API`, only methods and headers can be denied (error
   * `GatewayApiUnsupported`). Errors `AccessEmpty`, `MatchEmpty`, `PathInvalid`; error `RegexTooLong` for a
   * path of more than about thirty segments.
   *
   * @default - none
   */
  readonly deny?: RouteMatch[];

  /**
   * The destinations for connections to TLS passthrough or TCP listeners: each connection goes to one of them, by weight (`Destination.weighted`); a
   * single destination needs no weight. Errors `WeightInvalid`, `DestinationsOnHttp`. Error `RulesOnOpaqueTraffic` together with rules, access and
   * similar options, and for rules on such listeners.
   *
   * @default - none; the route has `rules`, for HTTP
   */
  readonly destinations?: Destination[];

  /**
   * Name, labels and annotations.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * A route from an ingress gateway to services in the mesh: a VirtualService in the namespace of the chart, exported only to the namespace of the
 * gateway's pods. Behind a gateway with `RouteApi.GATEWAY_API` it is an HTTPRoute, or as many as its hosts and rules take, a TLSRoute or a TCPRoute, and
 * ReferenceGrants in the namespaces of its destinations. What these cannot say is refused. Errors `GatewayApiUnsupported`, `GatewayApiOrder`,
 * `GatewayApiVersionTooOld`, `GatewayApiChannelMissing`.
 *
 * Several routes of an app may share a host, for example one per team. Between rules of different routes, the more specific path takes precedence: an
 * exact path before prefixes, a longer prefix before a shorter one, a path before none. On the same path, the rule with more conditions takes
 * precedence. Within a route, rules keep their order. If this does not decide between two rules, the second route is refused. `access`, `openPaths`
 * and `deny` apply to all requests to a host, so all of its routes must set the same values.
 *
 * Istio evaluates several VirtualServices of a host by age. This makes no difference here, because each VirtualService also contains the rules of
 * other routes that take precedence over its own; if paths do not overlap, there are none.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/
 * @example
 * new IngressRoute(chart, 'shop', {
 *   gateway: ingress,
 *   hosts: ['shop.example.com'],
 *   rules: [{ action: RouteAction.forward(Destination.service('web', { port: 80 })) }],
 * });
 */
export class IngressRoute extends Construct {
  /** The VirtualService. There is none behind a gateway with `RouteApi.GATEWAY_API`. */
  public readonly virtualService?: ApiObject;

  /** The RequestAuthentication and AuthorizationPolicies, if `access` is set. They are in the namespace of the gateway's pods. */
  public readonly accessObjects: ApiObject[];

  private model: IngressRouteModel;
  private readonly earlier = new EarlierRules();
  private readonly gateway: IngressGatewayModel;
  private readonly metadata?: ObjectMetadata;
  /** The objects of the route, by their ids. */
  private readonly made = new Map<string, ApiObject>();
  /** The route for which `made` has all objects. */
  private planned?: IngressRouteModel['route'];
  /** The objects of a route of the Gateway API, planned once for all of them. */
  private standardPlan?: { readonly route: IngressRouteModel['route']; readonly objects: ObjectPlan[] };

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the gateway, the hosts, who may enter, and the rules
   */
  constructor(scope: Construct, id: string, props: IngressRouteProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('IngressRouteProps', props, refuse);
    const gateway = needDeclared(this, props.gateway, 'ingressGateways', 'gateway', refuse);
    this.gateway = gateway;
    const namespace = chartNamespace(this, refuse);
    const app = appModelOf(this);
    const { path } = this.node;
    const isOpaque = [props.destinations, props.tcpPort, props.tlsPort].some(option => option !== undefined);
    const { namespace: podNamespace, selector } = gateway.workload;
    const place = { namespace, gateway: gateway.gatewayName, pods: { namespace: podNamespace, selector }, rules: [] };
    if (isOpaque) {
      const route = { ...place, ...checkOpaqueRoute(this, props, gateway, app, refuse) };
      if (gateway.standard) checkStandardOpaque(route, refuse);
      this.model = { path, route, gateway: gateway.path, upstreams: [], targets: route.opaque!.to };
    } else {
      const hosts = checkRouteHosts(props.hosts, refuse);
      const listeners = coveringListeners(hosts, 'http', gateway, refuse);
      const access = checkAccess(path, { ...props, hosts, served: listeners.filter(serves) }, gateway.workload, app, refuse);
      if (gateway.standard) checkStandardAccess({ ...props, hosts, served: listeners.filter(serves), checked: access }, refuse);
      this.model = { path, route: { ...place, hosts, listeners, access }, gateway: gateway.path, upstreams: [], targets: [] };
      this.model = this.withRules(props.rules ?? [], 'rules', refuse);
    }
    this.metadata = props.metadata;
    this.addRouteObjects();
    [this.virtualService] = gateway.standard ? [] : this.routeObjects;
    const guarded = { ...this.model.route, path, access: this.model.route.access!, standard: gateway.standard };
    this.accessObjects = isOpaque ? [] : addObjects(this, accessObjects(guarded, () => this.surrounded()), props.metadata);
    this.node.defaultChild = this.routeObjects[0];
    declare(this, 'ingressRoutes', this.model, this.parts);
    this.addUpstreamRules();
    makeLate(this, () => this.addRouteObjects());
    checkLate(this, () => [...this.lost(), ...isOpaque ? [] : [...this.empty(), ...this.loops(), ...this.misplaced(), ...this.within()]]);
  }

  /** The VirtualService; or the HTTPRoutes, TLSRoute or TCPRoute, and the ReferenceGrants for destinations in other namespaces. */
  public get routeObjects(): ApiObject[] {
    this.addRouteObjects();
    return [...this.made.values()];
  }

  /** All objects of the route; the first is the VirtualService or the first HTTPRoute, TLSRoute or TCPRoute. */
  public get parts(): ApiObject[] {
    return [...this.routeObjects, ...this.accessObjects, ...upstreamRulesOf(this, this.model.upstreams, this.upstreamUser)];
  }

  /**
   * Adds a rule after the existing ones.
   *
   * @param rule which requests it is for, and what happens to them
   */
  public addRule(rule: IngressRule): void {
    const refuse: Refuse = refuser(this);
    if (this.model.route.opaque) {
      refuse({ code: 'RulesOnOpaqueTraffic', prop: 'rule', got: 'set', allowed: 'rules only for routes without destinations', fix: 'create another route for HTTP' });
    }
    this.model = this.withRules(take('IngressRule[]', [rule], 'rule', refuse), 'rule', refuse);
    declare(this, 'ingressRoutes', this.model);
    this.addUpstreamRules();
  }

  /** The route with more rules behind those that it has. */
  private withRules(rules: IngressRule[], prop: string, refuse: Refuse): IngressRouteModel {
    const { route, targets, upstreams } = this.model;
    const before = route.rules.length;
    const added = checkRules(this, rules, prop, refuse, this.earlier);
    checkExemptPaths(added, route.listeners, prop, refuse);
    const outside = externalDestinations(rules);
    if (this.gateway.standard) {
      const ports = route.listeners.filter(serves).map(({ port }) => port);
      checkStandardRules(rules, added, prop, { settings: MeshSettings.of(this), namespace: route.namespace, outside, ports }, refuse);
    }
    for (const service of outside) {
      checkGatewayUpstream(service, route.pods.namespace, prop, refuse);
      checkUpstream({ service: service.path, hosts: service.service.hosts }, route.pods, appModelOf(this), prop, refuse);
    }
    const handedOver = rules.flatMap(({ action: { _spec: { delegate } } }) => (
      delegate ? (declarationOf(delegate)!.model as IngressDelegateModel).handedOver?.targets ?? [] : []
    ));
    const model = {
      ...this.model,
      route: { ...route, rules: [...route.rules, ...added] },
      targets: distinct([...targets, ...added.flatMap(targetsOf), ...handedOver], ({ host }) => host),
      upstreams: distinct([...upstreams, ...outside.map(({ path, service: { hosts } }) => ({ service: path, hosts }))], ({ service }) => service),
    };
    const nameOf = (index: number) => (index < before ? `rules[${index}]` : `${prop}[${index - before}]`);
    const surroundings = surroundingsOf(appModelOf(this), model);
    checkIngressRouteConflicts(surroundings, nameOf, refuse);
    if (this.gateway.standard) orderRefusals({ ...surroundings, listeners: route.listeners, nameOf }).forEach(refuse);
    for (const rule of added) this.earlier.add(rule);
    return model;
  }

  /** The objects that the rules so far need, of which more rules may need more. They are planned when somebody asks, not for every rule. */
  private addRouteObjects(): void {
    if (this.planned === this.model.route) return;
    this.planned = this.model.route;
    const objects = this.gateway.standard ? renderedEachLate(() => this.standardObjects()) : [this.istioObject()];
    for (const object of objects) if (!this.made.has(object.id)) this.made.set(object.id, addObject(this, object, this.metadata));
  }

  private istioObject(): RenderedObject {
    const head = { kind: 'VirtualService', id: 'virtual-service', namespace: this.model.route.namespace, name: this.metadata?.name } as const;
    return renderedLate(head, () => (this.model.route.opaque ? opaqueVirtualService(this.model.route) : ingressVirtualService(this.surrounded())));
  }

  private standardObjects(): ObjectPlan[] {
    const { route, path } = this.model;
    if (this.standardPlan?.route === route) return this.standardPlan.objects;
    const parentKind = isListenerSet(this.gateway) ? 'ListenerSet' as const : 'Gateway' as const;
    const standard = { ...route, path, name: this.metadata?.name, listened: this.gateway.listened, parentKind };
    const objects = route.opaque ? opaqueRouteObjects(standard) : ingressRouteObjects(standard);
    this.standardPlan = { route, objects };
    return objects;
  }

  /** The route with what it must know of the gateway and of other routes. */
  private surrounded() {
    const { route } = this.model;
    const app = appModelOf(this);
    const { own, neighbours } = surroundingsOf(app, this.model);
    return {
      ...route,
      path: this.model.path,
      access: route.access!,
      rules: neighbours.arrange(own) as Rule[],
      served: route.listeners.filter(serves),
      listened: this.gateway.listened,
      beside: listenedByOthers(app, this.gateway),
      standard: this.gateway.standard,
      /** All routes of the app through the same pods. */
      routed: () => routesThroughPods(app, route.pods).filter(({ route: { opaque } }) => !opaque)
        .map(({ route: { hosts, listeners } }) => ({ hosts, podPorts: listeners.map(l => l.podPort) })),
      cors: neighbours.answersPreflights(own),
    };
  }

  private get upstreamUser() {
    const { route: { gateway, pods } } = this.model;
    return { ...pods, name: gateway.split('/') };
  }

  private addUpstreamRules(): void {
    upstreamRulesOf(this, this.model.upstreams, this.upstreamUser);
  }

  private loops(): Refusal[] {
    const { rules, hosts, listeners } = this.model.route;
    const { own, neighbours } = surroundingsOf(appModelOf(this), this.model);
    const served = listeners.filter(serves);
    return rules.flatMap((rule, i) => {
      if (!redirectsToItself(rule, target => neighbours.before(own, i, target), hosts, served)) return [];
      return [{ code: 'RedirectLoop' as const, prop: `rules[${i}].action`, got: 'a redirect to what the rule matches', allowed: 'a redirect to something else', fix: 'narrow the match, for example with PathMatch.exact, or put a rule for the target before this one' }];
    });
  }

  private misplaced(): Refusal[] {
    const { own, neighbours } = surroundingsOf(appModelOf(this), this.model);
    return this.gateway.standard ? orderRefusals({ own, neighbours, listeners: this.model.route.listeners, nameOf: index => `rules[${index}]` }) : [];
  }

  private lost(): Refusal[] {
    return this.gateway.standard ? lostHosts(this.model.route, this.gateway, appModelOf(this)) : [];
  }

  private within(): Refusal[] {
    const { route, path } = this.model;
    if (!this.gateway.standard || !isPoliced(route.access!)) return [];
    return wildcardsWithin(route, routesThroughPods(appModelOf(this), route.pods).filter(other => other.path !== path));
  }

  private empty(): Refusal[] {
    if (this.model.route.rules.length > 0) return [];
    return [{ code: 'RulesEmpty', prop: 'rules', got: [], allowed: 'at least one rule', fix: 'add a rule' }];
  }
}

/** Each once: a route of thousands of rules leads to few hosts. */
function distinct<T>(list: T[], keyOf: (one: T) => string): T[] {
  return [...new Map(list.map(one => [keyOf(one), one])).values()];
}
