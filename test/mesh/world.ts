import { ApiObject, App, Chart } from 'cdk8s';
import { Outcome, Scenario, ambient, egressGateway, runMesh, sidecar, waypoint } from './mesh';
import {
  EgressGateway, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, ExternalServiceProps, GatewayWorkload, MeshSettings, UndeclaredTraffic,
} from '../../src';

export interface Declared {
  readonly app: App;
  readonly shop: Chart;
  readonly gateway: EgressGateway;
  readonly service: ExternalService;
  readonly route: EgressRoute;
}

interface Around {
  /** @default - an app of its own */
  readonly app?: App;
  /** Where the gateway runs. */
  readonly workload?: GatewayWorkload;
  readonly undeclared?: UndeclaredTraffic;
  /** Whether the ServiceEntry stands beside the gateway. */
  readonly isBeside?: boolean;
  /** What the app takes for the trust domain of the mesh. */
  readonly trustDomain?: string;
}

/** The shop's route to an external service. */
export function declare(
  service: Partial<ExternalServiceProps> = {},
  route: Partial<EgressRouteProps> = {},
  { app = new App(), workload, undeclared, isBeside, trustDomain }: Around = {},
): Declared {
  if (trustDomain !== undefined) MeshSettings.of(app, { trustDomain });
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', {
    workload: workload ?? GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
    undeclared,
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const api = new ExternalService(shop, 'api', { hosts: ['api.test'], ports: [ExternalPort.http()], ...isBeside && { besideGateway: gateway }, ...service });
  return { app, shop, gateway, service: api, route: new EgressRoute(shop, 'route', { service: api, gateway, ...route }) };
}

/** The shop's service to which sidecars go by themselves, in an app of its own. */
export function declareDirect(props: Partial<ExternalServiceProps> = {}): Pick<Declared, 'app' | 'shop' | 'service'> {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  return { app, shop, service: new ExternalService(shop, 'api', { hosts: ['api.test'], ports: [ExternalPort.http()], direct: true, ...props }) };
}

/** Workloads of two namespaces, and the egress gateway. */
export const workloads = [
  sidecar('app', { namespace: 'shop' }),
  sidecar('stranger', { namespace: 'other' }),
  egressGateway(),
];

/** The same in ambient, with a waypoint for the gateway. */
export const ambientWorkloads = [
  ambient('app', { namespace: 'shop' }),
  ambient('stranger', { namespace: 'other' }),
  waypoint(),
];

/** Runs what was declared among these workloads, or others. */
export function run(
  { app }: { readonly app: App }, externals: Scenario['externals'], steps: Scenario['steps'], more: Partial<Pick<Scenario, 'workloads' | 'fixtures' | 'troubled' | 'readyS' | 'env' | 'meshConfig' | 'channel'>> = {},
): Promise<Outcome> {
  return runMesh({ manifests: app, workloads, externals, steps, ...more });
}

/** The only part of a route that has this kind and, in its name, this text. */
export function part({ route }: Declared, kind: string, name = ''): ApiObject {
  const found = route.parts.filter(p => p.kind === kind && p.name.includes(name));
  if (found.length !== 1) throw new Error(`${found.length} parts are ${kind} ${name}`);
  return found[0];
}
