import { App, Chart } from 'cdk8s';
import { shopWorkloads } from './entering';
import { Outcome, RequestOptions, Scenario, Step, get, runMesh } from './mesh';
import { GatewayWorkload, IngressGateway, IngressListener, IngressRoute, IngressRouteProps } from '../../src';

export interface Listening { readonly app: App; readonly shop: Chart; readonly gateway: IngressGateway; readonly routes: IngressRoute[] }

/** The shop's gateway with its listeners, and routes from them; the pods of the gateway run in another namespace. */
export function listening(listeners: IngressListener[], ...routes: Omit<IngressRouteProps, 'gateway'>[]): Listening {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
  const gateway = new IngressGateway(shop, 'gateway', { workload, listeners });
  return { app, shop, gateway, routes: routes.map((route, i) => new IngressRoute(shop, `route-${i}`, { gateway, ...route })) };
}

export function send({ app }: Pick<Listening, 'app'>, steps: Step[], more: Partial<Scenario> = {}): Promise<Outcome> {
  return runMesh({ manifests: app, workloads: shopWorkloads, steps, ...more });
}

/** A Secret that the gateway's pods find. */
export function secret(name: string, data: Record<string, string>, namespace = 'istio-ingress'): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, data };
}

/** The data of a Secret with a certificate for hosts. */
export const certificate = (hosts: string) => ({ 'tls.crt': `\${cert:ingress:${hosts}}`, 'tls.key': `\${key:ingress:${hosts}}` });

/** A request from outside to port 443, or 80 for `http:`. */
export function ask(url: string, options: Partial<RequestOptions> = {}): Step {
  return get(url, { from: 'outside', connect: url.startsWith('http:') ? 'ingress:80' : 'ingress:443', trustCA: 'ingress', ...options });
}
