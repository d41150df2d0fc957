import { App, Chart } from 'cdk8s';
import { library, Manifest } from './apps';
import { printTable } from './print';
import { spread } from './statistics';
import { call } from '../test/mesh/call';
import { toYaml } from '../test/mesh/manifests';
import { lab, missing } from '../test/mesh/prerequisites';
import { Report } from '../test/mesh/result';
import { egressGateway, sidecar } from '../test/mesh/workloads';

const HOSTS = 1000;
const ROUNDS = 7;
const REQUESTS = 1000;
/** The host whose policies the gateway compares last. */
const LAST = `host-${HOSTS - 1}.test`;

const STATES = ['no policy that allows', 'undeclared: allowed', 'undeclared: denied'] as const;
type State = typeof STATES[number];

/** What a request to the last of many declared hosts costs, by what the gateway does with all that is not declared. */
export async function printDeclared(): Promise<void> {
  if (missing().length > 0) {
    console.error(`\nSKIPPED: what declared hosts cost. ${missing().join('; ')}`);
    process.exitCode = 1;
    return;
  }
  const [denied, allowed] = [policies('denied'), policies('allowed')];
  const enter: { readonly [K in State]: object } = {
    'no policy that allows': { delete: toYaml(denied) }, 'undeclared: allowed': { apply: toYaml(allowed) }, 'undeclared: denied': { apply: toYaml(denied) },
  };
  const rounds = Array.from({ length: ROUNDS }, (_, round) => STATES.map((__, i) => STATES[(i + round) % STATES.length]));
  const warm = { load: { name: 'warm', url: `http://${LAST}/`, from: 'app', count: REQUESTS } };
  const steps = [warm, { await: 'warm' }, ...rounds.flatMap((states, round) => states.flatMap(state => {
    const name = `${state} ${round}`;
    return [enter[state], { load: { name, url: `http://${LAST}/`, from: 'app', count: REQUESTS } }, { await: name }];
  }))];
  const binaries = lab();
  const externals = [{ host: LAST, ports: [{ port: 80, protocol: 'http' }] }];
  const input = { name: 'declared', manifests: toYaml(app('denied')), fixtures: '', workloads: [sidecar('app', { namespace: 'shop' }), egressGateway()], externals, steps };
  const report = await call<Report>(binaries.lab, 'run', input, { ENVOY: binaries.envoy });
  const medians = new Map(report.steps.flatMap((step, i) => {
    const started = steps[i] as { readonly load?: { readonly name: string } };
    return step.load && started.load ? [[started.load.name, step.load.p50MS] as const] : [];
  }));
  const ratios = (state: State) => rounds.map((_, round) => medians.get(`${state} ${round}`)! / medians.get(`${STATES[0]} ${round}`)!);
  printTable(`The median latency of a request to the last of ${HOSTS} hosts, as a multiple: median (middle half)`, ['gateway', 'over one without policies that allow'],
    STATES.map(state => [state, spread(ratios(state))]));
}

function app(undeclared: 'denied' | 'allowed'): App {
  const { EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, UndeclaredTraffic } = library();
  const made = new App();
  const gateway = new EgressGateway(new Chart(made, 'platform', { namespace: 'istio-system' }), 'egress', {
    workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
    undeclared: undeclared === 'allowed' ? UndeclaredTraffic.allowed('to measure what it costs to deny it') : UndeclaredTraffic.denied(),
  });
  const shop = new Chart(made, 'shop', { namespace: 'shop' });
  for (let i = 0; i < HOSTS; i++) {
    const service = new ExternalService(shop, `service-${i}`, { hosts: [`host-${i}.test`], ports: [ExternalPort.http()] });
    new EgressRoute(shop, `route-${i}`, { service, gateway });
  }
  return made;
}

function policies(undeclared: 'denied' | 'allowed'): Manifest[] {
  const all = app(undeclared).charts.flatMap(chart => chart.toJson() as Manifest[]);
  return all.filter(({ kind, spec }) => kind === 'AuthorizationPolicy' && (spec as { readonly action?: string }).action === 'ALLOW');
}
