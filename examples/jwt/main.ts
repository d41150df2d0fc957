import { App, Chart } from 'cdk8s';
import { Access, ClaimMatch, Destination, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, RouteAction } from 'cdk8s-istio';

const app = new App();
const shop = new Chart(app, 'shop', { namespace: 'shop' });

const gateway = new IngressGateway(shop, 'gateway', {
  workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
  listeners: [IngressListener.https({ hosts: ['shop.example.com', 'admin.example.com'], credentialName: 'shop-cert' })],
});

// whoever has a token of the issuer that is meant for the shop, and for administration one of the group `admins`
const tokens = { issuer: 'https://id.example.com', jwksUri: 'https://id.example.com/keys', audiences: ['shop'] };
new IngressRoute(shop, 'web', {
  gateway,
  hosts: ['shop.example.com'],
  access: [Access.jwt(tokens)],
  openPaths: ['/health'],
  rules: [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }],
});
new IngressRoute(shop, 'admin', {
  gateway,
  hosts: ['admin.example.com'],
  access: [Access.jwt({ ...tokens, claims: [ClaimMatch.oneOf('groups', ['admins'])] })],
  rules: [{ action: RouteAction.forward(Destination.service('admin', { port: 8080 })) }],
});

app.synth();
