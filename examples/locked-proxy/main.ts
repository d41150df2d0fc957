import { App, Chart } from 'cdk8s';
import { Caller, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload, PathMatch } from 'cdk8s-istio';

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

// and no other way: from pods to the gateway, and from the gateway to what is declared
new EgressLock(shop, 'lock', { gateway: egress });

app.synth();
