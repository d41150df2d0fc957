import { ApiObject, App, Chart } from 'cdk8s';
import { Caller, EgressGateway, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, PathMatch } from 'cdk8s-istio';

const app = new App();

const platform = new Chart(app, 'platform', { namespace: 'istio-system' });
const egress = new EgressGateway(platform, 'egress', {
  workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
});

// all that may leave: which hosts, who may call them, which requests
const shop = new Chart(app, 'shop', { namespace: 'shop' });
const payments = new ExternalService(shop, 'payments', { hosts: ['payments.example.com'], ports: [ExternalPort.httpToHttps()] });
new EgressRoute(shop, 'payments-route', {
  service: payments,
  gateway: egress,
  callers: [Caller.serviceAccount('shop', 'shop')],
  allow: [{ path: PathMatch.exact('/v1/charges'), methods: ['POST'] }],
});

// and no other way: pods may speak to pods of the cluster, and to nothing outside of it
new ApiObject(shop, 'only-inside', {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{ to: [{ namespaceSelector: {} }] }] },
});

app.synth();
