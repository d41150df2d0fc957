import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { Access } from './access';
import { AccessScope } from './access-scope';
import { IIngressGateway } from '../gateway/i-ingress-gateway';
import { Destination } from '../http/destination';
import { RouteMatch } from '../http/route-match';
import { IngressRule } from '../http/rule';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, checkLate, declare, makingRefuser } from '../private/app/declared';
import { addObject, addObjects } from '../private/app/objects';
import { upstreamRulesOf } from '../private/app/upstream-rules';
import { Refusal, Refuse, refuser } from '../private/basics/errors';
import { checkRouteHosts } from '../private/basics/hosts';
import { take, takeProps } from '../private/basics/take';
import { checkAccess } from '../private/check/access';
import { checkUpstream } from '../private/check/beside';
import { needDeclared } from '../private/check/declared';
import { externalDestinations } from '../private/check/external-destination';
import { checkSpared, coveringListeners } from '../private/check/listeners-of-route';
import { checkOpaqueRoute } from '../private/check/opaque-route';
import { checkOutside } from '../private/check/outside';
import { checkRules } from '../private/check/rule';
import { checkBeside } from '../private/check/several-routes';
import { accessObjects } from '../private/istio/access';
import { ingressVirtualService } from '../private/istio/ingress';
import { opaqueVirtualService } from '../private/istio/ingress-opaque';
import { renderedEachLate, renderedLate } from '../private/istio/manifest/object';
import { IngressDelegateModel, IngressGatewayModel, IngressRouteModel } from '../private/model/app-model';
import { declarationOf } from '../private/model/declaration';
import { serves } from '../private/model/listener';
import { Rule, targetsOf } from '../private/model/rule';
import { routesThroughPods } from '../private/model/visibility';
import { EarlierRules } from '../private/requests/earlier-rules';
import { surroundingsOf } from '../private/requests/neighbours';
import { redirectsToItself } from '../private/requests/redirect-loop';

/** Properties of an `IngressRoute`. A value of another type is error `TypeInvalid`, a prop that does not exist error `PropUnknown`. */
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
   * The port of TLS passthrough for which the route holds, where several listeners have its hosts. Error `HostNotCovered`; error `RuleOptionUnused`
   * without hosts.
   *
   * @default - all of them
   */
  readonly tlsPort?: number;

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
   * reach the service. Errors `AccessEmpty`, `AccessForEveryHost`, `ListTooLong`.
   *
   * @default - everybody
   */
  readonly access?: Access[];

  /**
   * Lets a route for host `*` have `access`, whose policies then hold for every host of the same pods. Errors `ReasonMissing`, `RuleOptionUnused`.
   *
   * @default - a route for host `*` has no `access` but `Access.mtls`, which needs no policy. Error `AccessForEveryHost`.
   */
  readonly accessScope?: AccessScope;

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
   * say what is allowed should rather do that: what no rule matches gets 404. Errors `AccessEmpty`, `MatchEmpty`, `PathInvalid`;
   * error `RegexTooLong` for a path of more than about thirty segments.
   *
   * @default - none
   */
  readonly deny?: RouteMatch[];

  /**
   * Where connections go that come in by listeners of TLS passthrough or TCP: each connection to one of these, by weight
   * (`Destination.weighted`); one alone needs none.
   * Errors `WeightInvalid`, `DestinationsOnHttp`. Rules, access and the like beside it are error `RulesOnOpaqueTraffic`, and so are rules
   * for such listeners.
   *
   * @default - the route has rules, for HTTP
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

  private model: IngressRouteModel;
  private readonly earlier = new EarlierRules();
  private readonly gateway: IngressGatewayModel;

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
      this.model = { path, route, gateway: gateway.path, upstreams: [], targets: route.opaque!.to };
    } else {
      const hosts = checkRouteHosts(props.hosts, refuse);
      const listeners = coveringListeners(hosts, 'http', gateway, refuse);
      const access = checkAccess(path, { ...props, hosts, served: listeners.filter(serves) }, gateway.workload, app, refuse);
      this.model = { path, route: { ...place, hosts, listeners, access }, gateway: gateway.path, upstreams: [], targets: [] };
      this.model = this.withRules(props.rules ?? [], 'rules', refuse);
    }
    const head = { kind: 'VirtualService', id: 'virtual-service', namespace, name: props.metadata?.name } as const;
    const spec = () => (isOpaque ? opaqueVirtualService(this.model.route) : ingressVirtualService(this.surrounded()));
    this.virtualService = addObject(this, renderedLate(head, spec), props.metadata);
    this.accessObjects = isOpaque ? [] : addObjects(this, renderedEachLate(() => accessObjects(this.surrounded())), props.metadata);
    this.node.defaultChild = this.virtualService;
    declare(this, 'ingressRoutes', this.model, this.parts);
    this.leadOutside();
    checkLate(this, () => (isOpaque ? [] : [...this.empty(), ...this.loops()]));
  }

  /** All objects of the route, first the VirtualService. */
  public get parts(): ApiObject[] {
    return [this.virtualService, ...this.accessObjects, ...upstreamRulesOf(this, this.model.upstreams, this.upstreamUser)];
  }

  /** Adds a rule behind those that the route has. */
  public addRule(rule: IngressRule): void {
    const refuse: Refuse = refuser(this);
    if (this.model.route.opaque) {
      refuse({ code: 'RulesOnOpaqueTraffic', prop: 'rule', got: 'set', allowed: 'rules only for routes without destinations', fix: 'create another route for HTTP' });
    }
    this.model = this.withRules(take('IngressRule[]', [rule], 'rule', refuse), 'rule', refuse);
    declare(this, 'ingressRoutes', this.model);
    this.leadOutside();
  }

  /** The route with more rules behind those that it has. */
  private withRules(rules: IngressRule[], prop: string, refuse: Refuse): IngressRouteModel {
    const { route, targets, upstreams } = this.model;
    const before = route.rules.length;
    const added = checkRules(this, rules, prop, refuse, this.earlier);
    checkSpared(added, route.listeners, prop, refuse);
    const outside = externalDestinations(rules);
    for (const service of outside) {
      checkOutside(service, route.pods, prop, refuse);
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
    checkBeside(surroundingsOf(appModelOf(this), model), index => (index < before ? `rules[${index}]` : `${prop}[${index - before}]`), refuse);
    for (const rule of added) this.earlier.add(rule);
    return model;
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

  private leadOutside(): void {
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

  private empty(): Refusal[] {
    if (this.model.route.rules.length > 0) return [];
    return [{ code: 'RulesEmpty', prop: 'rules', got: [], allowed: 'at least one rule', fix: 'add a rule' }];
  }
}

/** Each once: a route of thousands of rules leads to few hosts. */
function distinct<T>(list: T[], keyOf: (one: T) => string): T[] {
  return [...new Map(list.map(one => [keyOf(one), one])).values()];
}
