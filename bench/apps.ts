import { createRequire } from 'node:module';
import { join } from 'node:path';
import { ApiObject, App, Chart } from 'cdk8s';
import type { GatewayWorkload } from '../src';

// The library as users load it, compiled by jsii; typed by its sources, which are there before that.
const compiled = createRequire(join(process.cwd(), 'lib', 'index.js'));
export const library = () => compiled('./src') as typeof import('../src');
const networking = () => compiled('./imports/networking.istio.io') as typeof import('../imports/networking.istio.io');
const security = () => compiled('./imports/security.istio.io') as typeof import('../imports/security.istio.io');

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: 'Gateway' | 'VirtualService' | 'DestinationRule' | 'ServiceEntry' | 'AuthorizationPolicy';
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: object;
}

/** One app, written in several ways. Some of them are given its manifests. */
export const WAYS = { 'the library': withLibrary, 'plain objects': withPlainObjects, 'generated classes': withGeneratedClasses };

export type Way = keyof typeof WAYS;

export function manifestsOf(routes: number): Manifest[] {
  return JSON.parse(JSON.stringify(withLibrary(routes).charts[0].toJson()));
}

export function withLibrary(routes: number): App {
  return through(library().GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }), routes);
}

/** The same in an ambient mesh. */
export function withWaypoint(routes: number): App {
  return through(library().GatewayWorkload.waypoint('egress', { namespace: 'istio-egress' }), routes);
}

function through(workload: GatewayWorkload, routes: number): App {
  const { EgressGateway, EgressRoute, ExternalPort, ExternalService } = library();
  const app = new App();
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new EgressGateway(chart, 'egress', { workload });
  for (const host of hosts(routes)) {
    const service = new ExternalService(chart, host, { hosts: [host], ports: [ExternalPort.httpToHttps()] });
    new EgressRoute(chart, `${host}-route`, { service, gateway });
  }
  return app;
}

export function hosts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `api-${i}.example.com`);
}

function withPlainObjects(_: number, manifests: Manifest[]): App {
  const app = new App();
  const chart = new Chart(app, 'shop');
  for (const manifest of manifests) new ApiObject(chart, `${manifest.kind}-${manifest.metadata.name}`, manifest);
  return app;
}

/** Names of fields and values of enums are the same in manifests and in the properties of the classes, for all that the library makes. */
function withGeneratedClasses(_: number, manifests: Manifest[]): App {
  const classes = { ...networking(), ...security() };
  const app = new App();
  const chart = new Chart(app, 'shop');
  for (const { kind, metadata, spec } of manifests) new classes[kind](chart, `${kind}-${metadata.name}`, { metadata, spec: spec as never });
  return app;
}
