import { chmodSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ApiServer } from './api-server';
import { API_ADDRESS, DECLARED, ELSEWHERE, Layer, VerificationOptions, addressOf, admissionOf, externals, locked, scriptOf, verificationOf, workloads } from './locked';
import { Outcome, Step, describeMesh, down, exec, external, runMesh } from './mesh';
import { iptables, smallTools } from './prerequisites';
import { LockPhase, PodUsers } from '../../src';

const ALL: readonly Layer[] = ['Sidecar', 'NetworkPolicy', 'authorization'];
const ADDRESS = addressOf(ELSEWHERE);
const IMAGE = [smallTools(), '/usr/bin'];

const SENT = ['https://cdn.example.com/', `tcp://${addressOf(DECLARED.db)}:5432`, 'http://payments.example.com/'];
const CAPTURED = [
  `HTTP to an undeclared host, http://${ELSEWHERE}/`,
  `HTTPS to an undeclared host, https://${ELSEWHERE}/`,
  `HTTPS to an address, https://${ADDRESS}/`,
  `DNS over TLS to a resolver outside, ${ADDRESS}:853`,
  'the metadata server of the cloud, http://169.254.169.254/',
  'the Kubernetes API server',
  'a declared host on a port that no route declares, https://payments.example.com/',
];
/** Nobody listens there. */
const CLOSED = 'a declared host on a port that no route declares, http://cdn.example.com/';
const DATAGRAMS = `DNS over UDP to a resolver outside, ${ADDRESS}`;
const TUNNEL = `names outside, by the resolver of the cluster, ${ELSEWHERE}`;
const unanswered = (what: string) => `${what}: the sidecar let it pass, and nobody answered`;

interface Verified {
  readonly exit: number;
  /** What is said of each attempt, by the first word. */
  readonly said: Readonly<Record<string, string[]>>;
  readonly outcome: Outcome;
}

interface Cluster extends VerificationOptions {
  readonly from?: string;
  readonly before?: Step[];
  readonly edit?: (manifests: object[]) => object[];
  /** Where tools are looked for. @default - among all that a small image has */
  readonly path?: readonly string[];
}

/** Runs the verification of a whole lock, or one with other options, in a cluster that has these layers. */
async function verified(layers: readonly Layer[], { from = 'shop', before = [], edit = all => all, path = IMAGE, ...options }: Cluster = {}): Promise<Verified> {
  const env = { PATH: path.join(':'), KUBERNETES_SERVICE_HOST: API_ADDRESS, KUBERNETES_SERVICE_PORT: '443' };
  const outcome = await runMesh({
    manifests: edit(locked(layers)),
    workloads,
    externals: [...externals, external(API_ADDRESS, { https: 443 })],
    steps: [...before, exec('verification', from, [join(smallTools(), 'sh'), '-c', scriptOf(verificationOf(ALL, options))], env)],
    name: `verified with ${layers.join(', ')}`,
  });
  const { output, exit } = outcome.ran.verification;
  const said: Record<string, string[]> = {};
  for (const [, word, what] of output.matchAll(/^(\w+) +(.*)$/gm)) (said[word] ??= []).push(what);
  return { exit, said, outcome };
}

/** As Istio's injector makes them where its CNI plugin captures the traffic: none needs more than Pod Security `restricted` allows. */
const INJECTED = ['istio-validation', 'istio-proxy'].map(name => ({
  name,
  image: 'docker.io/istio/proxyv2:1.31.0',
  args: name === 'istio-proxy' ? ['proxy', 'sidecar'] : ['istio-iptables', '--run-validation'],
  ...name === 'istio-proxy' && { restartPolicy: 'Always' },
  securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, privileged: false, readOnlyRootFilesystem: true, runAsNonRoot: true, runAsUser: 1337, runAsGroup: 1337 },
}));

describeMesh('the Job of a verification', () => {
  let server: ApiServer;
  const send = (verb: string[], objects: readonly object[]) => server.kubectl([...verb, '--filename=-'], objects.map(object => JSON.stringify(object)).join('\n---\n'));
  /** The pod of the Job that the API server stores, after injection. */
  function podOf({ annotations = {}, user }: { readonly annotations?: object; readonly user?: number } = {}): object {
    const { spec: { template: { metadata, spec } } } = JSON.parse(server.must(['get', 'job', 'egress-verification', '--namespace=shop', '--output=json']));
    if (user !== undefined) spec.securityContext.runAsUser = user;
    const injected = { 'sidecar.istio.io/status': JSON.stringify({ initContainers: INJECTED.map(({ name }) => name), containers: null }) };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, name: 'verification', namespace: 'shop', annotations: { ...injected, ...annotations } },
      spec: { ...spec, initContainers: INJECTED },
    };
  }

  beforeAll(async () => {
    server = await ApiServer.start('--allow-privileged=true');
    send(['apply'], ['shop', 'istio-egress'].map(name => ({
      apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels: { 'istio-injection': 'enabled', ...name === 'shop' && { 'pod-security.kubernetes.io/enforce': 'restricted' } } },
    })));
    expect(send(['apply', '--server-side'], admissionOf(PodUsers.REFUSE)).err).toBe('');
  }, 900_000);
  afterAll(() => server.stop());

  test('is accepted with its script, a second time without a change', () => {
    expect(send(['apply'], verificationOf(ALL))).toMatchObject({ ok: true, err: '' });
    expect(send(['apply'], verificationOf(ALL)).out.trim().split('\n')).toEqual(['configmap/egress-verification unchanged', 'job.batch/egress-verification unchanged']);
    expect(send(['diff'], verificationOf(ALL))).toEqual({ ok: true, out: '', err: '' });
  });

  test("has a pod that Pod Security 'restricted' and the admission of the lock let in, where these refuse others", async () => {
    const create = (pod: object) => send(['create', '--dry-run=server'], [pod]);
    const around = podOf({ annotations: { 'traffic.sidecar.istio.io/excludeOutboundPorts': '443' } });
    for (const end = Date.now() + 40_000; !create(around).err.includes('go around the sidecar');) {
      if (Date.now() > end) throw new Error(`the policies do not take effect: ${JSON.stringify(create(around))}`);
      await new Promise(resolve => setTimeout(resolve, 200));
    }
    expect(create(podOf())).toMatchObject({ ok: true, err: '' });
    expect(create(podOf({ user: 0 })).err).toContain('violates PodSecurity "restricted:latest"');
  });
});

describeMesh('the verification of a lock', () => {
  beforeAll(iptables);

  test('succeeds where all of it holds, and the requests that it sends leave by the gateway', async () => {
    const { exit, said, outcome } = await verified(ALL);
    expect(said).toEqual({ gateway: SENT, held: expect.arrayContaining([...CAPTURED, CLOSED, DATAGRAMS]), open: [TUNNEL] });
    expect(exit).toBe(0);
    const left = outcome.seen.filter(({ protocol }) => protocol !== 'dns');
    expect(left.map(({ server, peer }) => [server, peer])).toEqual([[DECLARED.cdn, 'egress'], [DECLARED.payments, 'egress']]);
    expect(outcome.proxies.egress.connections).toMatchObject({ [`outbound|5432||${DECLARED.db};`]: 1 });
  });

  test('fails without any of it, and names what got out', async () => {
    const { exit, said } = await verified([]);
    expect(said).toEqual({
      gateway: SENT, OUT: expect.arrayContaining([...CAPTURED, DATAGRAMS]), PASSED: [unanswered(CLOSED)], open: [TUNNEL], FAILED: [`${CAPTURED.length + 2} of these`],
    });
    expect(exit).toBe(1);
  });

  test('fails without the NetworkPolicies, and names what only these hold', async () => {
    const { exit, said } = await verified(['Sidecar', 'authorization']);
    expect(said.OUT).toEqual([DATAGRAMS]);
    expect(said.held).toEqual(expect.arrayContaining([...CAPTURED, CLOSED]));
    expect(exit).toBe(1);
  });

  test('fails without the Sidecars, although the NetworkPolicies hold the rest', async () => {
    const { exit, said } = await verified(['NetworkPolicy', 'authorization']);
    expect(said.PASSED).toEqual(expect.arrayContaining([...CAPTURED, CLOSED].map(unanswered)));
    expect(said.OUT).toBeUndefined();
    expect(said.held).toEqual([DATAGRAMS]);
    expect(exit).toBe(1);
  });

  test('tries an undeclared host that the resolver does not know at an address', async () => {
    const unknown = 'nowhere.example.net';
    const { said } = await verified([], { outsideHost: unknown });
    expect(said.OUT).toEqual(expect.arrayContaining([`HTTP to an undeclared host, http://${unknown}/`, `HTTPS to an undeclared host, https://${unknown}/`]));
    expect(said.open).toBeUndefined();
  });

  describe('of a lock that leaves ways open', () => {
    test('succeeds while the lock observes, and tells what it would refuse', async () => {
      const { exit, said } = await verified([], { lock: { phase: LockPhase.OBSERVE, omit: {} } });
      expect(said).toEqual({ gateway: SENT, held: [CLOSED], open: expect.arrayContaining([...CAPTURED, DATAGRAMS, TUNNEL]) });
      expect(exit).toBe(0);
    });

    test.each<[part: string, layers: Layer[], said: Record<string, string[]>]>([
      ['networkPolicy', ['Sidecar'], { held: [...CAPTURED, CLOSED], open: [DATAGRAMS, TUNNEL] }],
      ['sidecar', ['NetworkPolicy'], { held: [...CAPTURED, CLOSED, DATAGRAMS], open: [TUNNEL] }],
    ])('succeeds without %s, where the lock omits it', async (part, layers, expected) => {
      const { exit, said } = await verified(layers, { lock: { omit: { [part]: 'it is tried without' } } });
      expect(said).toEqual({ gateway: SENT, held: expect.arrayContaining(expected.held), open: expected.open });
      expect(exit).toBe(0);
    });

    test('broken: without the other part it fails all the same', async () => {
      const { exit, said } = await verified([], { lock: { omit: { sidecar: 'it is tried without' } } });
      expect(said.OUT).toEqual(expect.arrayContaining([...CAPTURED, DATAGRAMS]));
      expect(exit).toBe(1);
    });
  });

  describe('of a route', () => {
    const isLegOne = ({ kind, metadata }: any) => kind === 'VirtualService' && metadata.namespace === 'shop';

    test('fails if requests get there by another way', async () => {
      const { exit, said } = await verified([], { edit: all => all.filter(object => !isLegOne(object)) });
      expect(said.FAILED.slice(0, -1)).toEqual(SENT.map(url => `${url}: not sent to the gateway`));
      expect(exit).toBe(1);
    });

    test('fails if the host does not answer', async () => {
      const { exit, said } = await verified(ALL, { before: [down(DECLARED.payments)] });
      expect(said.FAILED).toEqual(['http://payments.example.com/: sent to the gateway, and not answered', '1 of these']);
      expect(exit).toBe(1);
    });
  });

  test('fails in a pod without a sidecar, where nothing could tell who held it', async () => {
    const path = mkdtempSync(join(tmpdir(), 'impatient-'));
    writeFileSync(join(path, 'sleep'), '#!/bin/sh\n');
    chmodSync(join(path, 'sleep'), 0o755);
    chmodSync(path, 0o755);
    const { exit, said } = await verified(ALL, { from: 'bare', path: [path, ...IMAGE] });
    expect(said).toEqual({ FAILED: ['no sidecar answers at localhost:15000'] });
    expect(exit).toBe(1);
  });

  test('fails in an image without its tools', async () => {
    const tools = mkdtempSync(join(tmpdir(), 'tools-'));
    for (const tool of ['awk', 'curl', 'grep', 'mktemp', 'timeout']) symlinkSync('/bin/true', join(tools, tool));
    chmodSync(tools, 0o755);
    const { exit, said } = await verified(ALL, { path: [tools] });
    expect(said).toEqual({ FAILED: ['the image has no nslookup'] });
    expect(exit).toBe(1);
  });
});
