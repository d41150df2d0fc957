import { JsonPatch } from 'cdk8s';
import { Answer, Step, describeMesh, down, external, finish, get, load } from './mesh';
import { Declared, declare, part, run } from './world';
import {
  Endpoint, ExternalPort, ExternalServiceProps, HashKey, LoadBalancer, LocalityLoadBalancing, Resolution,
} from '../../src';

/** Two places where the host is served, at the lab's addresses of the first two external hosts. */
const places = [external('api.test', { http: 80 }), external('spare.test', { http: 80 })];
const resolution = Resolution.endpoints([
  Endpoint.ip('198.19.1.10', { locality: 'eu/west', labels: { site: 'main' } }), Endpoint.ip('198.19.1.11', { locality: 'us/east', labels: { site: 'spare' } }),
]);
const ask = (headers: Record<string, string> = {}, path = '/get'): Step => get(`http://api.test${path}`, { from: 'app', headers });
const times = (count: number, step: Step): Step[] => Array.from({ length: count }, () => step);
const servers = (answers: readonly Answer[]) => answers.map(answer => answer.server?.server);
const declared = (service: Partial<ExternalServiceProps>) => declare({ resolution, ...service });
const broken = (service: Partial<ExternalServiceProps>, path: string): Declared => {
  const world = declared(service);
  part(world, 'DestinationRule', 'policy').addJsonPatch(JsonPatch.remove(path));
  return world;
};

describeMesh('egress: traffic policies', () => {
  describe('failover by priority', () => {
    const service = {
      outlierDetection: { consecutiveServerErrors: 1 },
      loadBalancer: LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.failoverPriority(['site=main']) }),
    };

    test('goes to the first endpoint, and to the next if that is down', async () => {
      const { answers } = await run(declared(service), places, [...times(10, ask()), down('api.test'), ...times(10, ask())]);
      expect(new Set(servers(answers.slice(0, 10)))).toEqual(new Set(['api.test']));
      // the first that meet the place down are lost with it
      expect(new Set(servers(answers.slice(15)))).toEqual(new Set(['spare.test']));
    });

    test('broken: without priorities, both endpoints answer', async () => {
      const { answers } = await run(broken(service, '/spec/trafficPolicy/loadBalancer/localityLbSetting'), places, times(20, ask()));
      expect(new Set(servers(answers))).toEqual(new Set(['api.test', 'spare.test']));
    });

    test('broken: without outlier detection, there are no priorities either', async () => {
      const { answers } = await run(broken(service, '/spec/trafficPolicy/outlierDetection'), places, times(20, ask()));
      expect(new Set(servers(answers))).toEqual(new Set(['api.test', 'spare.test']));
    });
  });

  describe('shares by locality', () => {
    const service = { loadBalancer: LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.distribute({ '*': { 'us/*': 100 } }) }) };

    test('are kept', async () => {
      const { answers } = await run(declared(service), places, times(20, ask()));
      expect(new Set(servers(answers))).toEqual(new Set(['spare.test']));
    });

    test('broken: without them, both endpoints answer', async () => {
      const { answers } = await run(broken(service, '/spec/trafficPolicy/loadBalancer/localityLbSetting'), places, times(20, ask()));
      expect(new Set(servers(answers))).toEqual(new Set(['api.test', 'spare.test']));
    });
  });

  describe('outlier detection', () => {
    const failing = [...times(6, ask({}, '/status/500')), ...times(10, ask())];

    test('ejects an endpoint that fails', async () => {
      const service = { outlierDetection: { consecutiveServerErrors: 1 }, resolution: Resolution.endpoints([Endpoint.ip('198.19.1.10')]) };
      const { answers } = await run(declared(service), places, failing);
      // the only place is left out
      expect(answers[answers.length - 1]).toFail({ status: 503, at: 'egress', flags: 'UH' });
    });

    test('broken: with Envoy\'s default limit of 10 percent, the endpoint is not ejected', async () => {
      const service = { outlierDetection: { consecutiveServerErrors: 1 }, resolution: Resolution.endpoints([Endpoint.ip('198.19.1.10')]) };
      const { answers } = await run(broken(service, '/spec/trafficPolicy/outlierDetection/maxEjectionPercent'), places, failing);
      expect(answers[answers.length - 1]).toReach('api.test', { leftBy: 'egress' });
    });

    test('ignores 5xx answers if only gateway errors are to count', async () => {
      const service = { outlierDetection: { consecutiveGatewayErrors: 1 }, resolution: Resolution.endpoints([Endpoint.ip('198.19.1.10')]) };
      const { answers } = await run(declared(service), places, failing);
      expect(answers[answers.length - 1]).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: unless 5xx is switched off, Envoy ejects after five of them', async () => {
      const service = { outlierDetection: { consecutiveGatewayErrors: 1 }, resolution: Resolution.endpoints([Endpoint.ip('198.19.1.10')]) };
      const { answers } = await run(broken(service, '/spec/trafficPolicy/outlierDetection/consecutive5xxErrors'), places, failing);
      expect(answers[answers.length - 1]).toFail({ status: 503, at: 'egress', flags: 'UH' });
    });
  });

  describe('connection pool', () => {
    const slow = (count: number) => [load('slow', 'http://api.test/delay/300ms', { from: 'app', count, concurrency: count }), finish('slow')];
    const service = { connectionPool: { maxConnections: 1, http1MaxPendingRequests: 1 } };

    test('immediately refuses what exceeds its limits', async () => {
      const { loads } = await run(declare(service), [external('api.test', { http: 80 })], slow(8));
      expect(Object.keys(loads.slow.tally).sort()).toEqual(['200 api.test', '503']);
      expect(Object.keys(loads.slow.access.egress).some(line => line.startsWith('503 UO'))).toBe(true);
    });

    test('applies beside TLS as well', async () => {
      const { loads } = await run(declare({ ...service, ports: [ExternalPort.httpToHttps()] }), [external('api.test', { https: 443 })], slow(8));
      expect(Object.keys(loads.slow.access.egress).some(line => line.startsWith('503 UO'))).toBe(true);
    });

    test('broken: beside TLS, the policy for all ports does not apply', async () => {
      const world = declare({ ...service, ports: [ExternalPort.httpToHttps()] });
      part(world, 'DestinationRule', 'tls').addJsonPatch(JsonPatch.move('/spec/trafficPolicy/portLevelSettings/0/connectionPool', '/spec/trafficPolicy/connectionPool'));
      const { loads } = await run(world, [external('api.test', { https: 443 })], slow(8));
      expect(loads.slow.tally).toEqual({ '200 api.test': 8 });
    });
  });

  describe('consistent hash', () => {
    const service = { loadBalancer: LoadBalancer.consistentHash(HashKey.header('x-user')) };
    const users = Array.from({ length: 8 }, (_, i) => times(4, ask({ 'x-user': `user-${i}` }))).flat();

    test('sends each user to one endpoint, and uses both', async () => {
      const { answers } = await run(declared(service), places, users);
      for (let i = 0; i < 8; i++) expect(new Set(servers(answers.slice(4 * i, 4 * i + 4))).size).toBe(1);
      expect(new Set(servers(answers))).toEqual(new Set(['api.test', 'spare.test']));
    });

    test('broken: with another load balancer, users alternate', async () => {
      const world = declared(service);
      part(world, 'DestinationRule').addJsonPatch(JsonPatch.replace('/spec/trafficPolicy/loadBalancer', { simple: 'RANDOM' }));
      const { answers } = await run(world, places, users);
      expect(Array.from({ length: 8 }, (_, i) => new Set(servers(answers.slice(4 * i, 4 * i + 4))).size)).toContain(2);
    });
  });
});
