import { MeshSettings } from '../../mesh-settings';
import { Refuse } from '../basics/errors';
import { AppModel, EgressGatewayModel, IngressGatewayModel } from '../model/app-model';
import { WorkloadFacts } from '../model/gateway';
import { MANAGED_BY } from '../model/labels';
import { gatewaysManagedWith, isListenerSet } from '../model/managed-gateway';

/** Whether servers of Istio's own API can stand on pods that Istio runs for a Gateway, and whether a construct can make that Gateway. */
export function checkManagedGateway(model: EgressGatewayModel | IngressGatewayModel, app: AppModel, settings: MeshSettings, refuse: Refuse): void {
  const { path, workload, imported } = model;
  const { namespace, gatewayApi } = workload;
  if ('listened' in model) checkIngress(model, settings, refuse);
  checkManagedPods(workload, settings, refuse);
  if (!gatewayApi) return;
  const others = [...gatewaysManagedWith(app.egressGateways.all(), workload), ...gatewaysManagedWith(app.ingressGateways.all(), workload)]
    .filter(other => other.path !== path);
  const unlike = others.find(other => isStandard(other) !== isStandard(model));
  if (unlike) {
    refuse({ code: 'RouteApiWorkload', prop: 'workload', got: `Gateway ${namespace}/${gatewayApi.name}`, allowed: `a Gateway that ${unlike.path} does not use, whose servers are written in another API`, fix: 'choose another name' });
  }
  if ('listened' in model) checkAdmitted(model, others, refuse);
  if (gatewayApi.existing || imported) return;
  const gateway = `Gateway ${namespace}/${gatewayApi.name}`;
  if (!isStandard(model) && !settings._isAtLeast('1.30')) {
    refuse({ code: 'IstioVersionTooOld', prop: 'workload', got: `${gateway} with Istio ${settings.istioVersion}`, allowed: 'Istio 1.30 or later, whose Gateways have TLS listeners', fix: 'make the Gateway yourself, with an HTTPS listener, and set `existing: true` in GatewayWorkload.gatewayApi; or raise istioVersion in MeshSettings.of once the mesh is upgraded' });
  }
  const maker = others.find(other => !other.imported && !other.workload.gatewayApi!.existing);
  if (maker) {
    refuse({ code: 'NameCollision', prop: 'workload', got: gateway, allowed: `a Gateway that ${maker.path} does not make`, fix: 'set `existing: true` in GatewayWorkload.gatewayApi here, to use its pods for both; or choose another name' });
  }
}

/** Whether policies can name the Gateway of pods. */
export function checkManagedPods({ selector }: WorkloadFacts, settings: MeshSettings, refuse: Refuse): void {
  if (MANAGED_BY in selector && !settings._isAtLeast('1.24')) {
    refuse({ code: 'IstioVersionTooOld', prop: 'workload', got: `pods of a managed Gateway with Istio ${settings.istioVersion}`, allowed: 'Istio 1.24 or later, whose policies have targetRefs', fix: 'use pods of a Helm release, or raise istioVersion in MeshSettings.of once the mesh is upgraded' });
  }
}

function isStandard(gateway: EgressGatewayModel | IngressGatewayModel): boolean {
  return 'standard' in gateway && gateway.standard;
}

/** Whether a Gateway of the app takes the listeners that others in the app add to it. */
function checkAdmitted(model: IngressGatewayModel, others: readonly (EgressGatewayModel | IngressGatewayModel)[], refuse: Refuse): void {
  const all = [model, ...others.filter((other): other is IngressGatewayModel => 'listened' in other)];
  const maker = all.find(one => one.listenerNamespaces && !isListenerSet(one));
  const stray = maker && all.find(one => isListenerSet(one) && ![one.namespace, '*'].some(name => maker.listenerNamespaces!.includes(name)));
  if (!stray) return;
  const fix = `add ${stray.namespace} to \`listenerNamespaces\` of ${maker.path}`;
  if (model === maker) {
    refuse({ code: 'ListenerSetNotAllowed', prop: 'listenerNamespaces', got: maker.listenerNamespaces, allowed: `also ${stray.namespace}, where ${stray.path} has listeners for this Gateway`, fix });
  }
  refuse({ code: 'ListenerSetNotAllowed', prop: 'workload', got: `Gateway ${maker.gatewayName}`, allowed: `a Gateway that takes listeners of namespace ${stray.namespace}; this one takes ${maker.listenerNamespaces!.length > 0 ? `those of ${maker.listenerNamespaces!.join(', ')}` : 'none'}`, fix });
}

function checkIngress(model: IngressGatewayModel, settings: MeshSettings, refuse: Refuse): void {
  const { workload, listened, namespace, imported, standard } = model;
  const adds = isListenerSet(model);
  if (standard && !adds && namespace !== workload.namespace) {
    refuse({ code: 'GatewayNamespaceMismatch', prop: 'workload.namespace', got: workload.namespace, allowed: `${namespace}, the namespace of the chart, because Istio makes the pods in the namespace of the Gateway`, fix: `create the gateway in a chart with namespace ${workload.namespace}` });
  }
  if (standard) return;
  if (MANAGED_BY in workload.selector && namespace !== workload.namespace && settings._isAtLeast('1.31')) {
    refuse({ code: 'GatewayNamespaceMismatch', prop: imported ? 'namespace' : 'workload.namespace', got: imported ? namespace : workload.namespace, allowed: imported ? `${workload.namespace}, the namespace of the pods, because pods of a managed Gateway heed Istio's Gateways there alone (from Istio 1.31)` : `${namespace}, the namespace of the chart, because pods of a managed Gateway heed Istio's Gateways of their own namespace alone (from Istio 1.31)`, fix: imported ? 'correct the namespace' : `create the gateway in a chart with namespace ${workload.namespace}` });
  }
  const opaque = workload.gatewayApi && listened.find(({ protocol }) => protocol === 'TCP');
  if (opaque) {
    refuse({ code: 'ListenerProtocolConflict', prop: 'listeners', got: `TCP on port ${opaque.port}`, allowed: 'HTTP, HTTPS or TLS, because the listener of a managed Gateway, by which its Service has the port, would take all connections', fix: 'serve it from pods of a Helm release, with GatewayWorkload.helmRelease' });
  }
}
