import { Destination, RouteAction } from '../../src';
import { ingress } from '../fixtures';
import { find } from '../synth';

const web = Destination.service('web', { port: 8080 });
const to = (port: number) => ({ host: 'web.shop.svc.cluster.local', port: { number: port } });

describe('route action', () => {
  test.each<[string, RouteAction, object]>([
    ['forwards without a weight', RouteAction.forward(web), { route: [{ destination: to(8080) }] }],
    ['gives a single share no weight', RouteAction.split([web.weighted(7)]), { route: [{ destination: to(8080) }] }],
    ['needs no weight for one destination', RouteAction.split([web]), { route: [{ destination: to(8080) }] }],
    [
      'splits by weight, one of which may be 0',
      RouteAction.split([web.weighted(100), Destination.service('web', { port: 8081 }).weighted(0)]),
      { route: [{ destination: to(8080), weight: 100 }, { destination: to(8081), weight: 0 }] },
    ],
    ['redirects to a path of another host', RouteAction.redirect({ path: '/b', authority: 'b.test' }), { redirect: { uri: '/b', authority: 'b.test', redirectCode: 301 } }],
    ['redirects to a path with a query', RouteAction.redirect({ path: '/b?from=a', authority: 'b.test' }), { redirect: { uri: '/b?from=a', authority: 'b.test', redirectCode: 301 } }],
    ['redirects to a host of one label with a port', RouteAction.redirect({ authority: 'LocalHost:3000' }), { redirect: { authority: 'localhost:3000', redirectCode: 301 } }],
    ['redirects to a host', RouteAction.redirect({ authority: 'b.test', status: 308 }), { redirect: { authority: 'b.test', redirectCode: 308 } }],
    ['redirects to a port', RouteAction.redirect({ port: 8443 }), { redirect: { port: 8443, redirectCode: 301 } }],
    ['redirects to HTTPS', RouteAction.redirect({ scheme: 'https' }), { redirect: { scheme: 'https', redirectCode: 301 } }],
    [
      'redirects to clear text on another port', RouteAction.redirect({ scheme: 'http', port: 8080, status: 302 }),
      { redirect: { scheme: 'http', port: 8080, redirectCode: 302 } },
    ],
    [
      'redirects to the own port of a scheme where the host is named', RouteAction.redirect({ scheme: 'https', authority: 'b.test', port: 443, status: 307 }),
      { redirect: { scheme: 'https', authority: 'b.test', port: 443, redirectCode: 307 } },
    ],
    ['answers', RouteAction.respond(200, 'ok'), { directResponse: { status: 200, body: { string: 'ok' } } }],
    ['answers without a body', RouteAction.respond(599), { directResponse: { status: 599 } }],
  ])('%s', (_, action, expected) => {
    const { manifests } = ingress({}, { hosts: ['shop.example.com'], rules: [{ action }] });
    expect(find(manifests(), 'VirtualService').spec.http).toEqual([{ match: [{ port: 80 }], ...expected }]);
  });
});
