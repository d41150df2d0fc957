import fc from 'fast-check';
import { Refuse } from '../../../src/private/basics/errors';
import { covers } from '../../../src/private/basics/hosts';
import { checkPair, checkPairs } from '../../../src/private/check/ingress-gateway';
import { ingressGateway } from '../../../src/private/istio/ingress-gateway';
import { BoundRoute, ListenedHost, listenersOf } from '../../../src/private/model/listener';
import { exportTo } from '../../../src/private/objects/visibility';
import { narrowerHosts } from '../../../src/private/requests/narrower-hosts';

const name = fc.array(fc.constantFrom('a', 'b'), { minLength: 1, maxLength: 3 }).map(labels => [...labels, 'test'].join('.'));
const host = fc.oneof({ weight: 3, arbitrary: name }, name.map(n => `*.${n}`), fc.constant('*'));
const ports = [{ port: 80, podPort: 8080 }, { port: 443, podPort: 8443 }, { port: 8443, podPort: 8443 }];
const tls = fc.tuple(fc.constantFrom('one', 'two', 'three'), fc.boolean())
  .map(([credentialName, old]) => ({ mode: 'SIMPLE' as const, credentialName, ...(old && { minProtocolVersion: 'TLSV1_2' as const }) }));
const one: fc.Arbitrary<ListenedHost> = fc.record({
  host, at: fc.constantFrom(...ports), protocol: fc.constantFrom('HTTP' as const, 'HTTPS' as const, 'TLS' as const, 'TCP' as const), tls,
}).map(({ host: own, at, protocol, tls: options }) => ({ host: own, ...at, protocol, ...(protocol === 'HTTPS' && { tls: options }) }));
const anyOnes = fc.array(one, { maxLength: 12 });
const tlsOnes = fc.array(one.map(l => ({ ...l, ...ports[1], protocol: 'HTTPS' as const, tls: l.tls ?? { mode: 'SIMPLE' as const, credentialName: 'one' } })), { maxLength: 6 });
const apart = fc.uniqueArray(one, { selector: l => `${l.port} ${l.host}`, maxLength: 12 });

describe('the hosts of listeners', () => {
  const refuse: Refuse = refusal => { throw new Error(JSON.stringify(refusal)); };
  const messageOf = (act: () => void) => {
    try {
      act();
      return 'fine';
    } catch (e) {
      return (e as Error).message;
    }
  };

  test('are refused as if all pairs were compared', () => {
    const seen = new Set<string>();
    fc.assert(fc.property(fc.oneof(anyOnes, tlsOnes), all => {
      const found = messageOf(() => checkPairs(all, refuse));
      seen.add(/"code":"(\w+)"/.exec(found)?.[1] ?? found);
      expect(found).toBe(messageOf(() => all.forEach((own, i) => all.slice(0, i).forEach(before => checkPair(before, own, refuse)))));
    }), { numRuns: 2000 });
    expect([...seen].sort()).toEqual(['CertificateConflict', 'ListenerConflict', 'ListenerProtocolConflict', 'fine']);
  });

  test('listen for a host with the most specific one on each port', () => {
    fc.assert(fc.property(apart, host, (listened, asked) => {
      const byPort = new Map<number, ListenedHost>();
      for (const candidate of listened) {
        const best = byPort.get(candidate.port);
        if (candidate.protocol !== 'TCP' && covers(candidate.host, asked) && (!best || covers(best.host, candidate.host))) byPort.set(candidate.port, candidate);
      }
      expect(listenersOf(asked, listened)).toEqual([...byPort.values()].sort((a, b) => a.port - b.port));
    }), { numRuns: 2000 });
  });

  test('are bound to the namespaces of the routes that they cover', () => {
    const route: fc.Arbitrary<BoundRoute> = fc.oneof(
      fc.record({ namespace: fc.constantFrom('own', 'x', 'y'), hosts: fc.array(host, { minLength: 1, maxLength: 2 }) }),
      fc.record({ namespace: fc.constantFrom('x', 'y'), hosts: fc.constant<string[]>(['*']), tcpPort: fc.constantFrom(80, 443) }),
    );
    fc.assert(fc.property(apart, fc.array(route, { maxLength: 6 }), fc.constantFrom<string[][]>([], ['z'], ['*']), (listened, routes, guests) => {
      const hosts = ingressGateway({ selector: {}, namespace: 'own', listened, routes, routeNamespaces: guests }).servers.flatMap(server => server.hosts);
      const expected = listened.flatMap(l => {
        if (l.tls || guests.includes('*')) return [l.host];
        const bound = routes.filter(r => r.tcpPort === (l.protocol === 'TCP' ? l.port : undefined) && r.hosts.some(h => covers(l.host, h)));
        const namespaces = [...bound.map(r => r.namespace), ...guests];
        return exportTo(namespaces.length > 0 ? namespaces : ['own'], 'own').map(ns => `${ns}/${l.host}`);
      });
      expect([...hosts].sort()).toEqual(expected.sort());
    }), { numRuns: 1000 });
  });

  test('are narrower than those of a route as if all pairs were compared', () => {
    fc.assert(fc.property(apart, fc.array(host, { minLength: 1, maxLength: 3 }), fc.array(host, { maxLength: 6 }), (listened, hosts, others) => {
      const narrow = (other: string) => !hosts.includes(other) && hosts.some(wide => wide.startsWith('*') && covers(wide, other));
      const listeners = listened.filter(l => l.port === 443 && narrow(l.host));
      const routed = [{ hosts: others, podPorts: [8443] }];
      expect(narrowerHosts(hosts, 443, listened, () => routed))
        .toEqual([...new Set(others.filter(other => narrow(other) && listeners.some(l => covers(other, l.host))))].sort());
    }), { numRuns: 2000 });
  });
});
