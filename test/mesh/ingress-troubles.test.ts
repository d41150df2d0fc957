import { App, Chart, Duration, JsonPatch } from 'cdk8s';
import { Answer, Scenario, Step, get, ingressGateway, kill, runMesh, service } from './mesh';
import { istio } from './recipes';
import { issuer } from './tokens';
import { Trouble, troubleTable } from './trouble-table';
import {
  Access, ClientCertificates, Destination, GatewayWorkload, IngressGateway, IngressListener, IngressRoute, IngressRouteProps, PathMatch, RouteAction,
} from '../../src';

interface Entering extends Trouble {
  readonly listener?: IngressListener;
  readonly route?: Partial<IngressRouteProps>;
  readonly steps?: Step[];
  readonly more?: Partial<Scenario>;
  readonly edit?: (gateway: IngressGateway, route: IngressRoute) => void;
}

const asked = (url = 'http://shop.test/', more = {}) => get(url, { from: 'outside', connect: `ingress:${url.startsWith('https') ? 443 : 80}`, trustCA: 'ingress', timeoutS: 3, ...more });
const forward = (name: string, port = 8080) => [{ action: RouteAction.forward(Destination.service(name, { port })) }];
const https = (more = {}) => IngressListener.https({ hosts: ['shop.test'], credentialName: 'shop-cert', ...more });
const secure = [asked('https://shop.test/')];
const late = { troubled: true, readyS: 20 };

const TROUBLES: Entering[] = [
  { because: 'no route has the host', what: 'add it to `hosts` of a route', steps: [asked('http://blog.test/')] },
  { because: 'no rule fits the request', what: 'add a match, or a last rule without any', route: { rules: [{ ...forward('web')[0], matches: [{ path: PathMatch.prefix('/cart') }] }] } },
  {
    because: 'the route is not bound to the gateway, because somebody changed one of them, or is not shown to its pods',
    what: 'apply both charts again',
    edit: (_, route) => route.virtualService!.addJsonPatch(JsonPatch.replace('/spec/exportTo/0', '.')),
  },
  {
    because: 'in two repositories: the Gateway does not let the namespace take hosts of its clear-text listeners',
    what: 'name it in `routeNamespaces` there',
    edit: ({ gateway }) => gateway.addJsonPatch(JsonPatch.replace('/spec/servers/0/hosts/0', 'platform/shop.test')),
  },
  { because: 'there is no such Service', what: 'look at name and namespace of the destination', route: { rules: forward('gone') } },
  { because: 'the Service has no such port', what: 'name a port of the Service, not of the pod', route: { rules: forward('web', 9090) } },
  {
    because: 'another DestinationRule for the Service, in the namespace of the gateway\'s pods, hides the parts that the route names',
    what: 'delete it, or put the parts there too',
    more: { fixtures: [istio('DestinationRule', 'istio-ingress', 'theirs', { host: 'web.shop.svc.cluster.local', trafficPolicy: { loadBalancer: { simple: 'RANDOM' } } })] },
    edit: (_, route) => route.virtualService!.addJsonPatch(JsonPatch.add('/spec/http/0/route/0/destination/subset', 'next')),
  },
  { because: 'the pods of the Service do not answer', what: 'look at them', steps: [kill('web'), asked()] },
  { because: 'the `timeout` of a rule is over', what: 'raise it, or ask why the Service is slow', route: { rules: [{ ...forward('web')[0], timeout: Duration.millis(200) }] }, steps: [asked('http://shop.test/delay/2s')] },
  { because: '`access` does not let the client in', what: 'look at `access`; behind a load balancer, at whose address the gateway sees', route: { access: [Access.ipBlocks(['203.0.113.0/24'])] }, log: /rbac_access_denied/ },
  {
    because: 'the token is invalid: expired, signed by another key, of another issuer',
    what: 'look at the token, and at `issuer` and the keys',
    route: { access: [Access.jwt({ issuer: 'https://id.test', jwks: issuer('https://id.test').jwks, audiences: ['shop'] })] },
    steps: [asked('http://shop.test/', { headers: { authorization: 'Bearer made-up' } })],
    log: /jwt_authn_access_denied/,
  },
  { because: 'TLS asks for a name that no listener has', what: 'add it to `hosts` of a listener', listener: https(), steps: [asked('https://blog.test/')] },
  { because: 'TLS asks for a name of a listener, and the Host header is another', what: 'add the other to the listener and to a route', listener: https(), steps: [asked('https://shop.test/', { headers: { host: 'blog.test' } })] },
  {
    because: 'the Secret with the certificate is not in the namespace of the gateway\'s pods',
    what: 'put it there',
    listener: https({ credentialName: 'gone' }),
    steps: secure,
    more: late,
  },
  { because: 'the listener demands a client certificate, and the client shows none that fits', what: 'show one of an authority in `ca`', listener: https({ clients: ClientCertificates.required() }), steps: secure },
  { because: 'clear text comes to the port for TLS', what: 'call `https://`', listener: https(), steps: [asked('http://shop.test:443/', { connect: 'ingress:443' })] },
];

const certificate = {
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'shop-cert', namespace: 'istio-ingress' },
  data: { 'tls.crt': '${cert:ingress:shop.test}', 'tls.key': '${key:ingress:shop.test}', 'ca.crt': '${ca:client}' },
};

async function seeking({ listener = IngressListener.http({ hosts: ['shop.test'] }), route, steps = [asked()], more, edit }: Entering): Promise<Answer> {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
  const gateway = new IngressGateway(shop, 'gateway', { workload, listeners: [listener] });
  const declared = new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules: forward('web'), ...route });
  edit?.(gateway, declared);
  const { fixtures = [], ...rest } = more ?? {};
  const outcome = await runMesh({ manifests: app, workloads: [service('web', { namespace: 'shop', http: 8080 }), ingressGateway()], fixtures: [certificate, ...fixtures as object[]], steps, ...rest });
  return outcome.answers[0];
}

troubleTable('ingress', TROUBLES, seeking);
