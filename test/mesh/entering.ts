import { App, Chart } from 'cdk8s';
import { RequestOptions, Step, get, ingressGateway, service } from './mesh';
import { Destination, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, IngressRule, RouteAction } from '../../src';

/** Two services of the shop behind an ingress gateway, whose pods run in another namespace. */
export const shopWorkloads = [service('web', { namespace: 'shop', http: 8080 }), service('next', { namespace: 'shop', http: 8080 }), ingressGateway()];

export const forward = (name: string, port = 8080) => RouteAction.forward(Destination.service(name, { port }));

/** The shop's gateway, for clear text unless it has other listeners, and no route yet. */
export function entrance(listeners = [IngressListener.http()]) {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const gateway = new IngressGateway(shop, 'gateway', { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }), listeners });
  return { app, shop, gateway };
}

/** A route for each host, so that one mesh serves many cases. */
export function routesFor(hosts: Record<string, IngressRule[]>) {
  const { app, shop, gateway } = entrance();
  const routeFor = (host: string) => new IngressRoute(shop, host, { gateway, hosts: [host], rules: hosts[host] });
  return { app, shop, gateway, routes: Object.fromEntries(Object.keys(hosts).map(host => [host, routeFor(host)])) };
}

/** A request from outside that comes to the gateway in clear text. */
export function enter(url: string, more: Partial<RequestOptions> = {}): Step {
  return get(url, { from: 'outside', connect: 'ingress:80', ...more });
}
