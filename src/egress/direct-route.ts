import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { IExternalService } from './external-service';
import { RouteMatch } from '../http/route-match';
import { EgressRule } from '../http/rule';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/basics/chart';
import { Refuse, refuser } from '../private/basics/errors';
import { checkConstruct, needObject } from '../private/basics/kinds';
import { externalDestinations } from '../private/check/external-destination';
import { checkLeaving } from '../private/check/leaving';
import { planDirectRoute } from '../private/istio/direct';
import { addObject } from '../private/istio/manifest/object';
import { isHttp } from '../private/model/external-service';
import { targetsOf } from '../private/model/rule';
import { addReader } from '../private/readers';
import { claim } from '../private/registry';

/** Properties of a `DirectRoute`. Programs without types that give another type get error `TypeInvalid`. */
export interface DirectRouteProps {
  /**
   * The service to which the route leads: one of the chart's namespace, with `direct: true` and an HTTP port.
   * Errors `ServiceNotDirect`, `DirectRouteNamespace`, `RulesOnOpaqueTraffic`, `MeshHostConflict`.
   */
  readonly service: IExternalService;

  /**
   * The requests that may leave; sidecars answer 403 to all others. Only for services all of whose ports are HTTP. It tunes well-behaved
   * workloads and is no barrier: a workload can go around its own sidecar. Errors `RulesOnOpaqueTraffic`, `RulesEmpty`.
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
   * Name, labels and annotations. Where the service has several hosts, the names of the objects begin with this name.
   *
   * @default - named after the hosts
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * What sidecars of the chart's namespace do with HTTP requests to a direct service (`direct: true`), past every egress gateway: timeouts, retries,
 * rewrites and the other features of rules. It makes a VirtualService a host, which only that namespace sees. Ports that are not HTTP
 * stay as the service declares them.
 *
 * Requests leave without the headers that sidecars add; without a route, `x-request-id`, `x-forwarded-proto`, `x-envoy-attempt-count` and
 * `x-envoy-decorator-operation` reach the service.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-control/
 */
export class DirectRoute extends Construct {
  /** The VirtualServices, in the order of the service's hosts. */
  public readonly virtualServices: ApiObject[];

  constructor(scope: Construct, id: string, props: DirectRouteProps) {
    super(scope, id);
    const refuse: Refuse = refuser(this);
    needObject(props, 'props', refuse);
    const service = checkConstruct(props.service, '_intent', 'ExternalService', 'service', refuse);
    const namespace = chartNamespace(this, refuse);
    checkService(service, namespace, refuse);
    const leaving = checkLeaving(this, props, service._intent, [], undefined, refuse);
    for (const other of externalDestinations(props.rules ?? [])) checkService(other, namespace, refuse, 'rules');
    service.hosts.forEach((host, i) => {
      const other = claim(this, 'mesh', namespace, host);
      if (other) {
        refuse({ code: 'MeshHostConflict', prop: `service.hosts[${i}]`, got: host, allowed: `hosts other than those of ${other.node.path}`, fix: `put the rules into ${other.node.path}: of two routes for a host Istio takes one` });
      }
    });
    addReader(this, namespace, leaving.rules.flatMap(targetsOf));
    const plans = planDirectRoute({ ...leaving, namespace, name: props.metadata?.name, service: service._intent });
    this.virtualServices = plans.map(plan => addObject(this, plan, props.metadata));
    service._openAfter(this.virtualServices);
  }
}

function checkService(service: IExternalService, namespace: string, refuse: Refuse, prop = 'service'): void {
  if (!service._direct) {
    refuse({ code: 'ServiceNotDirect', prop, got: service.node.path, allowed: 'a service with `direct: true`', fix: 'say `direct: true` at the service, or lead to it with an EgressRoute' });
  }
  if (service._namespace !== namespace) {
    refuse({ code: 'DirectRouteNamespace', prop, got: `${service.node.path} of namespace ${service._namespace}`, allowed: `a service of namespace ${namespace}`, fix: 'make the route in a chart of that namespace: a direct service is known to no other' });
  }
  const { ports } = service._intent;
  if (!ports.some(isHttp)) {
    refuse({ code: 'RulesOnOpaqueTraffic', prop: `${prop}.ports`, got: ports.map(p => `${p.number} (${p.protocol})`), allowed: 'a service with an HTTP port', fix: 'delete the route: a direct service needs none; or use ExternalPort.httpToHttps() and let the application say http://' });
  }
}
