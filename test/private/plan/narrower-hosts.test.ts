import { regexMatches } from '../../../src/private/basics/re2';
import { ListenedHost } from '../../../src/private/model/listener';
import { withoutHosts } from '../../../src/private/objects/host-conditions';
import { narrowerHosts } from '../../../src/private/requests/narrower-hosts';

const listened = (...hosts: string[]): ListenedHost[] => hosts.map(host => ({ host, port: 443, podPort: 443, protocol: 'HTTPS' }));
const routed = (...hosts: string[]) => () => [{ hosts, podPorts: [443] }];

describe('hosts under a wildcard that another route has', () => {
  test.each<{ what: string; hosts: string[]; listeners: string[]; others: string[]; narrower: string[] }>([
    { what: 'a listener and a route have one of its names', hosts: ['*.a.test'], listeners: ['*.a.test', 'b.a.test'], others: ['b.a.test', '*.a.test'], narrower: ['b.a.test'] },
    { what: 'a route between the wildcard and a listener', hosts: ['*'], listeners: ['*', 'c.b.a.test'], others: ['*.a.test', 'd.test'], narrower: ['*.a.test'] },
    { what: 'several wildcards', hosts: ['*.a.test', '*.c.test'], listeners: ['d.c.test', 'b.a.test'], others: ['d.c.test', 'b.a.test'], narrower: ['b.a.test', 'd.c.test'] },
    { what: 'a listener without a route', hosts: ['*.a.test'], listeners: ['*.a.test', 'b.a.test'], others: [], narrower: [] },
    { what: 'a route without a listener', hosts: ['*.a.test'], listeners: ['*.a.test'], others: ['b.a.test'], narrower: [] },
    { what: 'no wildcard', hosts: ['a.test'], listeners: ['a.test', 'b.test'], others: ['b.test'], narrower: [] },
  ])('$what', ({ hosts, listeners, others, narrower }) => {
    expect(narrowerHosts(hosts, 443, listened(...listeners), routed(...others))).toEqual(narrower);
    expect(narrowerHosts(hosts, 80, listened(...listeners), routed(...others))).toEqual([]);
  });

  test('are left out, with and without a port, in any case', () => {
    const match = withoutHosts({ port: 443, withoutHeaders: { ':authority': { regex: '.*:443' } } }, ['b.a.test', '*.c.test']);
    const leaves = (host: string) => regexMatches(match.withoutHeaders![':authority'].regex!, host);
    expect(['b.a.test', 'B.a.test:8443', 'x.c.test', 'any:443'].map(leaves)).toEqual([true, true, true, true]);
    expect(['bxa.test', 'x.b.a.test', 'c.test', 'any:80'].map(leaves)).toEqual([false, false, false, false]);
  });
});
