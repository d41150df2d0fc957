import { App, Chart } from 'cdk8s';
import { Caller, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } from 'cdk8s-istio';

const app = new App();

const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
const egress = new EgressGateway(platform, 'egress', {
  workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
});

// TCP carries no name, so the addresses that the application dials are told
const shop = new Chart(app, 'shop', { namespace: 'shop' });
const database = new ExternalService(shop, 'database', {
  hosts: ['db.example.com'],
  addresses: ['198.19.1.10'],
  ports: [ExternalPort.postgres()],
});
new EgressRoute(shop, 'database-route', {
  service: database,
  gateway: egress,
  callers: [Caller.serviceAccount('shop', 'shop')],
});

app.synth();
