import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { Outcome, RequestOptions, Scenario, Step, get, ingressGateway, runMesh, service } from './mesh';
import { Destination, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, IngressRouteProps, IngressRule, RouteAction } from '../../src';

const workloads = [
  service('web', { namespace: 'shop', http: 8080 }),
  service('next', { namespace: 'shop', http: 8080 }),
  service('authorizer', { namespace: 'security', http: 8000 }),
  ingressGateway(),
];

export function forward(name: string): IngressRule[] {
  return [{ action: RouteAction.forward(Destination.service(name, { port: 8080 })) }];
}

export function plain(host: string, path = '/', more: Partial<RequestOptions> = {}): Step {
  return get(`http://${host}${path}`, { from: 'outside', connect: 'ingress:80', ...more });
}

/** A request whose Host header is this text. */
export function spelt(host: string): Step {
  return plain('any.test', '/', { headers: { host } });
}

/** The shop's routes through one gateway, by their hosts. What is not said of a route is what `web` behind every path makes it. */
export type Routes = Record<string, Partial<IngressRouteProps>>;

export interface Declared {
  readonly app: App;
  readonly gateway: IngressGateway;
  readonly routes: Record<string, IngressRoute>;
}

export function declare(routes: Routes, listeners = [IngressListener.http()]): Declared {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
  const gateway = new IngressGateway(shop, 'gateway', { workload, listeners });
  const made = Object.entries(routes).map(([host, props]) => [host, new IngressRoute(shop, host, { gateway, hosts: [host], rules: forward('web'), ...props })]);
  return { app, gateway, routes: Object.fromEntries(made) };
}

export type Break = readonly [host: string, kind: string, ...patch: JsonPatch[]];

export interface RunOptions extends Partial<Scenario> {
  readonly listeners?: IngressListener[];
  readonly broken?: Break;
}

/** Runs routes, one of which may be broken. */
export function run(routes: Routes, steps: Step[], more: RunOptions = {}): Promise<Outcome> {
  const { listeners, broken, ...scenario } = more;
  const declared = declare(routes, listeners);
  if (broken) {
    const [host, kind, ...patch] = broken;
    partOf(declared.routes[host], kind).addJsonPatch(...patch);
  }
  return runMesh({ manifests: declared.app, workloads, steps, ...scenario });
}

function partOf(route: IngressRoute, kind: string): ApiObject {
  return [route.virtualService, ...route.accessObjects].find(part => part.kind === kind)!;
}

export function statuses({ answers }: Outcome): number[] {
  return answers.map(a => a.status);
}
