import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart } from 'cdk8s';
import { Outcome, Step, apply, describeMesh, exec, external, get, runMesh } from './mesh';
import { iptables, smallTools } from './prerequisites';
import { Manifest, REGISTRY_ONLY, applyEach, objectsOf, workloads } from './traffic';
import { Caller, EgressGateway, EgressLock, EgressRoute, ExternalPort, ExternalService, GatewayWorkload } from '../../src';

/** In their order they have addresses. What is declared as TCP speaks HTTP all the same, which nobody on the way knows. */
const HOSTS = { 'api.test': [ExternalPort.http(), ExternalPort.https()], 'db.test': [ExternalPort.postgres()], 'auth.test': [ExternalPort.https()] };
const externals = [external('api.test', { http: 80, https: 443 }), external('db.test', { http: 5432 }), external('auth.test', { https: 443 })];
const addressOf = (host: string) => `198.19.1.${10 + Object.keys(HOSTS).indexOf(host)}`;

const ALL = ['shop', 'billing'];

/** The shop's routes, to `auth.test` always for all. A lock comes last, where it is too late to hide anything. */
function routes(callers: readonly string[], isLocked = false): App {
  const app = new App();
  const gateway = new EgressGateway(new Chart(app, 'platform', { namespace: 'istio-system' }), 'egress', {
    workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
  });
  const shop = new Chart(app, 'shop', { namespace: 'shop' });
  for (const [host, ports] of Object.entries(HOSTS)) {
    const service = new ExternalService(shop, host, { hosts: [host], ports, addresses: host === 'db.test' ? [addressOf(host)] : undefined });
    new EgressRoute(shop, `${host}-route`, { service, gateway, callers: (host === 'auth.test' ? ALL : callers).map(namespace => Caller.namespace(namespace)) });
  }
  if (isLocked) new EgressLock(new Chart(app, 'lock', { namespace: 'istio-system' }), 'lock', { gateway });
  return app;
}

const both = objectsOf(routes(ALL));
const alone = objectsOf(routes(['shop']));

/** Clients that ask again and again over a connection that they keep, or once for what takes a minute. */
const CLIENTS = {
  'HTTP': ['till', 'http://api.test/[1-9000]'],
  'TLS': ['till', 'https://api.test/[1-9000]'],
  'TCP': ['till', 'http://db.test:5432/[1-9000]'],
  'long request': ['till', 'http://api.test/delay/60s'],
  'TLS of a caller that stays': ['app', 'https://api.test/[1-9000]'],
  'TLS to a host whose callers stay': ['till', 'https://auth.test/[1-9000]'],
  'long request of a caller that stays': ['app', 'http://api.test/delay/60s'],
  'HTTP of a caller that stays': ['app', 'http://api.test/[1-9000]'],
} as const;
type Client = keyof typeof CLIENTS;
const clients = Object.keys(CLIENTS) as Client[];
const isLong = (client: Client) => client.startsWith('long');

/** Conditions of a shell about `$said`, what a client has said, of which `$n` lines were there at first. */
const HAS_ENDED = '[ -s $said ]';
const IS_REFUSED = 'tail -n 1 $said | grep -q "^0 [45]"';
const IS_CLOSED = 'grep -q "^1 000" $said';
const BEGAN_ANEW = '[ $(grep -c "^1 200" $said) -ge 2 ]';
const ANSWERS_AGAIN = '[ $(wc -l < $said) -gt $n ]';
/** So many answers take longer than the drain time of the lab's Envoys, a second. */
const GOES_ON = '[ $(wc -l < $said) -ge $((n + 60)) ]';

describeMesh('open connections of a caller that is taken away', () => {
  beforeAll(() => {
    smallTools();
    iptables();
  });

  /** What each client says of its requests, as `<new connections> <status>`, until its condition holds after these steps, or for 20 seconds. */
  async function said(steps: readonly Step[], until: (client: Client) => string | undefined): Promise<Record<Client, string[]>> {
    const folder = mkdtempSync(join(tmpdir(), 'connections-'));
    chmodSync(folder, 0o777);
    const shell = (name: string, client: Client, script: string) =>
      exec(name, CLIENTS[client][0], ['sh', '-c', script], { said: join(folder, client.replace(/ /g, '-')) });
    const wait = (name: string, client: Client, condition = 'true') => shell(
      name, client, `n=$(wc -l < $said); i=0; until ${condition} || [ $i -ge 200 ]; do sleep 0.1; i=$((i + 1)); done; cat $said`,
    );
    const begin = (client: Client) => {
      const [, url] = CLIENTS[client];
      const [, scheme, host, port = scheme === 'http' ? 80 : 443] = /^(\w+):\/\/([^:/]+)(?::(\d+))?/.exec(url)!;
      const curl = [
        'curl --silent --insecure --http1.1 --rate 20/s --output /dev/null', `--resolve ${host}:${port}:${addressOf(host)}`,
        "--write-out '%{stderr}%{num_connects} %{http_code}\\n'", `'${url}'`,
      ];
      return [
        shell(`${client} begins`, client, `: > $said; ${curl.join(' ')} 2>> $said &`),
        wait(`${client} has begun`, client, isLong(client) ? 'true' : '[ $(wc -l < $said) -ge 3 ]'),
      ];
    };
    try {
      const all = [...clients.flatMap(begin), ...steps, ...clients.map(client => wait(client, client, until(client)))];
      const { ran } = await runMesh({ manifests: both, workloads, externals, steps: all, meshConfig: REGISTRY_ONLY });
      return Object.fromEntries(clients.map(client => [client, ran[client].output.split('\n').slice(0, -1)])) as Record<Client, string[]>;
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  const ofGateway = ({ kind, metadata }: Manifest) => metadata.namespace === 'istio-system' && ['AuthorizationPolicy', 'VirtualService'].includes(kind);

  test.each([
    ['all objects are applied', alone, '0 502'],
    ['only the gateway is told, and the caller keeps what it had', alone.filter(ofGateway), '0 403'],
  ])('requests are refused, and all connections at the gateway end, those of others too: %s', async (_, objects, refusal) => {
    const ends: Record<Client, string> = {
      'HTTP': IS_REFUSED,
      'TLS': IS_CLOSED,
      'TCP': IS_CLOSED,
      'long request': HAS_ENDED,
      'TLS of a caller that stays': BEGAN_ANEW,
      'TLS to a host whose callers stay': BEGAN_ANEW,
      'long request of a caller that stays': HAS_ENDED,
      'HTTP of a caller that stays': GOES_ON,
    };
    const lines = await said(applyEach(objects), client => ends[client]);
    for (const client of clients.filter(each => !isLong(each))) expect([client, ...lines[client].slice(0, 3)]).toEqual([client, '1 200', '0 200', '0 200']);
    expect(lines.HTTP.pop()).toBe(refusal);
    for (const client of ['TLS', 'TCP'] as const) expect([client, lines[client].pop()]).toEqual([client, '1 000']);
    for (const client of ['TLS of a caller that stays', 'TLS to a host whose callers stay'] as const) expect([client, ...lines[client].slice(1)]).toContain('1 200');
    for (const client of clients.filter(isLong)) expect([client, lines[client]]).toEqual([client, ['1 503']]);
    expect(new Set(lines['HTTP of a caller that stays'].map(line => line.slice(2)))).toEqual(new Set(['200']));
  });

  test('without a change, all stay open', async () => {
    const lines = await said(applyEach(both), client => (isLong(client) ? undefined : client === 'HTTP' ? GOES_ON : ANSWERS_AGAIN));
    for (const client of clients) {
      const [first, ...more] = lines[client];
      expect([client, first]).toEqual([client, isLong(client) ? undefined : '1 200']);
      expect([client, ...new Set(more)]).toEqual([client, ...isLong(client) ? [] : ['0 200']]);
    }
  });

  describe('while the objects are applied, one by one', () => {
    const idOf = ({ kind, metadata }: Manifest) => `${kind} ${metadata.namespace}/${metadata.name}`;

    /** Requests of that caller after each object, named by it. */
    async function oneByOne(isLocked: boolean): Promise<Outcome> {
      const steps = objectsOf(routes(['shop'], isLocked)).flatMap(object => [
        apply([object]),
        ...['http', 'https'].map(scheme => get(`${scheme}://api.test/`, { from: 'till', timeoutS: 2, name: `${scheme} after ${idOf(object)}` })),
      ]);
      const outcome = await runMesh({ manifests: routes(ALL, isLocked), workloads, externals, steps, meshConfig: REGISTRY_ONLY });
      expect(outcome.answers[0]).toReach('api.test', { leftBy: 'egress' });
      for (const answer of outcome.answers.slice(-2)) expect(answer.server).toBeUndefined();
      return outcome;
    }

    test('its own sidecar knows hosts with TLS or TCP ports after their route is gone, until the next object', async () => {
      const { named } = await oneByOne(false);
      const direct = Object.entries(named).filter(([, { server }]) => server?.peer === 'till').map(([name]) => name);
      expect(direct).toEqual([expect.stringMatching(/^http after VirtualService shop\/.*api.test/), expect.stringMatching(/^https after VirtualService shop\/.*api.test/)]);
    });

    test('under a lock, even then nothing leaves by it', async () => {
      const outcome = await oneByOne(true);
      expect(outcome).toKeepInside('till');
      const { denied } = Object.entries(outcome.named).find(([name]) => /^https after VirtualService shop\/.*api.test/.test(name))![1];
      expect(denied).toContainEqual(expect.objectContaining({ from: 'till', port: 443 }));
    });
  });
});
