import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { IExternalService } from './i-external-service';
import { RouteMatch } from '../http/route-match';
import { EgressRule } from '../http/rule';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, declare, makingRefuser } from '../private/app/declared';
import { addObjects } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { needDeclared } from '../private/check/declared';
import { externalDestinations } from '../private/check/external-destination';
import { checkOutbound } from '../private/check/outbound-requests';
import { planDirectRoute } from '../private/istio/direct';
import { ExternalServiceModel } from '../private/model/app-model';
import { meshRoutesOf } from '../private/model/collisions';
import { isHttp } from '../private/model/external-service';
import { targetsOf } from '../private/model/rule';
import { rendered } from '../private/objects/manifest/object';

/** Properties of a `DirectRoute`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface DirectRouteProps {
  /**
   * The service that the route is for. It must be in the chart's namespace, with `direct: true` and an HTTP port. Errors `ServiceNotDirect`,
   * `DirectRouteNamespace`, `RulesOnOpaqueTraffic`, `MeshHostConflict`.
   */
  readonly service: IExternalService;

  /**
   * The requests that may leave; sidecars reject all others with 403. Every port of the service must be HTTP. This is guidance for well-behaved
   * workloads and not a security boundary: a workload can bypass its own sidecar. Errors `RulesOnOpaqueTraffic`, `RulesEmpty`.
   *
   * @default - all requests
   */
  readonly allow?: RouteMatch[];

  /**
   * How requests are handled before they are forwarded. The first matching rule decides; requests that match no rule are forwarded unchanged. Rules
   * never widen `allow`. Errors `RulesOnOpaqueTraffic`, `RulesCannotCombine`, `RuleNeverAllowed`.
   *
   * @default - requests are forwarded unchanged
   */
  readonly rules?: EgressRule[];

  /**
   * Mesh headers to keep on requests that leave, such as `x-request-id`. All others are removed; Envoy writes `x-envoy-attempt-count` and
   * `x-envoy-expected-rq-timeout-ms` again when it retries. Error `HeaderInvalid`.
   *
   * @default - none
   */
  readonly keepHeaders?: string[];

  /**
   * Name, labels and annotations. If the service has several hosts, this name is the prefix of the object names.
   *
   * @default - named after the hosts
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * How sidecars in the chart's namespace handle HTTP requests to a direct service (`direct: true`), without an egress gateway: timeouts, retries,
 * rewrites and the other features of rules.
 *
 * It creates one VirtualService per host, exported only to that namespace. Ports that are not HTTP stay as the service declares them.
 *
 * Sidecars remove the headers that they add themselves; without a `DirectRoute`, `x-request-id`, `x-forwarded-proto`, `x-envoy-attempt-count` and
 * `x-envoy-decorator-operation` reach the service.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/
 * @example
 * const partner = new ExternalService(chart, 'partner', { hosts: ['partner.example.com'], ports: [ExternalPort.httpToHttps()], direct: true });
 * new DirectRoute(chart, 'partner-route', { service: partner, rules: [{ timeout: Duration.seconds(2) }] });
 */
export class DirectRoute extends Construct {
  /** The VirtualServices, in the order of the service's hosts. */
  public readonly virtualServices: ApiObject[];

  /** All objects of the route: the VirtualServices. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the service, and what its requests may be and get
   */
  constructor(scope: Construct, id: string, props: DirectRouteProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('DirectRouteProps', props, refuse);
    const service = needDeclared(this, props.service, 'externalServices', 'service', refuse);
    const namespace = chartNamespace(this, refuse);
    checkService(service, namespace, refuse);
    const leaving = checkOutbound(this, props, service.service, [], undefined, refuse);
    for (const other of externalDestinations(props.rules ?? [])) checkService(other, namespace, refuse, 'rules');
    const route = { ...leaving, namespace, name: props.metadata?.name, service: service.service };
    route.service.hosts.forEach((host, i) => {
      const [rival] = meshRoutesOf(appModelOf(this), namespace, host);
      if (rival) {
        refuse({ code: 'MeshHostConflict', prop: `service.hosts[${i}]`, got: host, allowed: `hosts that ${rival.path} does not use`, fix: `put the rules in ${rival.path}: Istio uses only one of two routes for a host` });
      }
    });
    this.virtualServices = addObjects(this, planDirectRoute(route).map(rendered), props.metadata);
    this.parts = this.virtualServices;
    [this.node.defaultChild] = this.parts;
    declare(this, 'directRoutes', { path: this.node.path, route, service: service.path, targets: route.rules.flatMap(targetsOf) }, this.parts);
  }
}

function checkService({ path, direct, namespace: own, service: { ports } }: ExternalServiceModel, namespace: string, refuse: Refuse, prop = 'service'): void {
  if (!direct) {
    refuse({ code: 'ServiceNotDirect', prop, got: path, allowed: 'a service with `direct: true`', fix: 'set `direct: true` on the service, or use an EgressRoute' });
  }
  if (own !== namespace) {
    refuse({ code: 'DirectRouteNamespace', prop, got: `${path} of namespace ${own}`, allowed: `a service of namespace ${namespace}`, fix: 'create the route in a chart of that namespace: a direct service is visible only there' });
  }
  if (!ports.some(isHttp)) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: `${prop}.ports`, got: ports.map(p => `${p.number} (${p.protocol})`), allowed: 'a service with an HTTP port', fix: 'delete the route, because a direct service needs none; or use ExternalPort.httpToHttps() and have the application call http://' });
  }
}
