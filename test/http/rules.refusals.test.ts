import { Duration } from 'cdk8s';
import {
  Destination, EgressRule, HeaderMatch, PathMatch, PathRewrite, QueryParamMatch, RedirectOptions, RouteAction, RouteMatch, StringMatch,
} from '../../src';
import { refuser } from '../../src/private/basics/errors';
import { checkRules } from '../../src/private/check/rule';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';

interface Refused {
  readonly when: string;
  readonly rule: EgressRule;
  readonly message: string;
}

const matching = (match: RouteMatch): EgressRule => ({ matches: [match] });
const split = (...weights: number[]) => ({
  action: RouteAction.split(weights.map((weight, i) => Destination.service(`v${i}`, { port: 80 }).weighted(weight))),
});
const redirect = (options: RedirectOptions) => ({ action: RouteAction.redirect(options) });

const MATCHES: Refused[] = [
  { when: 'a match has no condition', rule: matching({}), message: '[MatchEmpty] shop: rules[0].matches[0] is {}; allowed: at least one condition; fix: leave out `matches` to match every request' },
  { when: 'lists of conditions are empty', rule: matching({ headers: [], methods: [] }), message: '[MatchEmpty] shop: rules[0].matches[0] is {"headers":[],"methods":[]}; allowed: at least one condition; fix: leave out `matches` to match every request' },
  { when: 'a path does not begin with a slash', rule: matching({ path: PathMatch.prefix('api') }), message: '[PathInvalid] shop: rules[0].matches[0].path is "api"; allowed: a path that begins with / and has no query, fragment, space or backslash; fix: correct the path; match the query string with queryParams' },
  { when: 'a path has a query', rule: matching({ path: PathMatch.exact('/api?a=b') }), message: '[PathInvalid] shop: rules[0].matches[0].path is "/api?a=b"; allowed: a path that begins with / and has no query, fragment, space or backslash; fix: correct the path; match the query string with queryParams' },
  { when: 'an expression looks around', rule: matching({ path: PathMatch.regex('/(?!admin).*') }), message: '[RegexInvalid] shop: rules[0].matches[0].path is "/(?!admin).*"; allowed: RE2 syntax (error parsing regexp: invalid or unsupported Perl syntax: `(?!`); fix: rewrite it without look-around and back-references; it must match the whole value' },
  { when: 'an expression is longer than Istio takes', rule: matching({ path: PathMatch.regex(`/${'a'.repeat(1024)}`) }), message: '[RegexTooLong] shop: rules[0].matches[0].path is "1025 bytes"; allowed: 1024 bytes; fix: split it into several matches' },
  { when: 'an expression is empty', rule: matching({ authority: StringMatch.regex('') }), message: '[MatchEmpty] shop: rules[0].matches[0].authority is ""; allowed: a string; fix: set the value to compare with; to check only that a header is present, use HeaderMatch.present' },
  { when: 'a header name has a space', rule: matching({ headers: [HeaderMatch.present('x y')] }), message: '[HeaderInvalid] shop: rules[0].matches[0].headers[0] is "x y"; allowed: a header name other than uri, scheme, method, authority, host, once per match; fix: correct the name; use `authority` for the Host header' },
  { when: 'a header has a name that Istio ignores', rule: matching({ headers: [HeaderMatch.present('Method')] }), message: '[HeaderInvalid] shop: rules[0].matches[0].headers[0] is "Method"; allowed: a header name other than uri, scheme, method, authority, host, once per match; fix: correct the name; use `authority` for the Host header' },
  { when: 'a header is named twice', rule: matching({ headers: [HeaderMatch.present('x-a'), HeaderMatch.exact('X-A', 'b')] }), message: '[HeaderInvalid] shop: rules[0].matches[0].headers[1] is "X-A"; allowed: a header name other than uri, scheme, method, authority, host, once per match; fix: combine the conditions on this header in one regex' },
  { when: 'a header should equal nothing', rule: matching({ headers: [HeaderMatch.exact('x-a', '')] }), message: '[MatchEmpty] shop: rules[0].matches[0].headers[0] is ""; allowed: a string; fix: set the value to compare with; to check only that a header is present, use HeaderMatch.present' },
  { when: 'a parameter has no name', rule: matching({ queryParams: [QueryParamMatch.exact('', 'b')] }), message: '[MatchEmpty] shop: rules[0].matches[0].queryParams[0] is ""; allowed: the name of a parameter, once per match; fix: name the parameter' },
  { when: 'a parameter is named twice', rule: matching({ queryParams: [QueryParamMatch.exact('a', 'b'), QueryParamMatch.exact('a', 'c')] }), message: '[MatchEmpty] shop: rules[0].matches[0].queryParams[1] is "a"; allowed: the name of a parameter, once per match; fix: combine the conditions on this parameter in one regex' },
  { when: 'a gRPC service is a path', rule: matching({ path: PathMatch.grpc('/shop.Orders/Place') }), message: '[GrpcNameInvalid] shop: rules[0].matches[0].path is "/shop.Orders/Place"; allowed: a service name with its package, such as shop.v1.Orders; fix: write the name as in the .proto file, without slashes' },
  { when: 'a gRPC method is none', rule: matching({ path: PathMatch.grpc('shop.Orders', '') }), message: '[GrpcNameInvalid] shop: rules[0].matches[0].path is ""; allowed: a method name, such as PlaceOrder; fix: write the name as in the .proto file, without slashes' },
  { when: 'a scheme is none of HTTP', rule: matching({ scheme: 'grpc' }), message: '[SchemeInvalid] shop: rules[0].matches[0].scheme is "grpc"; allowed: http or https; fix: correct the scheme' },
  { when: 'a method is not in capitals', rule: matching({ methods: ['get'] }), message: '[MethodInvalid] shop: rules[0].matches[0].methods[0] is "get"; allowed: a method in capitals, such as GET; fix: write it in capitals: methods are case-sensitive' },
  { when: 'the name of a parameter is longer than Envoy takes', rule: { matches: [{ queryParams: [QueryParamMatch.exact('a'.repeat(1024), '1'), QueryParamMatch.exact('é'.repeat(513), '1')] }] }, message: `[QueryParamInvalid] shop: rules[0].matches[0].queryParams[1] is "${'é'.repeat(299)}... (515 characters); allowed: a name of at most 1024 bytes; fix: use a shorter name: Envoy refuses all routes of the gateway because of this one` },
];

const ACTIONS: Refused[] = [
  { when: 'all weights are 0', rule: split(0, 0), message: '[WeightInvalid] shop: rules[0].action.split is 0, 0; allowed: whole numbers from 0, at least one of them above 0; fix: give each destination its share, for example stable.weighted(90) and next.weighted(10)' },
  { when: 'a weight is a fraction', rule: split(0.5, 0.5), message: '[WeightInvalid] shop: rules[0].action.split[0].weight is 0.5; allowed: whole numbers from 0, at least one of them above 0; fix: give each destination its share, for example stable.weighted(90) and next.weighted(10)' },
  { when: 'a weight has more than 31 bits', rule: split(2 ** 31, 1), message: '[WeightInvalid] shop: rules[0].action.split is 2147483648, 1; allowed: weights of at most 2147483647, with a sum of at most 4294967295; fix: use smaller numbers in the same proportion' },
  { when: 'weights add up to more than 32 bits', rule: split(2 ** 31 - 1, 2 ** 31 - 1, 2), message: '[WeightInvalid] shop: rules[0].action.split is 2147483647, 2147483647, 2; allowed: weights of at most 2147483647, with a sum of at most 4294967295; fix: use smaller numbers in the same proportion' },
  { when: 'a weight is below 0', rule: split(-1, 2), message: '[WeightInvalid] shop: rules[0].action.split[0].weight is -1; allowed: whole numbers from 0, at least one of them above 0; fix: give each destination its share, for example stable.weighted(90) and next.weighted(10)' },
  { when: 'requests are split among nothing', rule: split(), message: '[WeightInvalid] shop: rules[0].action.split is empty; allowed: whole numbers from 0, at least one of them above 0; fix: give each destination its share, for example stable.weighted(90) and next.weighted(10)' },
  { when: 'one share of two is not said', rule: { action: RouteAction.split([Destination.service('a', { port: 80 }).weighted(1), Destination.service('b', { port: 80 })]) }, message: '[WeightInvalid] shop: rules[0].action.split[1].weight is not set; allowed: whole numbers from 0, at least one of them above 0; fix: give each destination its share, for example stable.weighted(90) and next.weighted(10)' },
  { when: 'the only destination has a share', rule: { action: RouteAction.forward(Destination.service('a', { port: 80 }).weighted(1)) }, message: '[WeightInvalid] shop: rules[0].action.destination.weight is 1; allowed: no weight: there are no other destinations; fix: leave out .weighted(...), or use RouteAction.split' },
  { when: 'a copy has a share', rule: { mirror: { destination: Destination.service('a', { port: 80 }).weighted(1) } }, message: '[WeightInvalid] shop: rules[0].mirror.destination.weight is 1; allowed: no weight: there are no other destinations; fix: leave out .weighted(...), or use RouteAction.split' },
  { when: 'a redirect changes nothing', rule: redirect({}), message: '[RedirectEmpty] shop: rules[0].action is {}; allowed: one of scheme, authority, path, port; fix: set what changes: a redirect to the same URL never ends' },
  { when: 'a redirect goes to another protocol', rule: redirect({ scheme: 'ftp' }), message: '[RedirectSchemeInvalid] shop: rules[0].action.scheme is "ftp"; allowed: http or https; fix: correct the scheme' },
  { when: 'a redirect goes to no path', rule: redirect({ path: 'login' }), message: '[PathInvalid] shop: rules[0].action.path is "login"; allowed: a path that begins with /, may have a query, and has no fragment, space or backslash; fix: correct the path' },
  { when: 'a redirect goes to a fragment', rule: redirect({ path: '/login#form' }), message: '[PathInvalid] shop: rules[0].action.path is "/login#form"; allowed: a path that begins with /, may have a query, and has no fragment, space or backslash; fix: correct the path' },
  { when: 'a redirect goes to a URL', rule: redirect({ authority: 'https://new.test/x' }), message: '[HostInvalid] shop: rules[0].action.authority is "https://new.test/x"; allowed: a fully qualified DNS name such as api.example.com; fix: write only the host, without scheme and path' },
  { when: 'a redirect goes to no port', rule: redirect({ port: 0 }), message: '[PortInvalid] shop: rules[0].action.port is 0; allowed: a whole number from 1 to 65535; fix: correct the port' },
  { when: 'a redirect has another status', rule: redirect({ path: '/', status: 304 }), message: '[StatusInvalid] shop: rules[0].action.status is 304; allowed: 301, 302, 303, 307, 308; fix: use one of these' },
  { when: 'an answer has no status', rule: { action: RouteAction.respond(100) }, message: '[StatusInvalid] shop: rules[0].action.status is 100; allowed: a whole number from 200 to 599; fix: correct the status' },
  { when: 'a timeout is 0', rule: { timeout: Duration.millis(0) }, message: '[TimeoutInvalid] shop: rules[0].timeout is "0 ms"; allowed: one millisecond or more; fix: leave it out to have no timeout' },
];

const OPTIONS: Refused[] = [
  { when: 'a redirect has a timeout', rule: { ...redirect({ path: '/' }), timeout: Duration.seconds(1) }, message: '[RuleOptionUnused] shop: rules[0].timeout is "set"; allowed: a rule that forwards; fix: leave it out, or make the rule forward: a redirect reaches no destination' },
  { when: 'an answer of the proxy is mirrored', rule: { action: RouteAction.respond(200), mirror: { destination: Destination.service('v', { port: 1 }) } }, message: '[RuleOptionUnused] shop: rules[0].mirror is "set"; allowed: a rule that forwards; fix: leave it out, or make the rule forward: a respond reaches no destination' },
  { when: 'no tries have a timeout', rule: { retries: { attempts: 0, perTryTimeout: Duration.seconds(1) } }, message: '[RuleOptionUnused] shop: rules[0].retries.perTryTimeout is "set"; allowed: attempts above 0; fix: leave it out, or raise attempts' },
  { when: 'tries are fewer than none', rule: { retries: { attempts: -1 } }, message: '[RetryConditionInvalid] shop: rules[0].retries.attempts is -1; allowed: a whole number from 0; fix: correct the number' },
  { when: 'tries have more than 31 bits', rule: { retries: { attempts: 2 ** 31 } }, message: '[RetryConditionInvalid] shop: rules[0].retries.attempts is 2147483648; allowed: a whole number from 0 to 2147483647; fix: correct the number' },
  { when: 'a share is finer than Envoy counts', rule: { fault: { abort: { percent: 0.00015, status: 500 } } }, message: '[PercentInvalid] shop: rules[0].fault.abort.percent is 0.00015; allowed: a multiple of 0.0001; fix: round it' },
  { when: 'a share is smaller than Envoy counts', rule: { mirror: { destination: Destination.service('v', { port: 1 }), percent: 0.00009 } }, message: '[PercentInvalid] shop: rules[0].mirror.percent is 0.00009; allowed: a multiple of 0.0001; fix: round it' },
  { when: 'a timeout is longer than Envoy reads', rule: { timeout: Duration.days(106752) }, message: '[TimeoutInvalid] shop: rules[0].timeout is "9223372800000 ms"; allowed: whole milliseconds up to 9223372035000; fix: round it' },
  { when: 'a timeout is a part of a millisecond', rule: { timeout: Duration.millis(1.5) }, message: '[TimeoutInvalid] shop: rules[0].timeout is "1.5 ms"; allowed: whole milliseconds up to 9223372035000; fix: round it' },
  { when: 'a condition of retries is unknown', rule: { retries: { attempts: 1, retryOn: ['500', '5XX'] } }, message: '[RetryConditionInvalid] shop: rules[0].retries.retryOn[1] is "5XX"; allowed: 5xx, gateway-error, reset, reset-before-request, connect-failure, envoy-ratelimited, retriable-4xx, refused-stream, cancelled, deadline-exceeded, internal, resource-exhausted, unavailable, or a registered status code; fix: use one of these' },
  { when: 'a status that is worth a retry is not registered', rule: { retries: { attempts: 1, retryOn: ['503', '509'] } }, message: '[RetryConditionInvalid] shop: rules[0].retries.retryOn[1] is "509"; allowed: 5xx, gateway-error, reset, reset-before-request, connect-failure, envoy-ratelimited, retriable-4xx, refused-stream, cancelled, deadline-exceeded, internal, resource-exhausted, unavailable, or a registered status code; fix: use one of these' },
  { when: 'retries are for status codes, and none is named', rule: { retries: { attempts: 1, retryOn: ['retriable-status-codes', 'reset'] } }, message: '[RetryConditionInvalid] shop: rules[0].retries.retryOn[0] is "retriable-status-codes"; allowed: retriable-status-codes together with status codes; fix: add the status codes to retry, for example 503' },
  { when: 'retries are for nothing', rule: { retries: { attempts: 1, retryOn: [] } }, message: '[RetryConditionInvalid] shop: rules[0].retries.retryOn is empty; allowed: at least one condition; fix: leave it out, or set `attempts: 0` to disable retries' },
  { when: 'a prefix is replaced that was not matched', rule: { matches: [{ path: PathMatch.exact('/a') }], rewrite: { path: PathRewrite.prefix('/b') } }, message: '[RewriteWithoutPrefix] shop: rules[0].rewrite.path is "/b"; allowed: a rule in which every match has a path prefix; fix: match with PathMatch.prefix, or use PathRewrite.full' },
  { when: 'a path is rewritten to a group that there is not', rule: { rewrite: { path: PathRewrite.full('/\\1') } }, message: '[PathInvalid] shop: rules[0].rewrite.path is "/\\1"; allowed: a path that begins with / and has no query, fragment, space or backslash; fix: correct the path; match the query string with queryParams' },
  { when: 'a destination has a namespace that there cannot be', rule: { action: RouteAction.forward(Destination.service('v', { port: 1, namespace: 'a.b' })) }, message: '[NameInvalid] shop: rules[0].action.destination.namespace is "a.b"; allowed: a DNS label of at most 63 characters; fix: correct the name' },
  { when: 'a prefix is replaced in every request', rule: { rewrite: { path: PathRewrite.prefix('/b') } }, message: '[RewriteWithoutPrefix] shop: rules[0].rewrite.path is "/b"; allowed: a rule in which every match has a path prefix; fix: match with PathMatch.prefix, or use PathRewrite.full' },
  { when: 'a path is rewritten to none', rule: { rewrite: { path: PathRewrite.full('b') } }, message: '[PathInvalid] shop: rules[0].rewrite.path is "b"; allowed: a path that begins with / and has no query, fragment, space or backslash; fix: correct the path; match the query string with queryParams' },
  { when: 'an expression to replace looks around', rule: { rewrite: { path: PathRewrite.regex('(?=a)', '') } }, message: '[RegexInvalid] shop: rules[0].rewrite.path is "(?=a)"; allowed: RE2 syntax (error parsing regexp: invalid or unsupported Perl syntax: `(?=`); fix: rewrite it without look-around and back-references; it must match the whole value' },
  { when: 'the Host header becomes a URL', rule: { rewrite: { authority: 'http://b.test' } }, message: '[HostInvalid] shop: rules[0].rewrite.authority is "http://b.test"; allowed: a fully qualified DNS name such as api.example.com; fix: write only the host, without scheme and path' },
  { when: 'the Host header has a port that is none', rule: { rewrite: { authority: 'b.test:70000' } }, message: '[PortInvalid] shop: rules[0].rewrite.authority is 70000; allowed: a whole number from 1 to 65535; fix: correct the port' },
  { when: 'a redirect goes to two ports', rule: redirect({ authority: 'b.test:3000', port: 4000 }), message: '[RuleOptionUnused] shop: rules[0].action.port is 4000; allowed: no `port` if the authority has one, b.test:3000; fix: remove one of the two: Envoy would write both' },
  { when: 'a redirect goes to a port that is none', rule: redirect({ authority: 'b.test:0' }), message: '[PortInvalid] shop: rules[0].action.authority is 0; allowed: a whole number from 1 to 65535; fix: correct the port' },
  { when: 'the Host header is set like any other', rule: { requestHeaders: { set: { Host: 'b.test' } } }, message: '[HeaderInvalid] shop: rules[0].requestHeaders.set is "Host"; allowed: a header name other than Host; fix: correct the name; to change the Host header, use rewrite.authority' },
  { when: 'a pseudo header is removed', rule: { responseHeaders: { remove: [':status'] } }, message: '[HeaderInvalid] shop: rules[0].responseHeaders.remove[0] is ":status"; allowed: a header name other than Host; fix: correct the name; to change the Host header, use rewrite.authority' },
  { when: 'faults are for nobody', rule: { fault: { abort: { percent: 0, status: 500 } } }, message: '[PercentInvalid] shop: rules[0].fault.abort.percent is 0; allowed: a number above 0, up to 100; fix: correct the number, or leave the option out' },
  { when: 'more than all is mirrored', rule: { mirror: { destination: Destination.service('v', { port: 1 }), percent: 101 } }, message: '[PercentInvalid] shop: rules[0].mirror.percent is 101; allowed: a number above 0, up to 100; fix: correct the number, or leave the option out' },
];

describe('a rule is refused when', () => {
  test.each([...MATCHES, ...ACTIONS, ...OPTIONS])('$when', ({ rule, message }) => {
    const { shop } = mesh();
    expectRefusal(() => checkRules(shop, [rule], 'rules', refuser(shop)), message);
  });
});

const REACHED = '[RuleUnreachable] shop: rules[1].matches is "only requests that an earlier rule matches"; allowed: requests that no earlier rule matches; fix: move the rule before the wider one, or delete it';

describe('a rule that no request reaches is refused', () => {
  const refused: [string, RouteMatch[] | undefined, RouteMatch[] | undefined][] = [
    ['behind everything', undefined, [{ path: PathMatch.prefix('/a') }]],
    ['for everything, behind everything', undefined, undefined],
    ['behind the same', [{ path: PathMatch.prefix('/a') }], [{ path: PathMatch.prefix('/a') }]],
    ['behind a wider prefix', [{ path: PathMatch.prefix('/a') }], [{ path: PathMatch.prefix('/a/b'), methods: ['GET'] }]],
    ['behind a wider match for each of its own', [{ methods: ['GET'] }, { methods: ['PUT'] }], [{ path: PathMatch.exact('/a'), methods: ['PUT'] }]],
  ];
  test.each(refused)('%s', (_, first, second) => {
    const { shop } = mesh();
    expectRefusal(() => checkRules(shop, [{ matches: first }, { matches: second }], 'rules', refuser(shop)), REACHED);
  });

  const reached: [string, RouteMatch[] | undefined, RouteMatch[] | undefined][] = [
    ['everything behind something', [{ path: PathMatch.prefix('/a') }], undefined],
    ['a narrower rule in front', [{ path: PathMatch.prefix('/a/b') }], [{ path: PathMatch.prefix('/a') }]],
    ['one match of two is left', [{ path: PathMatch.prefix('/a') }], [{ path: PathMatch.prefix('/a') }, { path: PathMatch.prefix('/b') }]],
    ['one method of two is left', [{ methods: ['GET'] }], [{ methods: ['GET', 'PUT'] }]],
  ];
  test.each(reached)('but not: %s', (_, first, second) => {
    const { shop } = mesh();
    expect(checkRules(shop, [{ matches: first }, { matches: second }], 'rules', refuser(shop))).toHaveLength(2);
  });
});
