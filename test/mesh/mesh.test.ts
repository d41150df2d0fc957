import { admit } from './admission';
import { apply, describeMesh, down, egressGateway, external, finish, get, kill, load, remove, runMesh, sidecar, start, stop, up } from './mesh';
import { size } from './size';

const http = (host: string) => ({
  apiVersion: 'networking.istio.io/v1',
  kind: 'ServiceEntry',
  metadata: { name: 'api', namespace: 'shop' },
  spec: { hosts: [host], location: 'MESH_EXTERNAL', resolution: 'DNS', ports: [{ number: 80, name: 'http', protocol: 'HTTP' }] },
});

describeMesh('the lab', () => {
  const workloads = [sidecar('app', { namespace: 'shop' }), egressGateway()];
  const externals = [external('api.test', { http: 80 })];
  const request = get('http://api.test/get', { from: 'app' });

  test('carries a request and tells its way', async () => {
    const outcome = await runMesh({ manifests: [http('api.test')], workloads, externals, steps: [request] });
    expect(outcome.answers[0]).toReach('api.test', { leftBy: 'app', protocol: 'HTTP/1.1', without: ['authorization'] });
    expect(outcome.answers[0].story).toContain('server   api.test:80 saw app: HTTP/1.1 GET api.test /get');
    expect(outcome).not.toKeepInside('app');
  });

  test('notices what Envoy refuses', async () => {
    const filter = {
      apiVersion: 'networking.istio.io/v1alpha3',
      kind: 'EnvoyFilter',
      metadata: { name: 'bad', namespace: 'shop' },
      spec: { configPatches: [{ applyTo: 'CLUSTER', match: { context: 'SIDECAR_OUTBOUND' }, patch: { operation: 'MERGE', value: { connect_timeout: '-1s' } } }] },
    };
    await expect(runMesh({ manifests: [http('api.test'), filter], workloads, externals, steps: [] })).rejects.toThrow(/proxy app logged .*rejected: Invalid duration/);
  });

  test('puts faults and changes into running traffic', async () => {
    const { answers, loads, troubles } = await runMesh({
      manifests: [http('api.test')],
      workloads,
      externals,
      steps: [
        load('calls', 'http://api.test/get', { from: 'app', count: 100_000, concurrency: 2, rate: 500 }),
        down('api.test'), request,
        up('api.test'), request,
        kill('app'), request,
        start('app'), request,
        remove([http('api.test')]), request,
        apply([http('api.test')]), request,
        stop('calls'),
      ],
      troubled: true,
    });
    const [whileDown, afterUp, whileKilled, afterStart, afterRemoval, afterApply] = answers;
    expect(whileDown).toFail({ status: 503, at: 'app', flags: 'URX,UF' });
    expect(afterUp).toReach('api.test');
    expect(whileKilled).toFail({ error: /refused/ });
    expect(afterStart).toReach('api.test');
    expect(afterRemoval.hops[0].line.upstream_cluster).toBe('PassthroughCluster');
    expect(afterApply.hops[0].line.upstream_cluster).toBe('outbound|80||api.test');
    expect(loads.calls.tally['200 api.test']).toBeGreaterThan(0);
    expect(troubles).toEqual([]);
  });

  test('sends all the requests of a load', async () => {
    const { loads } = await runMesh({
      manifests: [http('api.test')],
      workloads,
      externals,
      steps: [load('calls', 'http://api.test/get', { from: 'app', count: 200, concurrency: 4 }), finish('calls')],
    });
    expect(loads.calls).toMatchObject({ sent: 200, tally: { '200 api.test': 200 }, access: { app: { '200 - via_upstream': 200 } } });
  });

  test('measures configuration', async () => {
    const empty = await size({ manifests: '', workloads });
    const one = await size({ manifests: [http('api.test')], workloads });
    expect(one.app.clusters - empty.app.clusters).toBe(1);
    expect(one.app.bytes).toBeGreaterThan(empty.app.bytes);
  });

  test('judges manifests, each set for itself', async () => {
    const findings = await admit([
      { name: 'right', manifests: [http('api.test')], workloads },
      { name: 'unknown field', manifests: [{ ...http('api.test'), spec: { ...http('api.test').spec, host: 'x' } }] },
      { name: 'webhook', manifests: [http('*')] },
      { name: 'core', manifests: 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {port: 1}' },
    ]);
    expect([...new Set(findings.map(({ set, source }) => `${set}: ${source}`))]).toEqual([
      'unknown field: schema',
      'webhook: schema',
      'webhook: webhook',
      'webhook: analyze',
      'core: schema',
    ]);
  });
});
