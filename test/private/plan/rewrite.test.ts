import fc from 'fast-check';
import { EgressRule, ExternalPort, PathMatch, PathRewrite, RouteMatch } from '../../../src';
import { routed } from '../../fixtures';
import { SynthOptions, find, synth } from '../../synth';

/** What becomes of a path where requests leave, as Envoy computes it. */
function rewriterOf(rule: EgressRule, allow?: RouteMatch[], options?: SynthOptions): (path: string) => string {
  const { app } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] }, { rules: [rule], allow });
  const { uriRegexRewrite: { match, rewrite } } = find(synth(app, options), 'VirtualService', 'egress-api-example-com-80-leg-2').spec.http[0].rewrite;
  return path => path.replace(new RegExp(match, 'g'), (_, ...groups) => rewrite.replace(/\\(\d)/g, (__: string, n: string) => groups[Number(n) - 1] ?? ''));
}
const prefixRewriter = (to: string, ...matched: PathMatch[]) => rewriterOf({
  matches: matched.map(path => ({ path })), rewrite: { path: PathRewrite.prefix(to) },
});

describe('the rewrite of a prefix', () => {
  test.each<[string, PathMatch, string, string, string]>([
    ['replaces it', PathMatch.prefix('/api'), '/v2', '/api/x', '/v2/x'],
    ['replaces it where there is nothing behind it', PathMatch.prefix('/api'), '/v2', '/api', '/v2'],
    ['keeps a slash at the end', PathMatch.prefix('/api'), '/v2', '/api/', '/v2/'],
    ['drops it', PathMatch.prefix('/api'), '/', '/api/x', '/x'],
    ['drops all there is', PathMatch.prefix('/api'), '/', '/api', '/'],
    ['drops it with its slash', PathMatch.prefix('/api'), '/', '/api/', '/'],
    ['does not mind slashes at the end', PathMatch.prefix('/api/'), '/v2/', '/api/x', '/v2/x'],
    ['puts something before every path', PathMatch.prefix('/'), '/v2', '/x', '/v2/x'],
    ['takes dots as dots', PathMatch.prefix('/a.b'), '/v2', '/a.b/x', '/v2/x'],
    ['replaces characters', PathMatch.rawPrefix('/api'), '/v2', '/apix', '/v2x'],
    ['replaces characters up to a slash', PathMatch.rawPrefix('/api'), '/v2', '/api/x', '/v2/x'],
    ['drops characters', PathMatch.rawPrefix('/api'), '/', '/apix', '/x'],
    ['drops characters with the slash behind them', PathMatch.rawPrefix('/api'), '/', '/api/x', '/x'],
    ['does not lose the slash at the end of characters', PathMatch.rawPrefix('/api/'), '/v2', '/api/x', '/v2/x'],
    ['does not double the slash at the end of its substitute', PathMatch.rawPrefix('/api'), '/v2/', '/api/x', '/v2/x'],
  ])('%s', (_, matched, to, path, expected) => {
    expect(prefixRewriter(to, matched)(path)).toBe(expected);
  });

  test('takes the longest of several', () => {
    const matches = ['/api', '/api/old', '/legacy'].map(path => ({ path: PathMatch.prefix(path) }));
    // Istio finds fault with a prefix behind a shorter one
    const rewrite = rewriterOf({ matches, rewrite: { path: PathRewrite.prefix('/v2') } }, undefined, { admissible: false });
    expect(['/api/x', '/api/old/x', '/api/older', '/legacy'].map(rewrite)).toEqual(['/v2/x', '/v2/x', '/v2/older', '/v2']);
  });

  test('takes segments and characters side by side', () => {
    const matched = [PathMatch.prefix('/api'), PathMatch.rawPrefix('/old-')];
    expect(['/api', '/api/x', '/old-x'].map(prefixRewriter('/v2', ...matched))).toEqual(['/v2', '/v2/x', '/v2x']);
    expect(['/api', '/api/x', '/old-x'].map(prefixRewriter('/', ...matched))).toEqual(['/', '/x', '/x']);
  });

  test('takes a prefix in whatever case', () => {
    const rule = { matches: [{ path: PathMatch.prefix('/Api', { ignoreCase: true }) }, { path: PathMatch.prefix('/old') }], rewrite: { path: PathRewrite.prefix('/v2') } };
    const { app } = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] }, { rules: [rule] });
    // the engine of these tests does not know this form
    expect(find(synth(app), 'VirtualService', 'egress-api-example-com-80-leg-2').spec.http[0].rewrite.uriRegexRewrite.match).toBe('^(?:(?:(?i:/api)|/old)(/.*)?)$');
  });

  test('is that of the rule, not of what is allowed of it', () => {
    const rule = { matches: [{ path: PathMatch.prefix('/api') }], rewrite: { path: PathRewrite.prefix('/v2') } };
    const rewrite = rewriterOf(rule, [{ path: PathMatch.prefix('/api/orders') }, { path: PathMatch.exact('/api/ping') }]);
    expect(['/api/orders/7', '/api/ping'].map(rewrite)).toEqual(['/v2/orders/7', '/v2/ping']);
  });

  test('neither doubles nor loses slashes', () => {
    const segments = fc.array(fc.constantFrom('a', 'b', 'a.b', '1'), { maxLength: 3 });
    const path = (list: string[]) => '/' + list.join('/');
    fc.assert(fc.property(segments, segments, segments, (from, to, rest) => {
      const rewritten = prefixRewriter(path(to), PathMatch.prefix(path(from)))(path([...from, ...rest]));
      return rewritten.replace(/(.)\/$/, '$1') === path([...to, ...rest]);
    }), { numRuns: 60 });
  });
});

describe('the rewrite of a path', () => {
  test('replaces all of it', () => {
    expect(rewriterOf({ rewrite: { path: PathRewrite.full('/b') } })('/a/x')).toBe('/b');
  });

  test('replaces what an expression matches', () => {
    expect(rewriterOf({ rewrite: { path: PathRewrite.regex('/v([0-9])/', '/version-\\1/') } })('/v1/x')).toBe('/version-1/x');
  });
});
