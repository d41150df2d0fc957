import { App, Chart } from 'cdk8s';
import { LoadReport, Outcome, Step, apply, egressGateway, external, load, remove, sidecar } from './mesh';
import { Caller, EgressGateway, EgressRoute, EgressRouteProps, ExternalPort, ExternalService, GatewayWorkload, UndeclaredTraffic } from '../../src';

/** Two applications that call the shop's external services, neither kept from the outside by anything but our objects. */
export const workloads = [sidecar('app', { namespace: 'shop' }), sidecar('till', { namespace: 'billing' }), egressGateway()];
export const externals = ['api.test', 'auth.test'].map(host => external(host, { http: 80, https: 443 }));

/** Sidecars refuse hosts that they do not know, instead of letting them pass. */
export const REGISTRY_ONLY = 'outboundTrafficPolicy: { mode: REGISTRY_ONLY }';

/** The shop's routes, each to one host. */
export function routesTo(
  hosts: Record<string, ExternalPort[]>, props: Partial<EgressRouteProps> = {}, name = 'egress', undeclared?: UndeclaredTraffic,
): App {
  const app = new App();
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), name, {
    workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
    undeclared,
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  for (const [host, ports] of Object.entries(hosts)) {
    const service = new ExternalService(shop, host, { hosts: [host], ports });
    new EgressRoute(shop, `${host}-route`, { service, gateway, callers: [Caller.namespace('shop'), Caller.namespace('billing')], ...props });
  }
  return app;
}

export interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly host?: string; readonly hosts?: string[]; readonly gateways?: string[] };
}

/** All objects of an app, in the order in which `kubectl apply` takes them. */
export function objectsOf(app: App): Manifest[] {
  return app.charts.flatMap(chart => chart.toJson() as Manifest[]);
}

/** Applies objects as `kubectl apply` does, one by one; the lab's istiod tells the proxies of each, and collects nothing. */
export function applyEach(objects: readonly Manifest[]): Step[] {
  return objects.map(object => apply([object]));
}

/** As a deployment tool changes one state into another: what is new is applied, then what is gone is pruned. */
export function change(from: App, to: App): Step[] {
  return [...applyEach(objectsOf(to)), ...gone(from, to).map(object => remove([object]))];
}

/** The objects that only the first of two apps has. */
export function gone(from: App, to: App): Manifest[] {
  const id = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace}/${metadata.name}`;
  const kept = new Set(objectsOf(to).map(id));
  return objectsOf(from).filter(object => !kept.has(id(object)));
}

/** Traffic that goes on until it is stopped. */
export function traffic(name: string, url: string, from = 'app'): Step {
  return load(name, url, { from, count: 20_000, concurrency: 4, rate: 1000 });
}

/** The requests of a load that no external server answered well. */
export function lost({ sent, tally }: Pick<LoadReport, 'sent' | 'tally'>): number {
  return sent - good(tally);
}

/** As `lost`, of the requests that left after the step of this index had begun. */
export function lostSince(step: number, { during }: LoadReport): number {
  const later = Object.entries(during).filter(([index]) => Number(index) >= step).map(([, tally]) => tally);
  return later.reduce((sum, tally) => sum + total(tally) - good(tally), 0);
}

/** Prints what became of the loads. */
export function count({ loads }: Outcome): void {
  const lines = Object.entries(loads)
    .map(([name, report]) => `  ${name}: ${report.sent} sent, ${lost(report)} lost, ${JSON.stringify(report.tally)}`);
  process.stderr.write([expect.getState().currentTestName, ...lines, ''].join('\n'));
}

function good(tally: Record<string, number>): number {
  return total(Object.fromEntries(Object.entries(tally).filter(([outcome]) => outcome.startsWith('200 '))));
}

function total(tally: Record<string, number>): number {
  return Object.values(tally).reduce((sum, n) => sum + n, 0);
}
