import { App, Chart, JsonPatch } from 'cdk8s';
import { describeMesh, external, runMesh, say } from './mesh';
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
});
