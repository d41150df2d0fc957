import { App, Chart, Duration } from 'cdk8s';
import {
  EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, IngressGateway, IngressListener, IngressRoute,
  Destination, PathMatch, RouteAction,
} from 'cdk8s-istio';

const app = new App();

// The platform team: where the egress gateway runs (a Helm release of istio/gateway).
const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
const egress = new EgressGateway(platform, 'egress', {
  workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
});

// The application team: who may come in ...
const bookinfo = new Chart(app, 'bookinfo', { namespace: 'bookinfo' });
const ingress = new IngressGateway(bookinfo, 'gateway', {
  workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
  listeners: [IngressListener.https({ hosts: ['bookinfo.example.com'], credentialName: 'bookinfo-cert' })],
});
new IngressRoute(bookinfo, 'productpage', {
  gateway: ingress,
  hosts: ['bookinfo.example.com'],
  rules: [{
    matches: ['/productpage', '/static', '/login', '/logout', '/api/v1/products'].map(path => ({ path: PathMatch.prefix(path) })),
    action: RouteAction.forward(Destination.service('productpage', { port: 9080 })),
    timeout: Duration.seconds(10),
  }],
});

// ... and what may go out. The application says http://httpbin.org; HTTPS leaves the mesh, and the name is verified.
const httpbin = new ExternalService(bookinfo, 'httpbin', {
  hosts: ['httpbin.org'],
  ports: [ExternalPort.httpToHttps()],
});
new EgressRoute(bookinfo, 'httpbin-via-egress', {
  service: httpbin,
  gateway: egress,
  allow: [{ path: PathMatch.prefix('/get') }],
});

app.synth();
