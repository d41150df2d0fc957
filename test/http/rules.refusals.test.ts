import { Duration } from 'cdk8s';
import { Destination, EgressRule, HeaderMatch, PathMatch, QueryParamMatch, RedirectOptions, RouteAction, RouteMatch, StringMatch } from '../../src';
import { refuser } from '../../src/private/errors';
import { checkRules } from '../../src/private/intent/http';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';

interface Refused {
  readonly when: string;
  readonly rule: EgressRule;
  readonly message: string;
}

const matching = (match: RouteMatch): EgressRule => ({ matches: [match] });
const split = (...weights: number[]) => ({
  action: RouteAction.split(weights.map((weight, i) => ({ destination: Destination.service(`v${i}`, { port: 80 }), weight }))),
});
const redirect = (options: RedirectOptions) => ({ action: RouteAction.redirect(options) });

const MATCHES: Refused[] = [
  { when: 'a match has no condition', rule: matching({}), message: '[MatchEmpty] shop: rules[0].matches[0] is {}; allowed: one condition or more; fix: leave out `matches` for a rule that fits every request' },
  { when: 'lists of conditions are empty', rule: matching({ headers: [], methods: [] }), message: '[MatchEmpty] shop: rules[0].matches[0] is {"headers":[],"methods":[]}; allowed: one condition or more; fix: leave out `matches` for a rule that fits every request' },
  { when: 'a path does not begin with a slash', rule: matching({ path: PathMatch.prefix('api') }), message: '[PathInvalid] shop: rules[0].matches[0].path is "api"; allowed: a path that begins with / and has neither query nor fragment; fix: correct the path; match the query string with queryParams' },
  { when: 'a path has a query', rule: matching({ path: PathMatch.exact('/api?a=b') }), message: '[PathInvalid] shop: rules[0].matches[0].path is "/api?a=b"; allowed: a path that begins with / and has neither query nor fragment; fix: correct the path; match the query string with queryParams' },
  { when: 'an expression looks around', rule: matching({ path: PathMatch.regex('/(?!admin).*') }), message: '[RegexInvalid] shop: rules[0].matches[0].path is "/(?!admin).*"; allowed: RE2 syntax (error parsing regexp: invalid or unsupported Perl syntax: `(?!`); fix: rewrite it without look-around and back-references; it must match the whole value' },
  { when: 'an expression is empty', rule: matching({ authority: StringMatch.regex('') }), message: '[MatchEmpty] shop: rules[0].matches[0].authority is ""; allowed: a text; fix: say what to compare with; to ask only whether a header is there, use HeaderMatch.present' },
  { when: 'a header name has a space', rule: matching({ headers: [HeaderMatch.present('x y')] }), message: '[HeaderInvalid] shop: rules[0].matches[0].headers[0] is "x y"; allowed: a header name, once in a match; fix: correct the name; use `authority` for the Host header' },
  { when: 'a header is named twice', rule: matching({ headers: [HeaderMatch.present('x-a'), HeaderMatch.exact('X-A', 'b')] }), message: '[HeaderInvalid] shop: rules[0].matches[0].headers[1] is "X-A"; allowed: a header name, once in a match; fix: join the conditions on this header in one regex' },
  { when: 'a header should equal nothing', rule: matching({ headers: [HeaderMatch.exact('x-a', '')] }), message: '[MatchEmpty] shop: rules[0].matches[0].headers[0] is ""; allowed: a text; fix: say what to compare with; to ask only whether a header is there, use HeaderMatch.present' },
  { when: 'a parameter has no name', rule: matching({ queryParams: [QueryParamMatch.exact('', 'b')] }), message: '[MatchEmpty] shop: rules[0].matches[0].queryParams[0] is ""; allowed: the name of a parameter, once in a match; fix: name the parameter' },
  { when: 'a parameter is named twice', rule: matching({ queryParams: [QueryParamMatch.exact('a', 'b'), QueryParamMatch.exact('a', 'c')] }), message: '[MatchEmpty] shop: rules[0].matches[0].queryParams[1] is "a"; allowed: the name of a parameter, once in a match; fix: join the conditions on this parameter in one regex' },
  { when: 'a method is not in capitals', rule: matching({ methods: ['get'] }), message: '[MethodInvalid] shop: rules[0].matches[0].methods[0] is "get"; allowed: a method in capitals, such as GET; fix: write it in capitals: methods depend on case' },
];

const ACTIONS: Refused[] = [
  { when: 'all weights are 0', rule: split(0, 0), message: '[WeightInvalid] shop: rules[0].action.weight is "0", "0"; allowed: whole numbers from 0, one of them at least above 0; fix: give the shares, for example 90 and 10' },
  { when: 'a weight is a fraction', rule: split(0.5, 0.5), message: '[WeightInvalid] shop: rules[0].action.weight is "0.5", "0.5"; allowed: whole numbers from 0, one of them at least above 0; fix: give the shares, for example 90 and 10' },
  { when: 'a weight is below 0', rule: split(-1, 2), message: '[WeightInvalid] shop: rules[0].action.weight is "-1", "2"; allowed: whole numbers from 0, one of them at least above 0; fix: give the shares, for example 90 and 10' },
  { when: 'requests are split among nothing', rule: split(), message: '[WeightInvalid] shop: rules[0].action.weight is empty; allowed: whole numbers from 0, one of them at least above 0; fix: give the shares, for example 90 and 10' },
  { when: 'a redirect changes nothing', rule: redirect({}), message: '[RedirectEmpty] shop: rules[0].action is {}; allowed: one of scheme, authority, path, port; fix: say what changes: a redirect to the same URL never ends' },
  { when: 'a redirect goes to another protocol', rule: redirect({ scheme: 'ftp' }), message: '[RedirectEmpty] shop: rules[0].action.scheme is "ftp"; allowed: http or https; fix: correct the scheme' },
  { when: 'a redirect goes to no path', rule: redirect({ path: 'login' }), message: '[PathInvalid] shop: rules[0].action.path is "login"; allowed: a path that begins with / and has neither query nor fragment; fix: correct the path; match the query string with queryParams' },
  { when: 'a redirect goes to no port', rule: redirect({ port: 0 }), message: '[PortInvalid] shop: rules[0].action.port is "0"; allowed: a whole number from 1 to 65535; fix: correct the port' },
  { when: 'a redirect has another status', rule: redirect({ path: '/', status: 304 }), message: '[StatusInvalid] shop: rules[0].action.status is "304"; allowed: 301, 302, 303, 307, 308; fix: use one of these' },
  { when: 'an answer has no status', rule: { action: RouteAction.respond(100) }, message: '[StatusInvalid] shop: rules[0].action is "100"; allowed: a whole number from 200 to 599; fix: correct the status' },
  { when: 'a timeout is 0', rule: { timeout: Duration.millis(0) }, message: '[TimeoutInvalid] shop: rules[0].timeout is "0 ms"; allowed: one millisecond or more; fix: leave it out for no timeout' },
];

describe('a rule is refused when', () => {
  test.each([...MATCHES, ...ACTIONS])('$when', ({ rule, message }) => {
    const { shop } = mesh();
    expectRefusal(() => checkRules(shop, [rule], 'rules', refuser(shop)), message);
  });
});
