import { spawnSync } from 'node:child_process';
import { App, Chart } from 'cdk8s';
import { library } from './apps';
import { kB, printTable } from './print';
import { size } from '../test/mesh/size';
import { sidecar } from '../test/mesh/workloads';

const SERVICES = 500;
const PORTS = [{ name: 'http', port: 80 }, { name: 'grpc', port: 9000 }, { name: 'tcp', port: 6379 }];

type Narrowing = 'nothing' | 'SidecarScope' | 'EgressLock';

/** What the sidecar of a caller holds in a mesh of many Services, of which it calls one, and a route of ten hosts. */
export async function printScopes(): Promise<void> {
  if (spawnSync('go', ['version']).status !== 0) {
    console.error('\nSKIPPED: what a scope of sidecars saves. The mesh lab, which measures it, needs Go: https://go.dev/dl/');
    process.exitCode = 1;
    return;
  }
  const rows = [];
  for (const narrowing of ['nothing', 'SidecarScope', 'EgressLock'] as const) {
    const { caller } = await size({ manifests: app(narrowing), fixtures: services(), workloads: [sidecar('caller', { namespace: 'shop' })] });
    rows.push([narrowing, caller.clusters, caller.listeners, kB(caller.bytes)]);
  }
  printTable(`What a sidecar receives in a mesh of ${SERVICES} Services with ${PORTS.length} ports each`, ['narrowed by', 'clusters', 'listeners', 'bytes'], rows);
}

function app(narrowing: Narrowing): App {
  const { EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, MeshPeer, SidecarScope } = library();
  const made = new App();
  const gateway = new EgressGateway(new Chart(made, 'platform', { namespace: 'istio-system' }), 'egress', {
    workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
  });
  const shop = new Chart(made, 'shop', { namespace: 'shop' });
  const hosts = Array.from({ length: 10 }, (_, i) => `host-${i}.example.com`);
  new EgressRoute(shop, 'route', { service: new ExternalService(shop, 'service', { hosts, ports: [ExternalPort.httpToHttps()] }), gateway });
  const calls = [MeshPeer.service('service-0', { namespace: 'team-0', pods: { app: 'service-0' }, ports: PORTS.map(({ port }) => port) })];
  if (narrowing === 'SidecarScope') new SidecarScope(shop, 'scope', { calls });
  if (narrowing === 'EgressLock') new EgressLock(shop, 'lock', { gateway, calls });
  return made;
}

/** In namespaces of ten. */
function services(): object[] {
  return Array.from({ length: SERVICES }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: `service-${i}`, namespace: `team-${Math.floor(i / 10)}` },
    spec: { clusterIP: address(i), clusterIPs: [address(i)], selector: { app: `service-${i}` }, ports: PORTS.map(port => ({ ...port, protocol: 'TCP' })) },
  }));
}

function address(i: number): string {
  return `10.97.${Math.floor(i / 250)}.${1 + i % 250}`;
}
