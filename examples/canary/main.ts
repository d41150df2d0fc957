import { App, Chart } from 'cdk8s';
import { Destination, GatewayWorkload, HeaderMatch, IngressGateway, IngressListener, IngressRoute, RouteAction } from 'cdk8s-istio';

const app = new App();
const shop = new Chart(app, 'shop', { namespace: 'shop' });

const gateway = new IngressGateway(shop, 'gateway', {
  workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
  listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-cert' })],
});

// testers choose the new version by a header; of all others every twentieth gets it
const stable = Destination.service('web', { port: 8080 });
const next = Destination.service('web-next', { port: 8080 });
new IngressRoute(shop, 'web', {
  gateway,
  hosts: ['shop.example.com'],
  rules: [
    { matches: [{ headers: [HeaderMatch.exact('x-canary', 'always')] }], action: RouteAction.forward(next) },
    { matches: [{ headers: [HeaderMatch.exact('x-canary', 'never')] }], action: RouteAction.forward(stable) },
    { action: RouteAction.split([stable.weighted(95), next.weighted(5)]) },
  ],
});

app.synth();
