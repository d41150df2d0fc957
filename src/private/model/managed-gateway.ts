import { AppModel, EgressGatewayModel, IngressGatewayModel } from './app-model';
import { WorkloadFacts } from './gateway';

/** How a port of a managed Gateway is used by servers of Istio's own API, beside which its listener must fit. */
export interface ManagedPort {
  readonly port: number;
  readonly use: 'HTTP' | 'TLS';
}

type Gateway = EgressGatewayModel | IngressGatewayModel;

/** Whether the listeners are those of a ListenerSet, because somebody else makes the Gateway. */
export function isListenerSet({ standard, imported, workload }: Pick<IngressGatewayModel, 'standard' | 'imported' | 'workload'>): boolean {
  return standard && !imported && workload.gatewayApi!.existing;
}

/** The gateways of the app whose pods Istio runs for the same Gateway. */
export function gatewaysManagedWith<T extends Gateway>(all: readonly T[], { namespace, gatewayApi }: WorkloadFacts): T[] {
  return all.filter(({ workload }) => gatewayApi && workload.namespace === namespace && workload.gatewayApi?.name === gatewayApi.name);
}

/** The ports of a managed Gateway: those that any gateway on its pods names. */
export function managedPorts(app: AppModel, managed: WorkloadFacts): ManagedPort[] {
  const egress = gatewaysManagedWith(app.egressGateways.all(), managed);
  const ingress = gatewaysManagedWith(app.ingressGateways.all(), managed);
  const listened = ingress.flatMap(one => one.listened);
  const wrapped = egress.flatMap(({ path, gateway }) => [
    gateway.port, ...app.egressRoutes.with('gateway', path).flatMap(({ route }) => route.gatewayPort?.number ?? []),
  ]);
  const isHttp = (port: number) => (
    listened.some(one => one.port === port && one.protocol === 'HTTP') || (port === 80 && !listened.some(one => one.port === port) && !wrapped.includes(port))
  );
  const ports = [managed, ...[...egress, ...ingress].map(({ workload }) => workload)].flatMap(workload => workload.ports.map(({ number }) => number));
  return [...new Set(ports)].sort((a, b) => a - b).map(port => ({ port, use: isHttp(port) ? 'HTTP' : 'TLS' }));
}
