import { AppModel, ExternalServiceModel } from '../../../src/private/model/app-model';
import { Port } from '../../../src/private/model/external-service';
import { addressConflict } from '../../../src/private/requests/address-conflicts';

interface Service {
  /** Namespaces whose sidecars call it. */
  readonly callers: string[];
  readonly addresses: string[];
  readonly ports: Pick<Port, 'protocol' | 'number'>[];
  /** Whether a route tells its TLS by the names that are asked for. */
  readonly routed: boolean;
}

const TCP = { protocol: 'TCP', number: 5432 } as const;
const TLS = { protocol: 'TLS', number: 5432 } as const;
const HTTP = { protocol: 'HTTP', number: 5432 } as const;

function modelOf(path: string, { callers, addresses, ports, routed }: Service): ExternalServiceModel {
  const service = { hosts: [`${path}.test`], ports, addresses, resolution: 'DNS', endpoints: [], location: 'MESH_EXTERNAL' } as unknown as ExternalServiceModel['service'];
  return { path, namespace: 'shop', service, direct: !routed, exportTo: callers, metadata: {}, imported: false };
}

/** Services by the order of their paths. */
function meet(...services: Partial<Service>[]): string[] {
  const app = new AppModel();
  const all = services.map((more, i) => modelOf(String(i).padStart(6, '0'), { callers: ['shop'], addresses: ['192.0.2.1'], ports: [TCP], routed: true, ...more }));
  for (const model of all) app.externalServices.put(model, { isAttached: () => true });
  return all.flatMap(model => [addressConflict(app, model)].flatMap(found => found ?? []).map(({ index, other, otherAddress, port, caller }) => (
    `${Number(model.path)}[${index}] ${Number(other)} ${otherAddress}:${port} ${caller}`
  )));
}

describe('addresses of two services', () => {
  test('are those of one listener where callers, port and address are the same', () => {
    expect(meet({}, {})).toEqual(['1[0] 0 192.0.2.1:5432 shop']);
    expect(meet({}, { callers: ['billing'] })).toEqual([]);
    expect(meet({}, { ports: [{ ...TCP, number: 5433 }] })).toEqual([]);
    expect(meet({}, { addresses: ['192.0.2.2'] })).toEqual([]);
  });

  test('meet in one of several callers, ports and addresses', () => {
    const several = { callers: ['audit', 'shop'], ports: [HTTP, { ...TCP, number: 6379 }], addresses: ['192.0.2.7', '192.0.2.1'] };
    expect(meet({ ports: [{ ...TCP, number: 6379 }] }, several)).toEqual(['1[1] 0 192.0.2.1:6379 shop']);
  });

  test('are told once, however often they meet', () => {
    const many = { callers: ['shop', 'billing'], addresses: ['192.0.2.2', '192.0.2.1'] };
    expect(meet(many, many)).toEqual(['1[0] 0 192.0.2.2:5432 shop']);
    expect(meet({}, {}, {})).toEqual(['1[0] 0 192.0.2.1:5432 shop', '2[0] 0 192.0.2.1:5432 shop']);
  });

  test.each([
    ['192.0.2.0/24', '192.0.2.1', true], ['192.0.2.1', '192.0.2.0/24', true], ['192.0.0.0/8', '192.0.2.0/24', true], ['192.0.2.0/25', '192.0.2.128/25', false],
    ['2001:db8::1', '2001:db8::1', true],
  ])('%s meets %s: %s', (a, b, expected) => {
    expect(meet({ addresses: [a] }, { addresses: ['198.51.100.1', b] })).toHaveLength(expected ? 1 : 0);
  });

  test('are found behind narrower ones', () => {
    expect(meet({ addresses: ['192.0.2.0/24'] }, { addresses: ['198.51.100.1'] }, { addresses: ['192.0.2.1', '192.0.2.77'] })).toEqual(['2[0] 0 192.0.2.0/24:5432 shop']);
    expect(meet({ addresses: ['192.0.2.0/24'] }, { addresses: ['192.0.2.1'] }, { addresses: ['192.0.2.77'] })).toHaveLength(2);
  });

  test.each<[string, Partial<Service>, Partial<Service>, boolean]>([
    ['requests, told by their hosts', { ports: [HTTP] }, { ports: [{ ...HTTP, protocol: 'GRPC' }] }, false],
    ['requests in a block', { ports: [HTTP], addresses: ['192.0.2.0/24'] }, { ports: [HTTP] }, false],
    ['requests and bytes', { ports: [HTTP] }, {}, true],
    ['requests and TLS', { ports: [HTTP] }, { ports: [TLS] }, true],
    ['TLS of two routes', { ports: [TLS] }, { ports: [{ ...TLS, protocol: 'HTTPS' }] }, false],
    ['TLS of a route and TLS of none', { ports: [TLS] }, { ports: [TLS], routed: false }, false],
    ['TLS of no route', { ports: [TLS], routed: false }, { ports: [TLS], routed: false }, true],
    ['TLS of no route, to a block', { ports: [TLS], routed: false, addresses: ['192.0.2.0/24'] }, { ports: [TLS], routed: false, addresses: ['192.0.2.0/24'] }, false],
    ['TLS of two routes, one to a block: what is asked of the narrower is not looked for in the wider', { ports: [TLS] }, { ports: [TLS], addresses: ['192.0.2.0/24'] }, true],
    ['TLS and bytes', { ports: [TLS] }, {}, true],
  ])('%s', (_, a, b, expected) => {
    expect([meet(a, b).length, meet(b, a).length]).toEqual(expected ? [1, 1] : [0, 0]);
  });

  test('that no sidecar calls meet nowhere', () => {
    expect(meet({ callers: [] }, {})).toEqual([]);
  });

  test('are none among thousands of services with addresses of their own', () => {
    const of = (i: number) => ({ addresses: [`10.0.${Math.floor(i / 250)}.${i % 250}`] });
    expect(meet(...Array.from({ length: 5_000 }, (_, i) => of(i)))).toEqual([]);
  }, 60_000);
});
