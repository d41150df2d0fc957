import { ApiObject, App, Chart, JsonPatch } from 'cdk8s';
import { Answer, Scenario, describeMesh, external, get } from './mesh';
import { declare, run } from './world';
import { UndeclaredTraffic } from '../../src';

const SHARED = 'egress.istio-system.mesh.internal';
const externals = [external('api.test', { http: 80, https: 443 }), external('evil.test', { http: 80, https: 443 })];
const anything = UndeclaredTraffic.allowed('the broken twin');

interface Stranger {
  /** What tells their server on the port from others. */
  readonly sni: string;
  readonly hosts: string[];
  readonly tls?: 'ISTIO_MUTUAL' | 'PASSTHROUGH';
}

/** What those can do who may create Istio's objects in a namespace of their own: a server on the gateway's pods, and a route from there to `evil.test`. */
function strangers(app: App, { sni, hosts, tls = 'ISTIO_MUTUAL' }: Stranger): void {
  const chart = new Chart(app, 'strangers', { namespace: 'other' });
  const pods = 'istio-egressgateway.istio-system.svc.cluster.local';
  const opaque = tls === 'PASSTHROUGH';
  const routes = opaque ? 'tls' : 'http';
  const port = opaque ? 443 : 80;
  const to = [{ ...(opaque && { match: [{ sniHosts: [sni] }] }), route: route('evil.test', port) }];
  const objects: [kind: string, name: string, spec: object][] = [
    ['Gateway', 'open', {
      selector: { istio: 'egressgateway' },
      servers: [{ port: { number: 443, name: 'open', protocol: opaque ? 'TLS' : 'HTTPS' }, hosts: [...new Set([sni, ...hosts])], tls: { mode: tls } }],
    }],
    ['ServiceEntry', 'evil', { hosts: ['evil.test'], ports: [{ number: port, name: 'x', protocol: opaque ? 'TLS' : 'HTTP' }], resolution: 'DNS', location: 'MESH_EXTERNAL' }],
    ['DestinationRule', 'open', { host: pods, exportTo: ['.'], trafficPolicy: { tls: opaque ? { mode: 'DISABLE' } : { mode: 'ISTIO_MUTUAL', sni } } }],
    ['VirtualService', 'leg-2', { hosts, gateways: ['open'], [routes]: to }],
    ['VirtualService', 'leg-1', {
      hosts: ['evil.test'], gateways: ['mesh'], exportTo: ['.'], [routes]: to.map(one => ({ ...one, route: route(pods, 443) })),
    }],
  ];
  for (const [kind, name, spec] of objects) new ApiObject(chart, `${kind}-${name}`, { apiVersion: 'networking.istio.io/v1', kind, metadata: { name }, spec });
}

function route(host: string, port: number) {
  return [{ destination: { host, port: { number: port } } }];
}

async function outcome(stranger: Stranger, undeclared?: UndeclaredTraffic, env?: Scenario['env']) {
  const declared = declare({}, {}, { undeclared });
  strangers(declared.app, stranger);
  const scheme = stranger.tls === 'PASSTHROUGH' ? 'https' : 'http';
  const { answers: [evil, api] } = await run(declared, externals, [get(`${scheme}://evil.test/x`, { from: 'stranger' }), get('http://api.test/x', { from: 'app' })], { env });
  return { evil, api };
}

describeMesh('egress: undeclared traffic', () => {
  describe('through a server that another namespace opens on the pods', () => {
    test('is refused, if the gateway reads requests', async () => {
      const { evil, api } = await outcome({ sni: 'evil.test', hosts: ['evil.test'] });
      expect(evil).toFail({ status: 403, at: 'egress' });
      expect(api).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: if it is allowed, the pods are an open proxy', async () => {
      const { evil } = await outcome({ sni: 'evil.test', hosts: ['evil.test'] }, anything);
      expect(evil).toReach('evil.test', { leftBy: 'egress' });
    });

    test('is refused, if the gateway passes TLS through', async () => {
      const { evil, api } = await outcome({ sni: 'evil.test', hosts: ['evil.test'], tls: 'PASSTHROUGH' });
      expect(evil).toFail({ at: 'egress', error: /EOF|reset/ });
      expect(api).toReach('api.test', { leftBy: 'egress' });
    });

    test('broken: if it is allowed, TLS passes through', async () => {
      const { evil } = await outcome({ sni: 'evil.test', hosts: ['evil.test'], tls: 'PASSTHROUGH' }, anything);
      expect(evil).toReach('evil.test', { leftBy: 'egress' });
    });

    test('is refused, if the server takes the SNI of leg 1', async () => {
      const { evil } = await outcome({ sni: SHARED, hosts: ['evil.test', 'api.test'] });
      expect(evil).toFail({ status: 403, at: 'egress' });
    });

    test('remains: a server with the SNI of leg 1 gets what callers send to declared hosts', async () => {
      const { api } = await outcome({ sni: SHARED, hosts: ['api.test'] });
      expect(api).toReach('evil.test', { leftBy: 'egress' });
    });

    test('finds no pods, if Gateways are scoped to their namespace', async () => {
      const { api } = await outcome({ sni: SHARED, hosts: ['api.test'] }, undefined, { PILOT_SCOPE_GATEWAY_TO_NAMESPACE: 'true' });
      expect(api).toReach('api.test', { leftBy: 'egress' });
    });
  });

  describe("the route's own ServiceEntry", () => {
    const request = [get('http://api.test/x', { from: 'app' })];
    /** That of the chart's namespace, led elsewhere, beside one that stands beside the gateway. */
    async function beside(creationTimestamp: string): Promise<Answer> {
      const { kind, apiVersion, metadata, spec } = declare().service.serviceEntry.toJson();
      expect(metadata.namespace).toBe('shop');
      const theirs = { kind, apiVersion, metadata: { ...metadata, creationTimestamp }, spec: { ...spec, exportTo: ['istio-system'], endpoints: [{ address: 'evil.test' }] } };
      return (await run(declare({}, {}, { isBeside: true }), externals, request, { fixtures: [theirs] })).answers[0];
    }

    test('remains: who edits it in the namespace of the chart leads the gateway elsewhere', async () => {
      const declared = declare();
      declared.service.serviceEntry.addJsonPatch(JsonPatch.add('/spec/endpoints', [{ address: 'evil.test' }]));
      expect((await run(declared, externals, request)).answers[0]).toReach('evil.test', { leftBy: 'egress' });
    });

    test('beside the gateway, what is written in the namespace of the chart later changes nothing', async () => {
      expect(await beside('2040-01-01T00:00:00Z')).toReach('api.test', { leftBy: 'egress' });
    });

    test('remains: beside the gateway, one that is older still leads it elsewhere', async () => {
      expect(await beside('2020-01-01T00:00:00Z')).toReach('evil.test', { leftBy: 'egress' });
    });
  });

  describe('a ServiceEntry of another namespace for a declared host, exported to the gateway', () => {
    const theirs = (created: string, endpoints: object[]) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'api', namespace: 'other', creationTimestamp: created },
      spec: {
        hosts: ['api.test'],
        exportTo: ['istio-system'],
        location: 'MESH_EXTERNAL',
        resolution: 'DNS',
        ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
        endpoints,
      },
    });
    const elsewhere = [{ address: 'evil.test' }];
    const ask = async (created: string, endpoints = elsewhere) => {
      const { answers } = await run(declare(), externals, [get('http://api.test/x', { from: 'app' })], { fixtures: [theirs(created, endpoints)] });
      return answers[0];
    };
    /** As a part of the app. */
    const synthesized = (endpoints: object[]) => {
      const { app } = declare();
      const { metadata: { name, namespace }, ...rest } = theirs('', endpoints);
      new ApiObject(new Chart(app, 'strangers'), 'entry', { ...rest, metadata: { name, namespace } });
      return app.synthYaml();
    };

    test('changes nothing, if it is younger than the route', async () => {
      expect(await ask('2040-01-01T00:00:00Z')).toReach('api.test', { leftBy: 'egress' });
    });

    test('changes nothing, if it leads to the same host', async () => {
      expect(await ask('2020-01-01T00:00:00Z', [])).toReach('api.test', { leftBy: 'egress' });
      expect(synthesized([])).toContain('namespace: other');
    });

    test('remains: if it is older, the gateway goes where it says', async () => {
      expect(await ask('2020-01-01T00:00:00Z')).toReach('evil.test', { leftBy: 'egress' });
    });

    test('is refused as a part of the app', () => {
      expect(() => synthesized(elsewhere)).toThrow('[ServiceEntryConflict] strangers/entry');
    });
  });
});
