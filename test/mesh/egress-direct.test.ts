import { JsonPatch } from 'cdk8s';
import { describeMesh, external, finish, get, load, say, sidecar } from './mesh';
import { declareDirect, run } from './world';
import { ClientCertificate, Endpoint, ExternalPort, LoadBalancer, LocalityLoadBalancing, Resolution, UpstreamTls } from '../../src';

const fromApp = { from: 'app' };
// the hosts outside get addresses in their order
const [FIRST, SECOND] = ['198.19.1.10', '198.19.1.11'];
const OUTSIDE = '198.19.0.0/16';
const ELSEWHERE = '192.0.2.0/24';

describeMesh('egress: direct', () => {
  describe('resolution', () => {
    const servers = [external('one.test', { http: 8080 }), external('two.test', { http: 8080 }), external('api.test', { http: 80 })];

    test.each<[string, Resolution, string]>([
      ['by DNS', Resolution.dns(), 'api.test'],
      ['by one DNS answer', Resolution.dnsRoundRobin(), 'api.test'],
      ['by DNS of another name', Resolution.dns([Endpoint.host('two.test', { ports: { 80: 8080 } })]), 'two.test'],
      ['by one DNS answer of another name', Resolution.dnsRoundRobin(Endpoint.host('two.test', { ports: { 80: 8080 } })), 'two.test'],
      ['by fixed endpoints', Resolution.endpoints([Endpoint.ip(FIRST, { ports: { 80: 8080 } })]), 'one.test'],
      ['by the address that the application dialed', Resolution.none(), 'api.test'],
    ])('%s', async (_, resolution, server) => {
      const { answers: [answer] } = await run(declareDirect({ resolution }), servers, [get('http://api.test/get', fromApp)]);
      expect(answer).toReach(server, { leftBy: 'app', host: 'api.test' });
      expect(answer.hops[0].line.upstream_cluster).toBe('outbound|80||api.test');
    });

    test('broken: without ports of its own, an endpoint is called on that of the service', async () => {
      const broken = declareDirect({ resolution: Resolution.endpoints([Endpoint.ip(FIRST, { ports: { 80: 8080 } })]) });
      broken.service.serviceEntry.addJsonPatch(JsonPatch.remove('/spec/endpoints/0/ports'));
      const { answers: [answer] } = await run(broken, servers, [get('http://api.test/get', fromApp)]);
      expect(answer).toFail({ status: 503 });
    });
  });

  describe('weights of endpoints', () => {
    const servers = [external('one.test', { http: 80 }), external('two.test', { http: 80 })];
    const endpoints = [Endpoint.ip(FIRST, { weight: 1 }), Endpoint.ip(SECOND, { weight: 9 })];
    const weighted = () => declareDirect({ resolution: Resolution.endpoints(endpoints) });
    const shareOfSecond = async (made: ReturnType<typeof weighted>) => {
      const { loads } = await run(made, servers, [load('many', 'http://api.test/get', { ...fromApp, count: 400, connect: `${FIRST}:80` }), finish('many')]);
      const { tally } = loads.many;
      return tally['200 two.test'] / (tally['200 one.test'] + tally['200 two.test']);
    };

    test('are their shares of the load', async () => {
      const share = await shareOfSecond(weighted());
      expect(share).toBeGreaterThan(0.8);
      expect(share).toBeLessThan(1);
    });

    test('broken: without them, shares are equal', async () => {
      const broken = weighted();
      broken.service.serviceEntry.addJsonPatch(JsonPatch.remove('/spec/endpoints/1/weight'));
      expect(await shareOfSecond(broken)).toBeLessThan(0.7);
    });
  });

  describe('locality and labels of endpoints', () => {
    const servers = [external('one.test', { http: 80 }), external('two.test', { http: 80 })];
    const endpoints = [Endpoint.ip(FIRST, { locality: 'eu/west', labels: { site: 'main' } }), Endpoint.ip(SECOND, { locality: 'us/east', labels: { site: 'spare' } })];
    const resolution = Resolution.endpoints(endpoints);
    const near = () => declareDirect({
      resolution, loadBalancer: LoadBalancer.random({ locality: LocalityLoadBalancing.distribute({ '*': { 'us/*': 100 } }) }),
    });
    const preferred = () => declareDirect({
      resolution,
      outlierDetection: { consecutiveServerErrors: 1 },
      loadBalancer: LoadBalancer.random({ locality: LocalityLoadBalancing.failoverPriority(['site=spare']) }),
    });
    const serversOf = async (made: ReturnType<typeof declareDirect>) => {
      const { loads } = await run(made, servers, [load('many', 'http://api.test/get', { ...fromApp, count: 60, connect: `${FIRST}:80` }), finish('many')]);
      return Object.keys(loads.many.tally).sort();
    };

    test.each([['localities decide', near], ['labels decide', preferred]])('%s which endpoint gets requests', async (_, made) => {
      expect(await serversOf(made())).toEqual(['200 two.test']);
    });

    test.each([['its locality', near, 'locality'], ['its label', preferred, 'labels']])('broken: without %s, an endpoint is not preferred', async (_, made, field) => {
      const broken = made();
      broken.service.serviceEntry.addJsonPatch(JsonPatch.remove(`/spec/endpoints/1/${field}`));
      expect(await serversOf(broken)).not.toEqual(['200 two.test']);
    });
  });

  describe('wildcard hosts by DNS of each request', () => {
    const servers = [external('*.wild.test', { http: 80 }), external('*.wild.test', { https: 443 }, { certHost: 'a.wild.test' })];
    const dynamic = () => declareDirect({ hosts: ['*.wild.test'], ports: [ExternalPort.http(), ExternalPort.tls({ number: 443 })], resolution: Resolution.dynamicDns() });
    // an address where nobody is: only the name leads to the server
    const misled = ['http', 'https'].map(scheme => get(`${scheme}://a.wild.test/get`, { ...fromApp, connect: `192.0.2.1:${scheme === 'http' ? 80 : 443}`, sni: 'a.wild.test', timeoutS: 3 }));

    test('are resolved by the Host header and the server name', async () => {
      const { answers } = await run(dynamic(), servers, misled);
      for (const answer of answers) expect(answer).toReach('*.wild.test', { leftBy: 'app' });
    });

    test('broken: without a lookup, the sidecar connects to the address that the application dialed', async () => {
      const broken = dynamic();
      broken.service.serviceEntry.addJsonPatch(JsonPatch.replace('/spec/resolution', 'NONE'));
      const { answers } = await run(broken, servers, misled);
      expect(answers).toHaveLength(2);
      for (const answer of answers) expect(answer).toFail({ at: 'app', cluster: /\*\.wild\.test$/, error: /deadline exceeded/ });
    });
  });

  describe('unix sockets', () => {
    const server = [external('local.test', { http: 80 }, { socket: '/dev/shm/api.sock' })];
    const ask = (path: string) => run(declareDirect({ resolution: Resolution.endpoints([Endpoint.unixSocket(path)]) }), server,
      [get('http://api.test/get', { ...fromApp, connect: `${FIRST}:80` })]);

    test('are reached in the container of the proxy', async () => {
      const { answers: [answer] } = await ask('/dev/shm/api.sock');
      expect(answer).toReach('local.test', { host: 'api.test' });
      expect(answer.hops[0].line.upstream_host).toBe('/dev/shm/api.sock');
    });

    test('broken: a path where nobody listens', async () => {
      const { answers: [answer] } = await ask('/dev/shm/other.sock');
      expect(answer).toFail({ status: 503, at: 'app', flags: 'URX,UF' });
    });
  });

  describe('addresses of whole networks', () => {
    const ports = [ExternalPort.tcp({ number: 5432 })];
    const servers = [external('db.test', { tcp: 5432 }), external('backup.test', { tcp: 5432 })];
    const steps = [say('tcp://db.test:5432', fromApp), say('tcp://backup.test:5432', fromApp)];
    const towards = (resolution: Resolution, address: string) => run(declareDirect({ hosts: ['db.test'], ports, resolution, addresses: [address] }), servers, steps);

    test('each connection goes to the address that the application dialed', async () => {
      const { answers: [first, second] } = await towards(Resolution.none(), OUTSIDE);
      expect(first).toReach('db.test', { leftBy: 'app', protocol: 'TCP' });
      expect(second).toReach('backup.test', { leftBy: 'app', protocol: 'TCP' });
      expect(second.hops[0].line.upstream_cluster).toBe('outbound|5432||db.test');
    });

    test('or all connections go to fixed endpoints', async () => {
      const { answers } = await towards(Resolution.endpoints([Endpoint.ip(SECOND)]), OUTSIDE);
      for (const answer of answers) expect(answer).toReach('backup.test', { leftBy: 'app' });
    });

    test('broken: connections to other networks do not belong to the service', async () => {
      const { answers: [answer] } = await towards(Resolution.endpoints([Endpoint.ip(SECOND)]), ELSEWHERE);
      expect(answer).toReach('db.test', { leftBy: 'app' });
      expect(answer.hops[0].line.upstream_cluster).toBe('PassthroughCluster');
    });
  });

  describe('wildcard hosts', () => {
    const ports = [ExternalPort.http(), ExternalPort.https()];
    const servers = ['a.wild.test', 'b.wild.test'].map(host => external(host, { http: 80, https: 443 }));
    const steps = [get('http://a.wild.test/get', fromApp), get('https://b.wild.test/get', fromApp)];

    test('go to the address that the application dialed', async () => {
      const { answers: [http, tls] } = await run(declareDirect({ hosts: ['*.wild.test'], ports, resolution: Resolution.none() }), servers, steps);
      expect(http).toReach('a.wild.test', { leftBy: 'app' });
      expect(tls).toReach('b.wild.test', { leftBy: 'app', sni: 'b.wild.test' });
      expect(tls.hops[0].line.upstream_cluster).toBe('outbound|443||*.wild.test');
    });

    test('go to fixed endpoints', async () => {
      const { answers: [http] } = await run(declareDirect({ hosts: ['*.wild.test'], ports, resolution: Resolution.endpoints([Endpoint.ip(SECOND)]) }), servers, steps);
      expect(http).toReach('b.wild.test', { leftBy: 'app', host: 'a.wild.test' });
    });

    test('broken: names beside the wildcard do not belong to the service', async () => {
      const { answers: [http] } = await run(declareDirect({ hosts: ['*.other.test'], ports, resolution: Resolution.endpoints([Endpoint.ip(SECOND)]) }), servers, steps);
      expect(http).toReach('a.wild.test');
    });
  });

  describe('TLS origination for TCP', () => {
    const database = () => declareDirect({ hosts: ['db.test'], addresses: [FIRST], ports: [ExternalPort.tcp({ number: 5432, tls: UpstreamTls.simple() })] });
    const steps = [say('tcp://db.test:5432', fromApp)];
    const served = (certHost: string) => [external('db.test', { tls: 5432 }, { certHost })];

    test('requests the host\'s name and verifies it', async () => {
      const { answers: [answer] } = await run(database(), served('db.test'), steps);
      expect(answer).toReach('db.test', { leftBy: 'app', sni: 'db.test' });
    });

    test('refuses a certificate for another name', async () => {
      const { answers: [answer] } = await run(database(), served('other.test'), steps);
      expect(answer).toFail({ at: 'app', flags: 'UF,URX', details: /SAN matcher/ });
    });

    test('broken: with an SNI but no names to verify, any certificate is accepted', async () => {
      const broken = database();
      broken.service.destinationRules[0].addJsonPatch(JsonPatch.remove('/spec/trafficPolicy/portLevelSettings/0/tls/subjectAltNames'));
      const { answers: [answer] } = await run(broken, served('other.test'), steps);
      expect(answer).toReach('db.test');
    });
  });

  describe('TLS origination for other namespaces', () => {
    const exported = () => declareDirect({ ports: [ExternalPort.httpToHttps()], exportTo: ['other'] });
    const workloads = ['shop', 'other'].map(namespace => sidecar(`${namespace}-app`, { namespace }));
    const steps = workloads.map(({ name }) => get('http://api.test/get', { from: name }));
    const served = [external('api.test', { https: 443 })];

    test('is done there, too', async () => {
      const { answers } = await run(exported(), served, steps, { workloads });
      expect(answers.map(({ server }) => server?.sni)).toEqual(['api.test', 'api.test']);
    });

    test('broken: if they do not see the rule, they send clear text', async () => {
      const broken = exported();
      broken.service.destinationRules[0].addJsonPatch(JsonPatch.replace('/spec/exportTo', ['.']));
      const { answers: [own, other] } = await run(broken, served, steps, { workloads });
      expect(own).toReach('api.test', { sni: 'api.test' });
      expect(other.status).toBe(400);
    });
  });

  describe('client certificate of files', () => {
    const files = ClientCertificate.files({ certificate: '/etc/client/tls.crt', privateKey: '/etc/client/tls.key' });
    const ask = (tls: UpstreamTls) => run(declareDirect({ ports: [ExternalPort.httpToHttps({ tls })] }), [external('api.test', { https: 443 }, { clientAuth: true })],
      [get('http://api.test/get', fromApp)]);

    test('is presented by sidecars', async () => {
      const { answers: [answer] } = await ask(UpstreamTls.mutual({ clientCertificate: files }));
      expect(answer).toReach('api.test', { leftBy: 'app', sni: 'api.test', clientSAN: 'client.shop.test' });
    });

    test('broken: without it, the service refuses', async () => {
      const { answers: [answer] } = await ask(UpstreamTls.simple());
      expect(answer).toFail({ status: 503 });
    });
  });
});
