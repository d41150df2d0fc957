import { App, Chart } from 'cdk8s';
import {
  Destination, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, IngressGateway, IngressRoute,
  LegOne, PathMatch, RouteAction, VirtualServiceLayout,
} from 'cdk8s-istio';

// The routing of Istio's introductory articles and no more, to be read beside main.ts: every host comes in over clear text, and httpbin.org
// is reached over clear text on both legs, by one VirtualService. It works; what it gives up is said in README.md.
const app = new App();

const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
const egress = new EgressGateway(platform, 'egress', {
  workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
});

const bookinfo = new Chart(app, 'bookinfo', { namespace: 'default' });
const ingress = new IngressGateway(bookinfo, 'bookinfo-gateway', {
  workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }),
});
new IngressRoute(bookinfo, 'bookinfo', {
  gateway: ingress,
  hosts: ['*'],
  rules: [{
    matches: [{ path: PathMatch.rawPrefix('/productpage') }],
    action: RouteAction.forward(Destination.service('productpage', { port: 9080 })),
  }],
});

const httpbin = new ExternalService(bookinfo, 'httpbin-ext', {
  hosts: ['httpbin.org'],
  ports: [ExternalPort.http()],
});
new EgressRoute(bookinfo, 'route-via-egressgateway', {
  service: httpbin,
  gateway: egress,
  legOne: LegOne.plaintext('the article has no mTLS to its gateway'),
  layout: VirtualServiceLayout.SINGLE,
  allow: [{ path: PathMatch.rawPrefix('/get') }],
});

app.synth();
