import { describeMesh } from './mesh';
import { print } from '../generate/expression';
import { hunt } from '../generate/hunt';
import { judge } from '../generate/judge';

/** A route at a gateway. */
function route(http: object, more: object = {}): string {
  const gateway = { selector: { app: 'g' }, servers: [{ hosts: ['*'], port: { name: 'http', number: 80, protocol: 'HTTP' } }] };
  const objects = [
    { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: 'g', namespace: 'edge' }, spec: gateway },
    { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'v', namespace: 'edge' }, spec: { hosts: ['a.test'], gateways: ['edge/g'], http: [{ redirect: { uri: '/b' }, ...http }], ...more } },
  ];
  return objects.map(object => JSON.stringify(object)).join('\n---\n');
}

/** A host at a waypoint, which this set makes or another does, and a route for it. */
function atWaypoint(regex: string, isMade: boolean): string {
  const namespace = 'istio-egress';
  const listeners = [{ name: 'mesh', port: 15008, protocol: 'HBONE' }];
  const http = [{ match: [{ uri: { regex } }], route: [{ destination: { host: 'api.example.com', port: { number: 80 } } }] }];
  const objects = [
    ...isMade ? [{ apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', metadata: { name: 'w', namespace }, spec: { gatewayClassName: 'istio-waypoint', listeners } }] : [],
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: 'api', namespace, labels: { 'istio.io/use-waypoint': 'w' } },
      spec: { hosts: ['api.example.com'], location: 'MESH_EXTERNAL', resolution: 'DNS', exportTo: ['.'], ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] },
    },
    { apiVersion: 'networking.istio.io/v1', kind: 'VirtualService', metadata: { name: 'v', namespace }, spec: { hosts: ['api.example.com'], gateways: ['mesh'], exportTo: ['.'], http } },
  ];
  return objects.map(object => JSON.stringify(object)).join('\n---\n');
}

describeMesh('random apps', () => {
  test('what the library lets out is accepted by Istio and by Envoy', async () => {
    const { judged, findings } = await hunt({ apps: 12, seed: 6, mesh: true });
    expect(findings.map(({ message, program }) => `${message}\n${print(program)}`)).toEqual([]);
    expect(judged).toBeGreaterThan(9);
  }, 240_000);

  test('broken: each of the judges notices what the other does not', async () => {
    const sets = [
      route({ match: [{ uri: { regex: '/[a]' } }] }),
      route({ match: [{ uri: { regex: '/[\\x{10FFFF}]' } }] }),
      route({ headers: { response: { set: { 'x-a': '%FOO%' } } } }),
      route({}, { future: 1 }),
    ];
    expect(await judge(sets)).toEqual([
      [],
      [{ judge: 'envoy', message: expect.stringMatching(/^g-edge: .*invalid escape sequence/) }],
      [{ judge: 'envoy', message: expect.stringMatching(/^g-edge: .*Not supported field in StreamInfo: FOO/) }],
      [{ judge: 'admission', message: expect.stringContaining('spec.future') }],
    ]);
  });

  test.each([true, false])('broken: the Envoys of waypoints notice it too (%s)', async isMade => {
    const [right, wrong] = await judge([atWaypoint('/[a]', isMade), atWaypoint('/[\\x{10FFFF}]', isMade)]);
    expect(right).toEqual([]);
    expect(wrong).toContainEqual({ judge: 'envoy', message: expect.stringMatching(/^gateway-w-istio-egress: .*invalid escape sequence/) });
  });
});
