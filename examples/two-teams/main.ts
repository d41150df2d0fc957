import { App, Chart } from 'cdk8s';
import { Destination, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, RouteAction } from 'cdk8s-istio';

const app = new App();

// the platform team: one gateway, and a listener for each team's hosts
const platform = new Chart(app, 'platform', { namespace: 'istio-ingress' });
const gateway = new IngressGateway(platform, 'gateway', {
  workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
  listeners: [
    IngressListener.https({ hosts: ['shop.example.com'], credentialName: 'shop-cert' }),
    IngressListener.https({ hosts: ['blog.example.com'], credentialName: 'blog-cert' }),
  ],
});

// the teams: each in its own namespace, each with its own host
for (const [team, host] of [['shop', 'shop.example.com'], ['blog', 'blog.example.com']]) {
  const chart = new Chart(app, team, { namespace: team });
  new IngressRoute(chart, 'route', {
    gateway,
    hosts: [host],
    rules: [{ action: RouteAction.forward(Destination.service(`${team}-web`, { port: 8080 })) }],
  });
}

app.synth();
