import { readService } from './service';
import { GatewayWorkload } from '../../gateway/gateway-workload';
import { checkLabel, checkPort } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { checkLabels } from '../basics/labels';
import { isDnsLabel } from '../basics/names';
import { WorkloadFacts } from '../model/gateway';
import { MANAGED_BY } from '../model/labels';

/** The pods of a gateway, which may be a waypoint, for what only has to find them. */
export function resolvePods(workload: GatewayWorkload, prop: string, refuse: Refuse): WorkloadFacts {
  const { waypoint } = workload._spec;
  if (!waypoint) return resolveWorkload(workload, prop, refuse);
  const { name, namespace } = waypoint;
  checkLabel(namespace, `${prop}.namespace`, refuse, { code: 'WorkloadInvalid', fix: 'set the namespace of the waypoint' });
  checkLabel(name, `${prop}.name`, refuse, { code: 'WorkloadInvalid', fix: 'set the name of the Gateway' });
  return { namespace, serviceName: name, selector: { [MANAGED_BY]: name }, ports: [], gatewayApi: { name, existing: true } };
}

export function resolveWorkload(workload: GatewayWorkload, prop: string, refuse: Refuse): WorkloadFacts {
  const spec = workload._spec;
  const { gatewayApi } = spec;
  if (gatewayApi && !(isDnsLabel(gatewayApi.name) && isDnsLabel(spec.facts!.serviceName))) {
    refuse({ code: 'WorkloadInvalid', prop: `${prop}.name`, got: gatewayApi.name, allowed: 'a DNS label of at most 57 characters, because Istio calls the Service <name>-istio', fix: 'write the name of the Gateway' });
  }
  if (spec.waypoint) {
    refuse({ code: 'WaypointUnsuited', prop, got: `the waypoint ${spec.waypoint.namespace}/${spec.waypoint.name}`, allowed: 'a gateway with pods and a Service of its own; a waypoint can only be the workload of an EgressGateway', fix: 'use GatewayWorkload.helmRelease, istioctl, of or fromService' });
  }
  const service = spec.construct && readService(spec.construct, prop, refuse);
  const facts = service ? { ...service, serviceName: service.name } : spec.facts!;
  for (const key of ['namespace', 'serviceName'] as const) {
    checkLabel(facts[key], `${prop}.${key}`, refuse, { code: 'WorkloadInvalid', fix: 'set the namespace and Service of the gateway' });
  }
  if (Object.keys(checkLabels(facts.selector, `${prop}.selector`, refuse) ?? {}).length === 0) {
    refuse({
      code: 'WorkloadInvalid', prop: `${prop}.selector`, got: facts.selector, allowed: 'at least one label of the gateway\'s pods', fix: 'set the labels: without them the manifests would apply to every gateway in the mesh',
    });
  }
  const ports = facts.ports.map((port, i) => {
    const targetPort = port.targetPort ?? port.number;
    if (typeof targetPort !== 'number') {
      return refuse({
        code: 'WorkloadInvalid', prop: `${prop}.ports[${i}].targetPort`, got: targetPort, allowed: 'a number', fix: 'describe the gateway with GatewayWorkload.of: the Service does not contain the number of a named port',
      });
    }
    return { number: checkPort(port.number, `${prop}.ports[${i}]${gatewayApi ? '' : '.number'}`, refuse), targetPort: checkPort(targetPort, `${prop}.ports[${i}].targetPort`, refuse) };
  });
  return { namespace: facts.namespace, serviceName: facts.serviceName, selector: facts.selector, ports, gatewayApi };
}
