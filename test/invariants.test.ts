import { CASES as EGRESS } from './egress/cases';
import { CASES as INGRESS } from './ingress/cases';
import { Manifest, synth } from './synth';
import { covers } from '../src/private/basics/hosts';
import { isDnsLabel } from '../src/private/basics/names';

const cases = Object.entries({ ...prefixed('egress', EGRESS), ...prefixed('ingress', INGRESS) });

function prefixed<T>(prefix: string, makers: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(makers).map(([name, make]) => [`${prefix} › ${name}`, make]));
}

const ofKind = (objects: Manifest[], kind: string) => objects.filter(o => o.kind === kind);
const routesOf = ({ spec }: Manifest): any[] => [...spec.http ?? [], ...spec.tls ?? [], ...spec.tcp ?? []];
const targetsOf = (route: any): { host: string; port?: { number: number } }[] => (route.route ?? []).map((r: any) => r.destination);
const tlsOf = ({ spec: { trafficPolicy: all = {} } }: Manifest): any[] => [all, ...all.portLevelSettings ?? []].map(p => p.tls).filter(Boolean);
const isMesh = (host: string) => host.endsWith('.mesh.internal');
const seenBy = ({ metadata, spec }: Manifest): string[] => spec.exportTo.map((ns: string) => (ns === '.' ? metadata.namespace : ns));

/** The namespaces of the proxies that read a route: sidecars of all who see the object, or the gateway's pods. */
function readersOf(object: Manifest, route: any): string[] {
  const gateways: string[] = route.match[0].gateways ?? object.spec.gateways;
  const seen = seenBy(object);
  // the pods of an ingress gateway need not be where its Gateway is
  return gateways.map(gateway => gateway.split('/')[0]).flatMap(namespace => (seen.includes(namespace) ? namespace : seen));
}

/** All values in an object, however deep. */
function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? Object.values(value).flatMap(leaves) : [value];
}

describe.each(cases)('%s', (_, make) => {
  const objects = synth(make().app);
  const virtualServices = ofKind(objects, 'VirtualService').filter(o => o.spec.hosts);
  const delegates = ofKind(objects, 'VirtualService').filter(o => !o.spec.hosts);
  const entries = ofKind(objects, 'ServiceEntry');
  const rules = ofKind(objects, 'DestinationRule');

  test('gateways are named in full, and exist', () => {
    const gateways = ofKind(objects, 'Gateway').map(o => `${o.metadata.namespace}/${o.metadata.name}`);
    for (const { spec } of virtualServices) {
      expect(['mesh', ...gateways]).toEqual(expect.arrayContaining(spec.gateways));
    }
  });

  test('every match and every destination has a port', () => {
    for (const route of virtualServices.flatMap(routesOf)) {
      expect(route.match.length).toBeGreaterThan(0);
      for (const match of route.match) expect(match.port).toEqual(expect.any(Number));
      for (const target of targetsOf(route)) expect(target.port).toEqual({ number: expect.any(Number) });
    }
  });

  test('a delegate is handed over to, seen by the namespace that does so, and says nothing of hosts, gateways and ports', () => {
    for (const { metadata, spec } of delegates) {
      const handsOver = ({ delegate }: any) => delegate?.name === metadata.name && delegate.namespace === metadata.namespace;
      const roots = virtualServices.filter(o => o.spec.http.some(handsOver));
      expect(roots).toHaveLength(1);
      expect(spec.exportTo).toEqual([roots[0].metadata.namespace]);
      expect(spec.gateways).toBeUndefined();
      for (const route of spec.http) for (const match of route.match ?? []) expect(match.port).toBeUndefined();
    }
  });

  test('in an object of several gateways every match says of which', () => {
    for (const object of virtualServices.filter(o => o.spec.gateways.length > 1)) {
      for (const match of routesOf(object).flatMap(r => r.match)) {
        expect(match.gateways).toHaveLength(1);
        expect(object.spec.gateways).toContain(match.gateways[0]);
      }
    }
  });

  test('every destination is known to all who read the route', () => {
    for (const object of virtualServices) {
      for (const route of routesOf(object)) {
        for (const { host, port } of targetsOf(route).filter(t => !t.host.endsWith('.svc.cluster.local'))) {
          const entry = entries.find(e => e.spec.hosts.includes(host))!;
          expect(entry.spec.ports.map((p: any) => p.number)).toContain(port!.number);
          expect(seenBy(entry)).toEqual(expect.arrayContaining(readersOf(object, route)));
        }
      }
    }
  });

  test('a server of the gateway takes the hosts of the route', () => {
    for (const { metadata, spec } of virtualServices) {
      for (const name of spec.gateways.filter((g: string) => g !== 'mesh')) {
        const gateway = objects.find(o => o.kind === 'Gateway' && `${o.metadata.namespace}/${o.metadata.name}` === name)!;
        const taken = gateway.spec.servers.flatMap((s: any) => s.hosts).map((h: string) => h.replace(/^\.\//, `${gateway.metadata.namespace}/`));
        const bound = taken.map((h: string) => h.split('/')).filter(([ns, host]: string[]) => host === undefined || ns === metadata.namespace);
        const fits = (host: string) => bound.some((parts: string[]) => covers(parts.at(-1)!, host));
        expect(spec.hosts.filter(fits).length).toBeGreaterThan(0);
      }
    }
  });

  test('TLS to the outside has a server name and names to verify, or neither, and says who signs', () => {
    for (const tls of rules.flatMap(tlsOf).filter(t => t.mode !== 'ISTIO_MUTUAL' && !t.insecureSkipVerify)) {
      expect('sni' in tls).toBe('subjectAltNames' in tls);
      expect('caCertificates' in tls).toBe(!('credentialName' in tls));
    }
  });

  test('TLS to the gateway asks for the name of leg 1', () => {
    for (const { spec } of rules.filter(r => isMesh(r.spec.host))) {
      expect(spec.trafficPolicy.tls).toEqual({ mode: 'ISTIO_MUTUAL', sni: spec.host });
    }
  });

  test('hosts outside are outside, and the gateway is inside', () => {
    for (const { spec } of entries) {
      expect(spec.location).toBe(spec.hosts.every(isMesh) ? 'MESH_INTERNAL' : 'MESH_EXTERNAL');
    }
  });

  test('a gateway is never left without an address', () => {
    const routed = virtualServices.flatMap(routesOf).flatMap(targetsOf).map(t => t.host);
    for (const { spec } of entries.filter(e => e.spec.hosts.some((h: string) => routed.includes(h)))) {
      expect(spec.resolution).not.toBe('NONE');
    }
  });

  test('nothing is visible to everybody', () => {
    for (const { spec } of [...virtualServices, ...entries, ...rules]) {
      expect(spec.exportTo.length).toBeGreaterThan(0);
      expect(spec.exportTo).not.toContain('*');
    }
  });

  test('leg 1 tries again only what never reached the gateway, and nothing waits for 0 s', () => {
    for (const object of virtualServices) {
      for (const route of object.spec.http ?? []) {
        const toGateway = targetsOf(route).some(t => isMesh(t.host) || t.host.startsWith('istio-egressgateway.'));
        expect(route.retries).toEqual(toGateway ? { attempts: 2, retryOn: 'connect-failure,refused-stream,reset-before-request' } : undefined);
        expect(route.timeout).not.toBe('0s');
      }
    }
  });

  test('what leaves by the shared server is of the callers', () => {
    for (const { spec } of virtualServices) {
      if (!spec.gateways.includes('istio-system/egress')) continue;
      for (const route of (spec.http ?? []).filter((r: any) => targetsOf(r).some(t => !isMesh(t.host)))) {
        for (const match of route.match) expect(match.headers?.['x-forwarded-client-cert']?.regex).toMatch(/URI=spiffe:/);
      }
    }
  });

  test('what leaves by HTTP has no headers of the mesh', () => {
    for (const route of virtualServices.flatMap(o => o.spec.http ?? []).filter(r => targetsOf(r).some(t => t.host.endsWith('.example.com')))) {
      const { headers = route.route[0].headers } = route;
      expect(headers.request.remove).toEqual(expect.arrayContaining(['x-forwarded-client-cert', 'x-envoy-peer-metadata', 'x-forwarded-for']));
    }
  });

  test('policies and servers are for the pods of the gateway alone', () => {
    const gateways = ofKind(objects, 'Gateway').map(({ spec }) => spec.selector);
    for (const { spec, metadata } of ['AuthorizationPolicy', 'RequestAuthentication'].flatMap(kind => ofKind(objects, kind))) {
      expect(gateways).toContainEqual(spec.selector.matchLabels);
      expect(['istio-system', 'istio-ingress']).toContain(metadata.namespace);
    }
    for (const selector of gateways) expect(Object.keys(selector)).not.toHaveLength(0);
  });

  test('policies never allow, and say for which hosts and ports they are', () => {
    for (const { spec } of ofKind(objects, 'AuthorizationPolicy')) {
      expect(['DENY', 'CUSTOM']).toContain(spec.action);
      for (const rule of spec.rules) {
        const sni = (rule.when ?? []).find((condition: any) => condition.key === 'connection.sni');
        for (const { operation } of rule.to) {
          expect(operation.ports).toHaveLength(1);
          // what has no Host header is told by the name of leg 1
          expect(operation.hosts ?? sni?.values.filter((name: string) => name.endsWith('.mesh.internal'))).not.toHaveLength(0);
          // TCP on the same port has neither
          if (operation.ports[0] !== '80') expect(sni).toBeDefined();
        }
      }
    }
  });

  test('names are DNS labels, and distinct', () => {
    const keys = objects.map(o => `${o.kind} ${o.metadata.namespace}/${o.metadata.name}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { metadata } of objects) expect(isDnsLabel(metadata.name)).toBe(true);
  });

  test('no field is empty, but for matches on presence', () => {
    for (const value of leaves(objects.map(({ spec }) => spec))) {
      expect(value === null || value === '' || (Array.isArray(value) && value.length === 0)).toBe(false);
    }
  });

  test('the same app made again gives the same objects', () => {
    expect(synth(make().app)).toEqual(objects);
  });
});
