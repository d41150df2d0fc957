import { App, Chart, JsonPatch } from 'cdk8s';
import { describeMesh, external, get, runMesh, say } from './mesh';
import { istio, label, to } from './recipes';
import { workloads } from './world';
import { Endpoint, ExternalPort, ExternalService, ExternalServiceProps, Resolution } from '../../src';

// the hosts outside get addresses in their order
const ADDRESS = { db: '198.19.1.10', backup: '198.19.1.11' };
const servers = [external('db.test', { tcp: 5432 }), external('backup.test', { tcp: 5432 })];
const steps = Object.keys(ADDRESS).map(name => say(`tcp://${name}.test:5432`, { from: 'app', timeoutS: 2, name }));

/** Databases to which sidecars of the shop go by themselves, all by port 5432. */
function databases(...addresses: string[][]) {
  const app = new App();
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  const hosts = Object.keys(ADDRESS) as (keyof typeof ADDRESS)[];
  const props = (i: number): ExternalServiceProps => ({
    hosts: [`${hosts[i]}.test`], ports: [ExternalPort.postgres()], direct: true, addresses: addresses[i], resolution: Resolution.endpoints([Endpoint.ip(ADDRESS[hosts[i]])]),
  });
  return { app, services: addresses.map((_, i) => new ExternalService(shop, hosts[i], props(i))) };
}

const serversOf = async ({ app }: { readonly app: App }) => {
  const { named } = await runMesh({ manifests: app, workloads, externals: servers, steps });
  return Object.fromEntries(Object.entries(named).map(([name, answer]) => [name, answer.hops[0].line.upstream_cluster]));
};

const PAST = 'PassthroughCluster';
const own = (name: string) => `outbound|5432||${name}.test`;

describeMesh('addresses', () => {
  describe('of a service', () => {
    test('take connections to them and to no others', async () => {
      expect(await serversOf(databases([ADDRESS.db]))).toEqual({ db: own('db'), backup: PAST });
    });

    test.each(['0.0.0.0', '0.0.0.0/0', '0.0.0.0/1'])('broken: %s takes all of them', async address => {
      const broken = databases([ADDRESS.db]);
      broken.services[0].serviceEntry.addJsonPatch(JsonPatch.replace('/spec/addresses/0', address));
      expect(await serversOf(broken)).toEqual({ db: own('db'), backup: own('db') });
    });
  });

  describe('in several spellings', () => {
    test('are one', async () => {
      const { app } = databases(['2001:DB8:0:0::1', '198.19.1.10/32']);
      expect(await serversOf({ app })).toEqual({ db: own('db'), backup: PAST });
    });

    test('broken: the second spelling is refused by Envoy', async () => {
      const broken = databases(['2001:db8::1']);
      broken.services[0].serviceEntry.addJsonPatch(JsonPatch.add('/spec/addresses/-', '2001:DB8:0:0::1'));
      const { troubles } = await runMesh({ manifests: broken.app, workloads, externals: servers, steps, troubled: true });
      expect(troubles.join()).toContain('duplicate address');
    });
  });

  describe('of two services', () => {
    test('keep their connections apart', async () => {
      expect(await serversOf(databases([ADDRESS.db], [ADDRESS.backup]))).toEqual({ db: own('db'), backup: own('backup') });
    });

    test.each([
      ['that are the same lead to one of the two', [ADDRESS.db], ADDRESS.db, { db: own('backup'), backup: PAST }],
      ['of the same block lead to one of the two', ['198.19.1.0/24'], '198.19.1.9/24', { db: own('backup'), backup: own('backup') }],
      ['of a narrower block lead away from the wider', ['198.19.0.0/16'], '198.19.1.0/24', { db: own('backup'), backup: own('backup') }],
    ])('broken: addresses %s', async (_, first, second, leads) => {
      const broken = databases(first, ['192.0.2.1']);
      broken.services[1].serviceEntry.addJsonPatch(JsonPatch.replace('/spec/addresses/0', second));
      expect(await serversOf(broken)).toEqual(leads);
    });
  });

  describe('of services that send names', () => {
    const routes = (host: string) => istio('VirtualService', 'shop', label(host), { hosts: [host], tls: [{ match: [{ port: 5432, sniHosts: [host] }], route: to(host, 5432) }] });
    const entry = (host: string, protocol: string, address: string) => istio('ServiceEntry', 'shop', label(host), {
      hosts: [host], location: 'MESH_EXTERNAL', resolution: 'DNS', addresses: [address], ports: [{ number: 5432, name: 'port', protocol }],
    });
    const ask = async (call: typeof say, scheme: 'tls' | 'http', manifests: object[]) => {
      const externals = ['db.test', 'backup.test'].map(host => external(host, { [scheme]: 5432 }));
      const asked = ['db.test', 'backup.test'].map(host => call(`${scheme}://${host}:5432`, { from: 'app', connect: `${ADDRESS.db}:5432`, timeoutS: 2 }));
      return (await runMesh({ manifests, workloads, externals, steps: asked })).answers.map(answer => answer.hops[0].line.upstream_cluster);
    };

    test.each([['both are routed', [routes('db.test'), routes('backup.test')]], ['one is routed', [routes('db.test')]]])('TLS is told apart where %s', async (_, routed) => {
      expect(await ask(say, 'tls', [entry('db.test', 'TLS', ADDRESS.db), entry('backup.test', 'TLS', ADDRESS.db), ...routed])).toEqual([own('db'), own('backup')]);
    });

    test('requests are told apart', async () => {
      expect(await ask(get, 'http', [entry('db.test', 'HTTP', ADDRESS.db), entry('backup.test', 'HTTP', ADDRESS.db)])).toEqual([own('db'), own('backup')]);
    });

    test('broken: TLS without a route leads to one of the two', async () => {
      expect(await ask(say, 'tls', [entry('db.test', 'TLS', ADDRESS.db), entry('backup.test', 'TLS', ADDRESS.db)])).toEqual([own('backup'), own('backup')]);
    });

    test('broken: of TLS to an address within a block, the listener of the address knows its own name alone', async () => {
      const blocks = [entry('db.test', 'TLS', ADDRESS.db), { ...entry('backup.test', 'TLS', '198.19.1.0/24') }];
      Object.assign((blocks[1] as { spec: object }).spec, { resolution: 'NONE' });
      expect(await ask(say, 'tls', [...blocks, routes('db.test'), routes('backup.test')])).toEqual([own('db'), PAST]);
    });

    test.each(['TCP', 'TLS'])('broken: requests to an address of %s do not go by their host', async protocol => {
      const [, asked] = await ask(get, 'http', [entry('db.test', protocol, ADDRESS.db), entry('backup.test', 'HTTP', ADDRESS.db)]);
      expect(asked).not.toBe(own('backup'));
    });
  });
});
