import { portUse } from './ingress-gateway';
import { MeshSettings } from '../../mesh-settings';
import { Refuse } from '../basics/errors';
import { AppModel, EgressGatewayModel, IngressGatewayModel } from '../model/app-model';
import { WorkloadFacts } from '../model/gateway';
import { MANAGED_BY } from '../model/labels';
import { certificatesOf, ListenedHost } from '../model/listener';
import { isListenerSet } from '../model/managed-gateway';
import { canBeSameGateway, canBeSamePods, Pods } from '../model/pods';

type Gateway = EgressGatewayModel | IngressGatewayModel;

/** Whether pods heed Gateways of their own namespace only. From Istio 1.31, those of managed Gateways do (`PILOT_ENABLE_STRICT_GATEWAY_MERGING`). */
function staysInNamespace({ selector }: WorkloadFacts, settings: MeshSettings): boolean {
  return settings.scopeGatewayToNamespace || (MANAGED_BY in selector && settings._isAtLeast('1.31'));
}

/** The other gateways of the app whose Gateway objects may select the same pods. */
function othersOnPods<T extends Gateway>(gateway: Gateway, all: readonly T[], settings: MeshSettings): T[] {
  const meet = staysInNamespace(gateway.workload, settings) ? canBeSamePods : (a: Pods, b: Pods) => canBeSameGateway(a.selector, b.selector);
  return all.filter(other => other.path !== gateway.path && meet(other.workload, gateway.workload));
}

/** Each of two such gateways would open its servers on the pods of both, although its Secrets and policies exist only for its own. */
function checkForeignPods({ workload }: Gateway, others: Gateway[], refuse: Refuse): void {
  const foreign = others.find(other => other.workload.namespace !== workload.namespace);
  if (!foreign) return;
  const text = ({ selector }: WorkloadFacts) => Object.entries(selector).sort().map(label => label.join('=')).join(', ');
  refuse({
    code: 'GatewaysShareForeignPods',
    prop: 'workload.selector',
    got: text(workload),
    allowed: `labels that the pods of ${foreign.path} in namespace ${foreign.workload.namespace} cannot have (${text(foreign.workload)})`,
    fix: workload.gatewayApi
      ? 'give each Gateway of the Gateway API a name of its own: before Istio 1.31, Istio\'s Gateways select such pods in every namespace'
      : 'give the pods of each gateway a label with a unique value (`labels` of the Helm chart), and use it in `selector`: a Gateway selects pods in every namespace',
  });
}

/** If two egress gateways have a server on one port, Istio drops the second. */
export function checkEgressServer(gateway: EgressGatewayModel, app: AppModel, settings: MeshSettings, refuse: Refuse): void {
  const { gateway: { port, targetPort }, workload: { namespace, serviceName } } = gateway;
  const [egress, ingress] = [othersOnPods(gateway, app.egressGateways.all(), settings), othersOnPods(gateway, app.ingressGateways.all(), settings)];
  checkForeignPods(gateway, egress, refuse);
  checkForeignPods(gateway, ingress.filter(({ listened }) => listened.some(({ podPort }) => podPort === targetPort)), refuse);
  if (gateway.imported) return;
  const other = egress.find(one => !one.imported && one.gateway.targetPort === targetPort);
  if (other) {
    refuse({
      code: 'EgressGatewayDuplicate',
      prop: 'workload',
      got: `port ${port} of Service ${namespace}/${serviceName}`,
      allowed: `pods and ports that ${other.path} does not use`,
      fix: `use ${other.path} for all routes, or set \`port\` to another port: Istio drops the second server on a port`,
    });
  }
  for (const { path, listened } of ingress) {
    const listener = listened.find(one => excludes(one, targetPort));
    if (!listener) continue;
    refuse({
      code: 'ListenerConflict',
      prop: 'port',
      got: port,
      allowed: `a port on which the same pods do not serve ${portUse(listener)} for ${listener.host}, as ${path} does here`,
      fix: 'set `port` to another port, or use a separate gateway for egress',
    });
  }
}

/** The server of an egress gateway accepts TLS for any name: only TLS servers for named hosts fit beside it. */
function excludes(listener: ListenedHost, targetPort: number): boolean {
  return listener.podPort === targetPort && (portUse(listener) !== 'TLS' || listener.host === '*');
}

/** If two Gateways listen for the same host and port, Istio serves only one. */
export function checkServers(gateway: IngressGatewayModel, app: AppModel, settings: MeshSettings, refuse: Refuse): void {
  const ports = new Set(gateway.listened.map(({ podPort }) => podPort));
  const sharing = othersOnPods(gateway, app.ingressGateways.all(), settings)
    .filter(({ listened }) => listened.some(({ podPort }) => ports.has(podPort)));
  const egress = othersOnPods(gateway, app.egressGateways.all(), settings);
  checkForeignPods(gateway, sharing, refuse);
  checkForeignPods(gateway, egress.filter(one => ports.has(one.gateway.targetPort)), refuse);
  // a construct and an import may be the same Gateway, but never a ListenerSet, which cannot be imported
  const isOther = (other: IngressGatewayModel) => !(gateway.imported || other.imported) || isListenerSet(gateway) || isListenerSet(other);
  const others = sharing.filter(isOther).map(other => ({ path: other.path, ...serversOf(other) }));
  for (const one of gateway.listened) {
    const { host, port, podPort } = one;
    const rival = others.find(({ hosts }) => hosts.has(`${podPort} ${host}`));
    if (rival) {
      refuse({ code: 'ListenerConflict', prop: 'listeners', got: `${host} on port ${port}`, allowed: `hosts and ports that ${rival.path} does not use on the same pods`, fix: `add the listener to ${rival.path}, and use that gateway in the routes: Istio serves only one of the two` });
    }
    const use = portUse(one);
    const user = others.find(({ uses }) => (uses.get(podPort) ?? use) !== use);
    if (user) {
      refuse({ code: 'ListenerProtocolConflict', prop: 'listeners', got: `${use} on port ${port}`, allowed: `${user.uses.get(podPort)}, for which ${user.path} uses the port on the same pods`, fix: 'listen on another port' });
    }
    const leaving = !gateway.imported && egress.find(({ gateway: { targetPort } }) => excludes(one, targetPort));
    if (leaving) {
      refuse({ code: 'ListenerConflict', prop: 'listeners', got: `${use} for ${host} on port ${port}`, allowed: `TLS for named hosts, because ${leaving.path} uses the port for egress on the same pods`, fix: 'listen on another port, or use a separate gateway for ingress' });
    }
    for (const certificate of certificatesOf(one)) {
      const owner = others.find(({ certificates }) => certificates.has(`${podPort} ${secretOf(gateway, certificate)}`));
      if (owner) {
        refuse({ code: 'CertificateConflict', prop: 'listeners', got: `${certificate} on port ${port}`, allowed: `certificates that ${owner.path} does not use on the same pods`, fix: `add the listener to ${owner.path}, and use that gateway in the routes; or use a different certificate` });
      }
    }
  }
}

/** Where pods find a Secret: beside themselves, or beside the ListenerSet that names it. */
function secretOf(gateway: IngressGatewayModel, name: string): string {
  return `${isListenerSet(gateway) ? gateway.namespace : gateway.workload.namespace}/${name}`;
}

function serversOf(gateway: IngressGatewayModel) {
  const { listened } = gateway;
  return {
    hosts: new Set(listened.map(({ podPort, host }) => `${podPort} ${host}`)),
    uses: new Map(listened.map(one => [one.podPort, portUse(one)])),
    certificates: new Set(listened.flatMap(one => certificatesOf(one).map(name => `${one.podPort} ${secretOf(gateway, name)}`))),
  };
}
