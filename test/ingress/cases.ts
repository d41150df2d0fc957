import { Chart, Duration } from 'cdk8s';
import { ACCESS } from './access-cases';
import { LISTENERS } from './listener-cases';
import { STANDARD } from './standard-cases';
import {
  Destination, DestinationPolicy, ExternalPort, ExternalService, HashKey, HeaderMatch, IngressDelegate, IngressListener, IngressRoute, LoadBalancer,
  PathMatch, PathRewrite, PlainHttp, RouteAction, StringMatch, UpstreamTls,
} from '../../src';
import { ingress } from '../fixtures';

const hosts = ['shop.example.com'];
const rules = [{ action: RouteAction.forward(Destination.service('web', { port: 8080 })) }];
const https = (plainHttp?: PlainHttp, port?: number) => ({ listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert', plainHttp, port })] });

/** Each way into the mesh, once. What holds for all manifests is tested over all of these. */
export const CASES = {
  'http for every host': () => ingress({}, { hosts, rules }),
  'http for one host': () => ingress({ listeners: [IngressListener.http({ hosts })] }, { hosts, rules }),
  'https': () => ingress(https(), { hosts, rules }),
  'https beside clear text': () => ingress(https(PlainHttp.serve()), { hosts, rules }),
  'https alone': () => ingress(https(PlainHttp.closed()), { hosts, rules }),
  'several hosts, one of them a wildcard': () => ingress(
    { listeners: [IngressListener.https({ hosts: ['shop.example.com', '*.shop.example.com'], credentialName: 'shop-cert' })] },
    { hosts: ['shop.example.com', '*.shop.example.com'], rules },
  ),
  'two certificates': () => ingress({
    listeners: [IngressListener.https({ hosts, credentialName: 'shop-cert' }), IngressListener.https({ hosts: ['*.example.com'], credentialName: 'wildcard-cert' })],
  }, { hosts, rules }),
  'cors': () => ingress({}, {
    hosts,
    rules: [{
      ...rules[0],
      matches: [{ path: PathMatch.prefix('/api'), methods: ['GET', 'PUT'] }],
      cors: { allowOrigins: [StringMatch.exact('https://shop.example.com')], allowHeaders: ['x-tenant'], maxAge: Duration.hours(1), allowCredentials: true },
    }],
  }),
  'paths in whatever case, gRPC and schemes': () => ingress(https(PlainHttp.serve()), {
    hosts,
    rules: [
      { matches: [{ path: PathMatch.prefix('/Old', { ignoreCase: true }) }], action: rules[0].action, rewrite: { path: PathRewrite.prefix('/new') } },
      { matches: [{ path: PathMatch.grpc('shop.v1.Orders') }], action: RouteAction.forward(Destination.service('orders', { port: 50051 })) },
      { matches: [{ scheme: 'https' }], action: rules[0].action },
    ],
  }),
  'several routes for a host': () => {
    const made = ingress({}, { hosts, rules: [{ ...rules[0], matches: [{ path: PathMatch.prefix('/api') }] }, ...rules] });
    const team = new Chart(made.app, 'team', { namespace: 'team' });
    new IngressRoute(team, 'route', { gateway: made.gateway, hosts, rules: [{ ...rules[0], matches: [{ path: PathMatch.prefix('/api/v2') }] }] });
    return made;
  },
  'subsets': () => {
    const made = ingress({}, { hosts });
    const policy = new DestinationPolicy(made.shop, 'web', {
      destination: Destination.service('web', { port: 8080 }),
      subsets: { v1: { labels: { version: 'v1' } }, v2: { labels: { version: 'v2' } } },
      loadBalancer: LoadBalancer.consistentHash(HashKey.header('x-user')),
    });
    made.route.addRule({ action: RouteAction.split([policy.subset('v1').weighted(9), policy.subset('v2').weighted(1)]) });
    return made;
  },
  'TLS of the application itself': () => {
    const made = ingress({}, { hosts, rules });
    new DestinationPolicy(made.shop, 'web', { destination: Destination.service('web', { port: 8080 }), tls: UpstreamTls.simple({ subjectAltNames: ['web.example.com'] }) });
    return made;
  },
  'a part that a team has': () => {
    const made = ingress(https(PlainHttp.serve()), { hosts });
    const team = new Chart(made.app, 'team', { namespace: 'team' });
    const api = { ...rules[0], matches: [{ path: PathMatch.prefix('/api/v2') }, { path: PathMatch.exact('/legacy') }] };
    const delegate = new IngressDelegate(team, 'delegate', { routeNamespace: 'shop', prefixes: ['/api', '/legacy'], rules: [api, ...rules] });
    made.route.addRule({ matches: [{ path: PathMatch.prefix('/api') }, { path: PathMatch.prefix('/legacy') }], action: RouteAction.delegate(delegate) });
    made.route.addRule(rules[0]);
    return made;
  },
  'a host outside': () => {
    const made = ingress({}, { hosts });
    const service = new ExternalService(made.shop, 'assets', { hosts: ['assets.example.com'], ports: [ExternalPort.httpToHttps()] });
    made.route.addRule({ matches: [{ path: PathMatch.prefix('/assets') }], action: RouteAction.forward(Destination.external(service)) });
    made.route.addRule(rules[0]);
    return made;
  },
  'rules': () => ingress({}, {
    hosts: ['*'],
    rules: [
      { matches: [{ path: PathMatch.exact('/') }], action: RouteAction.redirect({ path: '/home', status: 302 }) },
      {
        matches: [{ path: PathMatch.prefix('/api'), headers: [HeaderMatch.exact('x-version', '2')] }],
        action: RouteAction.split([
          Destination.service('api', { port: 80 }).weighted(9), Destination.service('api-next', { port: 80, namespace: 'lab' }).weighted(1),
        ]),
        timeout: Duration.seconds(2),
      },
      ...rules,
    ],
  }),
  ...ACCESS,
  ...LISTENERS,
  ...STANDARD,
};
