import { Duration } from 'cdk8s';
import { Destination, EgressRule, ExternalPort, RouteAction, RouteRule } from '../../src';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';
import { ingress, routed } from '../fixtures';
import { find } from '../synth';

const web = Destination.service('web', { port: 8080 });

/** What Istio receives of a rule at ingress, beside its match and destination. */
function options(rule: RouteRule): object {
  const { manifests } = ingress({}, { hosts: ['shop.example.com'], rules: [{ action: RouteAction.forward(web), ...rule }] });
  const [{ match, route, ...others }] = find(manifests(), 'VirtualService').spec.http;
  return others;
}

/** What the gateway does to the headers of requests that leave the mesh. */
function leavingHeaders(rule: EgressRule) {
  const { manifests } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http()] }, { rules: [rule] });
  return find(manifests(), 'VirtualService', 'egress-api-example-com-80-leg-2').spec.http[0].headers.request;
}

describe('an option of a rule', () => {
  const retryOn = 'gateway-error,reset,connect-failure,refused-stream';

  test.each<[string, RouteRule, object]>([
    ['no option', {}, {}],
    ['a timeout', { timeout: Duration.minutes(2) }, { timeout: '120s' }],
    ['a timeout below a second', { timeout: Duration.millis(5) }, { timeout: '0.005s' }],
    ['retries, with what is worth them', { retries: { attempts: 3 } }, { retries: { attempts: 3, retryOn } }],
    ['a timeout for each try', { retries: { attempts: 1, perTryTimeout: Duration.millis(250) } }, { retries: { attempts: 1, perTryTimeout: '0.25s', retryOn } }],
    ['what is worth a retry', { retries: { attempts: 1, retryOn: ['5xx', 'retriable-4xx', '429'] } }, { retries: { attempts: 1, retryOn: '5xx,retriable-4xx,429' } }],
    ['status codes that are worth a retry, as Envoy names them', { retries: { attempts: 1, retryOn: ['retriable-status-codes', '503'] } }, { retries: { attempts: 1, retryOn: 'retriable-status-codes,503' } }],
    ['no retries, and no reasons for them', { retries: { attempts: 0 } }, { retries: { attempts: 0 } }],
    ['another Host header, with a port', { rewrite: { authority: 'localhost:8080' } }, { rewrite: { authority: 'localhost:8080' } }],
    ['another Host header, in lower case', { rewrite: { authority: 'B.test' } }, { rewrite: { authority: 'b.test' } }],
    ['headers of requests', { requestHeaders: { set: { 'X-A': 'on' }, add: { b: 'c' }, remove: ['d'] } }, {
      headers: { request: { set: { 'X-A': 'on' }, add: { b: 'c' }, remove: ['d'] } },
    }],
    ['headers of answers', { responseHeaders: { remove: ['server'] } }, { headers: { response: { remove: ['server'] } } }],
    ['delays', { fault: { delay: { percent: 0.5, duration: Duration.seconds(3) } } }, { fault: { delay: { percentage: { value: 0.5 }, fixedDelay: '3s' } } }],
    ['errors', { fault: { abort: { percent: 100, status: 503 } } }, { fault: { abort: { percentage: { value: 100 }, httpStatus: 503 } } }],
    ['a copy of everything', { mirror: { destination: web } }, {
      mirrors: [{ destination: { host: 'web.shop.svc.cluster.local', port: { number: 8080 } }, percentage: { value: 100 } }],
    }],
    ['a copy of a part', { mirror: { destination: web, percent: 5 } }, { mirrors: [expect.objectContaining({ percentage: { value: 5 } })] }],
    ['options that say nothing', { fault: {}, rewrite: { path: undefined } }, {}],
  ])('%s', (_, rule, expected) => {
    expect(options(rule)).toEqual(expected);
  });

  test('headers of answers may be changed where nobody is asked', () => {
    const responseHeaders = { set: { 'cache-control': 'no-store' } };
    for (const action of [RouteAction.respond(200), RouteAction.redirect({ authority: 'b.test' })]) {
      expect(options({ responseHeaders, ...{ action } })).toMatchObject({ headers: { response: responseHeaders } });
    }
  });
});

describe('headers of the mesh', () => {
  test('leave with the user\'s value alone, whether it is set or added', () => {
    for (const edits of [{ set: { 'x-forwarded-client-cert': 'mine' } }, { add: { 'x-forwarded-client-cert': 'mine' } }]) {
      expect(leavingHeaders({ requestHeaders: edits })).toEqual({ ...edits, remove: expect.arrayContaining(['x-forwarded-client-cert', 'x-request-id']) });
    }
  });

  test('are removed beside what the user removes', () => {
    expect(leavingHeaders({ requestHeaders: { remove: ['x-a', 'x-request-id'] } }).remove).toEqual([...MESH_HEADERS, 'x-a']);
  });
});
