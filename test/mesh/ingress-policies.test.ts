import { App, JsonPatch } from 'cdk8s';
import { enter, entrance } from './entering';
import { Outcome, Step, describeMesh, finish, ingressGateway, load, runMesh, service } from './mesh';
import {
  Destination, DestinationPolicy, DestinationPolicyProps, HashKey, IngressRoute, LoadBalancer, LocalityLoadBalancing, RouteAction,
} from '../../src';

const version = (v: string) => service(`web-${v}`, { namespace: 'shop', service: 'web', labels: { app: 'web', version: v }, http: 8080 });
const workloads = [version('v1'), version('v2'), ingressGateway()];
const web = Destination.service('web', { port: 8080 });

function declare(props: Omit<DestinationPolicyProps, 'destination'>, patch?: JsonPatch): App {
  const { app, shop, gateway } = entrance();
  const policy = new DestinationPolicy(shop, 'policy', { destination: web, ...props });
  if (patch) policy.destinationRule.addJsonPatch(patch);
  new IngressRoute(shop, 'route', { gateway, hosts: ['shop.test'], rules: [{ action: RouteAction.forward(web) }] });
  return app;
}

const run = (app: App, steps: Step[]): Promise<Outcome> => runMesh({ manifests: app, workloads, steps });
const ask = (headers?: Record<string, string>, path = '/') => enter(`http://shop.test${path}`, { headers });
const times = (count: number, step: Step) => Array.from({ length: count }, () => step);
const servers = ({ answers }: Outcome) => new Set(answers.map(answer => answer.server?.server));
const ROUND_ROBIN = JsonPatch.replace('/spec/trafficPolicy/loadBalancer', { simple: 'ROUND_ROBIN' });

describeMesh('ingress: policies of destinations', () => {
  describe('consistent hash by cookie', () => {
    const byCookie = { loadBalancer: LoadBalancer.consistentHash(HashKey.cookie({ name: 'user' })) };

    test('a client without the cookie gets one for its session, and sticks to a pod', async () => {
      const outcome = await run(declare(byCookie), [ask(), ...times(10, ask({ cookie: 'user="ann"' }))]);
      const [first, ...others] = outcome.answers;
      expect(first.headers?.['Set-Cookie']?.[0]).toMatch(/^user="[0-9a-f]+"; HttpOnly$/);
      expect(servers({ ...outcome, answers: others }).size).toBe(1);
    });

    test('broken: without a lifetime, no cookie is set', async () => {
      const { answers: [first] } = await run(declare(byCookie, JsonPatch.remove('/spec/trafficPolicy/loadBalancer/consistentHash/httpCookie/ttl')), [ask()]);
      expect(first.status).toBe(200);
      expect(first.headers).not.toHaveProperty('Set-Cookie');
    });
  });

  describe('consistent hash by source address', () => {
    const byAddress = { loadBalancer: LoadBalancer.consistentHash(HashKey.sourceAddress()) };

    test('one client always reaches the same pod', async () => {
      expect(servers(await run(declare(byAddress), times(20, ask()))).size).toBe(1);
    });

    test('broken: with round robin, it reaches both', async () => {
      expect(servers(await run(declare(byAddress, ROUND_ROBIN), times(20, ask()))).size).toBe(2);
    });
  });

  describe('failover', () => {
    const failover = {
      outlierDetection: { consecutiveServerErrors: 1 },
      loadBalancer: LoadBalancer.leastRequest({ locality: LocalityLoadBalancing.failoverPriority(['version=v1']) }),
    };

    test('the preferred pods serve, and the others if they fail', async () => {
      const outcome = await run(declare(failover), [...times(10, ask()), ask({}, '/status/500'), ...times(10, ask())]);
      expect(servers({ ...outcome, answers: outcome.answers.slice(0, 10) })).toEqual(new Set(['web-v1']));
      expect(servers({ ...outcome, answers: outcome.answers.slice(15) })).toEqual(new Set(['web-v2']));
    });

    test('broken: without outlier detection, no pods are preferred', async () => {
      expect(servers(await run(declare(failover, JsonPatch.remove('/spec/trafficPolicy/outlierDetection')), times(20, ask()))).size).toBe(2);
    });
  });

  describe('connection pool', () => {
    const steps = [load('slow', 'http://shop.test/delay/300ms', { from: 'outside', connect: 'ingress:80', count: 10, concurrency: 10 }), finish('slow')];
    const pool = { connectionPool: { http2MaxRequests: 1, http1MaxPendingRequests: 1 } };

    test('requests above its limits are refused immediately', async () => {
      const { loads } = await run(declare(pool), steps);
      expect(Object.keys(loads.slow.access.ingress).some(line => line.startsWith('503 UO'))).toBe(true);
    });

    test('broken: without limits, all requests wait', async () => {
      const { loads } = await run(declare(pool, JsonPatch.replace('/spec/trafficPolicy/connectionPool/http', { http2MaxRequests: 1000 })), steps);
      expect(Object.keys(loads.slow.access.ingress).some(line => line.startsWith('503'))).toBe(false);
    });
  });
});
