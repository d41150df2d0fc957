import { App, Chart } from 'cdk8s';
import { find, manifestsOf, synth } from './synth';
import {
  DirectRoute, DirectRouteProps, EgressGateway, EgressGatewayProps, EgressRoute, EgressRouteProps, ExternalPort, ExternalService,
  ExternalServiceProps, GatewayWorkload, GatewayWorkloadPort, IngressGateway, IngressGatewayProps, IngressRoute, IngressRouteProps, MeshSettings,
  MeshSettingsOptions, RouteApi, TunnelProtocol,
} from '../src';

/** A mesh with an egress gateway that the platform's chart declares, and a chart of the application. */
export function mesh(settings: MeshSettingsOptions = {}, ports?: GatewayWorkloadPort[]) {
  const app = new App();
  MeshSettings.of(app, settings);
  const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const egress = new EgressGateway(platform, 'egress', {
    workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system', ports }),
  });
  return { app, platform, shop, egress };
}

/** An external service of the shop, and a route to it through the egress gateway. */
export function routed(
  service: ExternalServiceProps, props: Partial<EgressRouteProps> = {}, settings?: MeshSettingsOptions, ports?: GatewayWorkloadPort[],
) {
  const world = mesh(settings, ports);
  const external = new ExternalService(world.shop, 'service', service);
  const route = new EgressRoute(world.shop, 'route', { service: external, gateway: world.egress, ...props });
  return { ...world, service: external, route, manifests: () => manifestsOf(world.app, [external.serviceEntry, ...route.parts]) };
}

/** A waypoint that the platform's chart declares, and a chart of the application. */
export function ambientMesh(settings: MeshSettingsOptions = {}, props: Partial<EgressGatewayProps> = {}) {
  const app = new App();
  MeshSettings.of(app, settings);
  const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const egress = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' }), ...props });
  return { app, platform, shop, egress };
}

/** As `routed`, through a waypoint. */
export function atWaypoint(service: ExternalServiceProps, props: Partial<EgressRouteProps> = {}, settings?: MeshSettingsOptions) {
  const world = ambientMesh(settings);
  const external = new ExternalService(world.shop, 'service', service);
  const route = new EgressRoute(world.shop, 'route', { service: external, gateway: world.egress, ...props });
  const manifests = () => {
    const all = synth(world.app);
    return [...external.parts, ...route.parts].map(({ kind, name, metadata: { namespace } }) => (
      find(all.filter(o => o.metadata.namespace === namespace), kind, name)
    ));
  };
  return { ...world, service: external, route, manifests };
}

/** As `mesh`, where the gateway serves what still has sidecars beside a waypoint. */
export function migrating(settings?: MeshSettingsOptions, props: Partial<EgressGatewayProps> = {}) {
  const { egress: sidecarGateway, ...world } = mesh(settings);
  const workload = GatewayWorkload.waypoint('waypoint', { namespace: 'istio-egress' });
  const egress = new EgressGateway(world.platform, 'waypoint', { workload, sidecarGateway, ...props });
  return { ...world, sidecarGateway, egress };
}

/** An external service of the shop to which sidecars go by themselves. */
export function direct(props: ExternalServiceProps, settings?: MeshSettingsOptions) {
  const world = mesh(settings);
  const service = new ExternalService(world.shop, 'service', { direct: true, ...props });
  return { ...world, service, manifests: () => manifestsOf(world.app, [service.serviceEntry, ...service.destinationRules]) };
}

/** An external service of the shop to which sidecars go by themselves, and what they do with requests. */
export function routedDirectly(service: ExternalServiceProps, props: Partial<DirectRouteProps> = {}, settings?: MeshSettingsOptions) {
  const world = direct(service, settings);
  const route = new DirectRoute(world.shop, 'route', { service: world.service, ...props });
  const { serviceEntry, destinationRules } = world.service;
  return { ...world, route, manifests: () => manifestsOf(world.app, [serviceEntry, ...route.virtualServices, ...destinationRules]) };
}

/** A forward proxy of the platform, outside the mesh. */
const forwardProxy = { hosts: ['proxy.example.com'], addresses: ['192.0.2.20'], ports: [ExternalPort.tcp({ number: 3128 })] };

/** As `routed`, by a forward proxy. */
export function proxied(
  service: ExternalServiceProps, proxy: Partial<ExternalServiceProps> = {}, props: Partial<EgressRouteProps> = {}, protocol?: TunnelProtocol,
) {
  const world = mesh();
  const through = new ExternalService(world.platform, 'proxy', { ...forwardProxy, ...proxy });
  const external = new ExternalService(world.shop, 'service', service);
  const route = new EgressRoute(world.shop, 'route', { service: external, gateway: world.egress, connectProxy: { service: through, protocol }, ...props });
  const parts = [external.serviceEntry, through.serviceEntry, ...route.parts];
  return { ...world, proxy: through, service: external, route, manifests: () => manifestsOf(world.app, parts) };
}

/** As `direct`, by a forward proxy. */
export function directlyProxied(props: ExternalServiceProps, proxy: Partial<ExternalServiceProps> = {}) {
  const world = mesh();
  const through = new ExternalService(world.shop, 'proxy', { ...forwardProxy, direct: true, ...proxy });
  const service = new ExternalService(world.shop, 'service', { direct: true, connectProxy: { service: through }, ...props });
  const parts = [service.serviceEntry, ...service.destinationRules, service.virtualService!];
  return { ...world, proxy: through, service, manifests: () => manifestsOf(world.app, parts) };
}

/** An ingress gateway of the shop, whose pods are elsewhere, and a route from it. */
export function ingress(gatewayProps: Partial<IngressGatewayProps>, props: Omit<IngressRouteProps, 'gateway'>) {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(shop, 'gateway', {
    workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }), ...gatewayProps,
  });
  const route = new IngressRoute(shop, 'route', { gateway, ...props });
  return { app, shop, gateway, route, manifests: () => manifestsOf(app, [gateway.gateway, ...route.routeObjects, ...route.accessObjects]) };
}

/** An ingress gateway whose routes are those of the Gateway API, and a route from it to the shop. */
export function standardIngress(
  gatewayProps: Partial<IngressGatewayProps>, props: Omit<IngressRouteProps, 'gateway'>, settings: MeshSettingsOptions = {},
) {
  const app = new App();
  MeshSettings.of(app, settings);
  const edge = new Chart(app, 'edge', { namespace: 'istio-ingress' });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(edge, 'gateway', {
    workload: GatewayWorkload.gatewayApi('public', { namespace: 'istio-ingress' }), routeApi: RouteApi.GATEWAY_API, ...gatewayProps,
  });
  const route = new IngressRoute(shop, 'route', { gateway, ...props });
  return { app, edge, shop, gateway, route, manifests: () => manifestsOf(app, [gateway.gateway, ...route.routeObjects, ...route.accessObjects]) };
}
