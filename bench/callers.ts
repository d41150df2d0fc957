import { App, Chart } from 'cdk8s';
import { library } from './apps';
import { printTable } from './print';
import { spread } from './statistics';
import { call } from '../test/mesh/call';
import { toYaml } from '../test/mesh/manifests';
import { lab, missing } from '../test/mesh/prerequisites';
import { Report } from '../test/mesh/result';
import { egressGateway, sidecar } from '../test/mesh/workloads';

const COUNTS = [1, 30, 500];
const ROUNDS = 9;
const REQUESTS = 1000;

/** What a request costs through a route of many callers, of which the last one asks: each expression of the others is tried before its own. */
export async function printCallers(): Promise<void> {
  if (missing().length > 0) {
    console.error(`\nSKIPPED: what many callers cost. ${missing().join('; ')}`);
    process.exitCode = 1;
    return;
  }
  const rounds = Array.from({ length: ROUNDS }, (_, round) => COUNTS.map((__, i) => COUNTS[(i + round) % COUNTS.length]));
  const names = rounds.map((counts, round) => counts.map(count => ({ count, name: `${count}-${round}` })));
  const steps = names.flat().flatMap(({ count, name }) => [
    { load: { name, url: `http://callers-${count}.test/`, from: 'app', count: REQUESTS } }, { await: name },
  ]);
  const binaries = lab();
  const externals = COUNTS.map(count => ({ host: `callers-${count}.test`, ports: [{ port: 80, protocol: 'http' }] }));
  const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
  const input = { name: 'callers', manifests: toYaml(routes()), fixtures: '', workloads, externals, steps };
  const report = await call<Report>(binaries.lab, 'run', input, { ENVOY: binaries.envoy });
  const loads = new Map(report.steps.flatMap((step, i) => (step.load ? [[steps[i].load!.name, step.load.p50MS] as const] : [])));
  const ratios = (count: number) => names.map((_, round) => loads.get(`${count}-${round}`)! / loads.get(`${COUNTS[0]}-${round}`)!);
  printTable('The median latency of a request, as a multiple: median (middle half)', ['callers', 'over one caller'], COUNTS.map(count => [count, spread(ratios(count))]));
}

function routes(): App {
  const { Caller, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } = library();
  const app = new App();
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', {
    workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  for (const count of COUNTS) {
    const service = new ExternalService(shop, `service-${count}`, { hosts: [`callers-${count}.test`], ports: [ExternalPort.http()] });
    const others = Array.from({ length: count - 1 }, (_, i) => Caller.namespace(`team-${i}`));
    new EgressRoute(shop, `route-${count}`, { service, gateway, callers: [...others, Caller.namespace('shop')] });
  }
  return app;
}
