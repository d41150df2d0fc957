import fc from 'fast-check';
import { anyMatch, anyRequest, fits, istioFits } from './requests';
import { HeaderMatch, PathMatch, QueryParamMatch, RouteMatch, StringMatch } from '../../../src';
import { checkMatches } from '../../../src/private/check/match';
import { matchesAt } from '../../../src/private/objects/http';

const refuse = () => { throw new Error('the test is wrong'); };
const planned = (...matches: RouteMatch[]) => matchesAt(checkMatches(matches, 'matches', refuse), [{ port: 80 }]);

describe('Istio\'s matches', () => {
  test('take the requests that the user\'s match takes, and no others', () => {
    fc.assert(fc.property(anyMatch, fc.array(anyRequest, { minLength: 20, maxLength: 20 }), (match, requests) => {
      const ours = matchesAt([match], [{ port: 80 }]);
      return requests.every(request => ours.some(m => istioFits(m, request)) === fits(match, request));
    }), { numRuns: 3000 });
  });

  test.each<[string, RouteMatch, object[]]>([
    ['an exact path', { path: PathMatch.exact('/a') }, [{ uri: { exact: '/a' } }]],
    ['a prefix by segments', { path: PathMatch.prefix('/a/') }, [{ uri: { exact: '/a' } }, { uri: { prefix: '/a/' } }]],
    ['the prefix of everything', { path: PathMatch.prefix('/') }, [{ uri: { prefix: '/' } }]],
    ['a prefix by characters', { path: PathMatch.rawPrefix('/a') }, [{ uri: { prefix: '/a' } }]],
    ['an expression for the path', { path: PathMatch.regex('/a+') }, [{ uri: { regex: '/a+' } }]],
    ['a path in whatever case', { path: PathMatch.exact('/A', { ignoreCase: true }) }, [{ uri: { exact: '/a' }, ignoreUriCase: true }]],
    ['a prefix in whatever case', { path: PathMatch.prefix('/A', { ignoreCase: true }) }, [{ uri: { exact: '/a' }, ignoreUriCase: true }, { uri: { prefix: '/a/' }, ignoreUriCase: true }]],
    ['a path that has no case', { path: PathMatch.rawPrefix('/1', { ignoreCase: true }) }, [{ uri: { prefix: '/1' } }]],
    ['a gRPC service', { path: PathMatch.grpc('shop.v1.Orders') }, [{ uri: { exact: '/shop.v1.Orders' } }, { uri: { prefix: '/shop.v1.Orders/' } }]],
    ['a gRPC method', { path: PathMatch.grpc('shop.v1.Orders', 'Place') }, [{ uri: { exact: '/shop.v1.Orders/Place' } }]],
    ['a scheme', { scheme: 'https' }, [{ scheme: { exact: 'https' } }]],
    ['one method', { methods: ['GET', 'GET'] }, [{ method: { exact: 'GET' } }]],
    ['several methods', { methods: ['GET', 'HEAD'] }, [{ method: { regex: 'GET|HEAD' } }]],
    ['a host with any port', { authority: StringMatch.exact('a.test') }, [{ authority: { regex: 'a\\.test(:[0-9]+)?' } }]],
    ['a host with a port', { authority: StringMatch.exact('a.test:80') }, [{ authority: { exact: 'a.test:80' } }]],
    ['a prefix of the host', { authority: StringMatch.prefix('a.') }, [{ authority: { prefix: 'a.' } }]],
    ['header names in lower case', { headers: [HeaderMatch.exact('X-A', 'b')] }, [{ headers: { 'x-a': { exact: 'b' } } }]],
    ['a header that is there', { headers: [HeaderMatch.present('a')] }, [{ headers: { a: {} } }]],
    ['a header that is not there', { headers: [HeaderMatch.absent('a')] }, [{ withoutHeaders: { a: {} } }]],
    ['values of headers', { headers: [HeaderMatch.prefix('a', 'b'), HeaderMatch.regex('c', 'd+')] }, [{ headers: { a: { prefix: 'b' }, c: { regex: 'd+' } } }]],
    ['parameters', { queryParams: [QueryParamMatch.exact('a', 'b'), QueryParamMatch.prefix('c', 'd'), QueryParamMatch.regex('e', 'f+')] },
      [{ queryParams: { a: { exact: 'b' }, c: { prefix: 'd' }, e: { regex: 'f+' } } }]],
  ])('%s', (_, match, expected) => {
    expect(planned(match)).toEqual(expected.map(m => ({ port: 80, ...m })));
  });

  test('repeat themselves for every port and gateway', () => {
    const matches = checkMatches([{ methods: ['GET'] }, { methods: ['PUT'] }], 'matches', refuse);
    expect(matchesAt(matches, [{ port: 80 }, { port: 443, gateway: 'ns/gw' }])).toEqual([
      { port: 80, method: { exact: 'GET' } }, { port: 80, method: { exact: 'PUT' } },
      { port: 443, gateway: 'ns/gw', method: { exact: 'GET' } }, { port: 443, gateway: 'ns/gw', method: { exact: 'PUT' } },
    ]);
  });

  test('without conditions there is still the port', () => {
    expect(planned()).toEqual([{ port: 80 }]);
  });
});
