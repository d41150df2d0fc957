import { App, Chart } from 'cdk8s';
import { EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, PathMatch } from 'cdk8s-istio';

const app = new App();

const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
const egress = new EgressGateway(platform, 'egress', {
  workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
});

// the application says http://api.example.com; HTTPS leaves the mesh, and the name is verified
const shop = new Chart(app, 'shop', { namespace: 'shop' });
const api = new ExternalService(shop, 'api', {
  hosts: ['api.example.com'],
  ports: [ExternalPort.httpToHttps()],
});
new EgressRoute(shop, 'api-route', {
  service: api,
  gateway: egress,
  allow: [{ path: PathMatch.prefix('/v1'), methods: ['GET', 'POST'] }],
});

app.synth();
