import { Chart } from 'cdk8s';
import { Caller, EgressCaller, EgressLock, EgressLockProps, EgressRoute, EgressVerification, EgressVerificationProps, ExternalPort, ExternalService, ExternalServiceProps, LockPhase, Resolution } from '../../src';
import { mesh } from '../fixtures';
import { expectRefusal } from '../refusal';
import { Manifest, find, manifestsOf, synth } from '../synth';

const api = { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] };

interface Around {
  readonly lock?: Partial<EgressLockProps>;
  readonly services?: ExternalServiceProps[];
  readonly callers?: Caller[];
}

function verified(props: Partial<EgressVerificationProps> = {}, { lock: lockProps, services = [api], callers }: Around = {}) {
  const world = mesh();
  for (const [i, service] of services.entries()) {
    const external = new ExternalService(world.shop, `service-${i}`, service);
    if (!service.direct) new EgressRoute(world.shop, `route-${i}`, { service: external, gateway: world.egress, callers });
  }
  const lock = new EgressLock(world.shop, 'lock', { gateway: world.egress, ...lockProps });
  const verification = new EgressVerification(world.shop, 'verification', { lock, ...props });
  return { ...world, lock, verification };
}

/** The lines of the script that are this namespace's own. */
function linesOf({ app }: Pick<ReturnType<typeof verified>, 'app'>): string[] {
  const { data } = find(synth(app, { admissible: false }), 'ConfigMap') as Manifest & { data: Record<string, string> };
  return data['verify.sh'].split('\n').filter(line => /^(host=|leave |look_up |if |reach )/.test(line));
}
const withWord = (word: string, ...lines: string[]) => lines.filter(line => line.startsWith(`${word} `));
/** What should hold the attempts, which is the same for all of a kind. */
const holdersOf = (lines: string[], word: string) => [...new Set(withWord(word, ...lines).map(line => line.split(' ')[1]))];

describe('the verification of a lock', () => {
  test('is a Job without privileges', () => {
    const { app, verification } = verified();
    expect(verification.parts.map(({ kind, name }) => `${kind} ${name}`)).toEqual(['ConfigMap egress-verification', 'Job egress-verification']);
    expect(manifestsOf(app, [verification.job])).toMatchInlineSnapshot(`
      apiVersion: batch/v1
      kind: Job
      metadata:
        name: egress-verification
        namespace: shop
      spec:
        activeDeadlineSeconds: 1800
        backoffLimit: 0
        template:
          metadata:
            labels:
              app.kubernetes.io/name: egress-verification
          spec:
            automountServiceAccountToken: false
            containers:
              - command:
                  - sh
                  - /verification/verify.sh
                image: docker.io/curlimages/curl:8.17.0
                name: verify
                resources:
                  limits:
                    memory: 64Mi
                  requests:
                    cpu: 10m
                    memory: 32Mi
                securityContext:
                  allowPrivilegeEscalation: false
                  capabilities:
                    drop:
                      - ALL
                  readOnlyRootFilesystem: true
                volumeMounts:
                  - mountPath: /verification
                    name: script
                    readOnly: true
                  - mountPath: /tmp
                    name: work
            restartPolicy: Never
            securityContext:
              runAsGroup: 65532
              runAsNonRoot: true
              runAsUser: 65532
              seccompProfile:
                type: RuntimeDefault
            serviceAccountName: default
            volumes:
              - configMap:
                  name: egress-verification
                name: script
              - emptyDir: {}
                name: work
    `);
  });

  test('tries these ways, and sends one request by each route', () => {
    expect(linesOf(verified()).join('\n')).toMatchInlineSnapshot(`
      "host=example.com address=1.1.1.1
      reach http 'outbound|80||egress.istio-system.mesh.internal' http://api.example.com/
      leave sidecar 'HTTP to an undeclared host, http://example.com/' http://example.com/
      leave sidecar 'HTTPS to an undeclared host, https://example.com/' https://example.com/
      leave sidecar 'HTTPS to an address, https://1.1.1.1/' https://1.1.1.1/
      leave sidecar 'DNS over TLS to a resolver outside, 1.1.1.1:853' https://1.1.1.1:853/
      leave sidecar 'the metadata server of the cloud, http://169.254.169.254/' http://169.254.169.254/
      leave sidecar 'the Kubernetes API server' "https://$KUBERNETES_SERVICE_HOST:$KUBERNETES_SERVICE_PORT/"
      leave sidecar 'a declared host on a port that no route declares, https://api.example.com/' https://api.example.com/
      look_up network 'DNS over UDP to a resolver outside, 1.1.1.1' 1.1.1.1
      if curl --version | grep -q HTTP3; then leave network 'QUIC to an address, https://1.1.1.1/' --http3-only https://1.1.1.1/; fi
      if timeout 5 nslookup example.com 2> /dev/null | grep -q '^Name:'; then say open 'names outside, by the resolver of the cluster, example.com'; fi
      if ping -c 1 -W 2 1.1.1.1 > /dev/null 2>&1; then say open 'ICMP to 1.1.1.1'; fi
      if [ $failures -gt 0 ]; then say FAILED "$failures of these"; exit 1; fi"
    `);
  });

  test('runs elsewhere, as somebody else, and tries another outside', () => {
    const { app, verification } = verified({ serviceAccount: 'till', outsideHost: 'Canary.example.net', outsideAddress: '2001:db8::9', image: 'registry.example.com:5000/curl@sha256:' + 'a'.repeat(64), metadata: { name: 'verify' } });
    const [{ spec: { template: { spec } } }] = manifestsOf(app, [verification.job], { admissible: false });
    expect(spec).toMatchObject({ serviceAccountName: 'till', volumes: [{ configMap: { name: 'verify' } }, {}], containers: [{ image: expect.stringContaining('registry.example.com') }] });
    const lines = linesOf({ app });
    expect(lines).toContain("host=canary.example.net address='[2001:db8::9]'");
    expect(lines).toContain("leave sidecar 'HTTPS to an address, https://[2001:db8::9]/' 'https://[2001:db8::9]/'");
    expect(lines).toContain("look_up network 'DNS over UDP to a resolver outside, [2001:db8::9]' 2001:db8::9");
  });

  test.each<{ what: string; lock: Partial<EgressLockProps>; leave: string; lookUp: string }>([
    { what: 'all parts', lock: {}, leave: 'sidecar', lookUp: 'network' },
    { what: 'no Sidecars', lock: { omit: { sidecar: 'because' } }, leave: 'network', lookUp: 'network' },
    { what: 'no NetworkPolicies', lock: { omit: { networkPolicy: 'because' } }, leave: 'sidecar', lookUp: 'nothing' },
    { what: 'only observes', lock: { phase: LockPhase.OBSERVE }, leave: 'nothing', lookUp: 'nothing' },
  ])('expects of a lock with $what what it promises', ({ lock, leave, lookUp }) => {
    const lines = linesOf(verified({}, { lock }));
    expect([holdersOf(lines, 'leave'), holdersOf(lines, 'look_up')]).toEqual([[leave], [lookUp]]);
  });

  test('does not try what the lock allows', () => {
    const lines = (lock: Partial<EgressLockProps>) => linesOf(verified({}, { lock })).filter(line => line.includes('API server'));
    expect(lines({})).toHaveLength(1);
    expect(lines({ kubeApi: { addresses: ['192.0.2.1'] } })).toEqual([]);
  });

  test('knows what each protocol needs', () => {
    const services: ExternalServiceProps[] = [
      { hosts: ['grpc.example.com'], ports: [ExternalPort.grpc({ number: 9000 })] },
      { hosts: ['db.example.com'], addresses: ['192.0.2.7'], ports: [ExternalPort.postgres()] },
      { hosts: ['cdn.example.com'], ports: [ExternalPort.https()] },
      { hosts: ['*.wild.example.com'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('wild.example.com') },
    ];
    const lines = linesOf(verified({}, { services }));
    expect(withWord('reach', ...lines)).toEqual([
      "reach http 'outbound|15443||egress.istio-system.mesh.internal' http://grpc.example.com:9000/ --http2-prior-knowledge",
      "reach tcp 'outbound|443||db.example.com-5432.egress.istio-system.mesh.internal' tcp://192.0.2.7:5432",
      "reach https 'outbound|443||cdn.example.com-443.egress.istio-system.mesh.internal' https://cdn.example.com/",
    ]);
    expect(lines.filter(line => line.includes('on a port that no route declares')).map(line => line.split(' ').pop())).toEqual([
      'http://grpc.example.com/', 'https://grpc.example.com/', 'http://cdn.example.com/',
    ]);
  });

  test('follows routes that are declared later, and legs to those of other repositories', () => {
    const world = verified();
    const late = new ExternalService(world.shop, 'late', { hosts: ['late.example.com'], ports: [ExternalPort.http()] });
    new EgressRoute(world.shop, 'late-route', { service: late, gateway: world.egress });
    const imported = ExternalService.fromExternalServiceAttributes(world.shop, 'other', { hosts: ['other.example.com'], ports: [ExternalPort.http()] });
    new EgressCaller(world.shop, 'caller', { service: imported, gateway: world.egress });
    expect(withWord('reach', ...linesOf(world)).map(line => line.split(' ').pop())).toEqual(['http://late.example.com/', 'http://api.example.com/', 'http://other.example.com/']);
  });

  test('sends only what routes allow to its service account', () => {
    const callers = [Caller.serviceAccount('shop', 'till')];
    const lines = linesOf(verified({ serviceAccount: 'till' }, { callers }));
    expect(withWord('reach', ...lines)).toHaveLength(1);
  });

  test('takes what direct services declare for no way out', () => {
    const world = mesh();
    const billing = new Chart(world.app, 'billing', { namespace: 'billing' });
    const service = new ExternalService(world.shop, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.http()] });
    new EgressRoute(world.shop, 'route', { service, gateway: world.egress });
    const direct = [new ExternalService(billing, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.https()], direct: true, exportTo: ['shop'] })];
    const lock = new EgressLock(world.shop, 'lock', { gateway: world.egress, direct });
    new EgressVerification(world.shop, 'verification', { lock });
    expect(linesOf(world).filter(line => line.includes('on a port that no route declares'))).toEqual([]);
  });
});

describe('a verification is refused', () => {
  test.each<{ when: string; props: Partial<EgressVerificationProps>; around?: Around; message: string }>([
    { when: 'its namespace has no such name', props: { namespace: 'Shop' }, message: '[NameInvalid] shop/verification: namespace is "Shop"; allowed: a DNS label of at most 63 characters; fix: correct the name' },
    { when: 'its namespace is not locked', props: { namespace: 'billing' }, message: '[VerificationUnlocked] shop/verification: namespace is "billing"; allowed: a namespace that shop/lock locks: shop; fix: name one of them, or lock this one' },
    { when: 'its service account has no such name', props: { serviceAccount: 'a b' }, message: '[NameInvalid] shop/verification: serviceAccount is "a b"; allowed: the name of a service account: DNS labels separated by dots; fix: correct the name' },
    { when: 'no route allows anything to its service account', props: {}, around: { callers: [Caller.serviceAccount('shop', 'till')] }, message: '[VerificationUncalled] shop/verification: serviceAccount is "default"; allowed: a service account of shop that a route allows to call; fix: name the one of the application' },
    { when: 'the host outside is a wildcard', props: { outsideHost: '*.example.com' }, message: '[HostInvalid] shop/verification: outsideHost is "*.example.com"; allowed: a fully qualified DNS name such as api.example.com; fix: correct the name' },
    { when: 'the host outside is declared', props: { outsideHost: 'API.example.com' }, message: '[VerificationTargetDeclared] shop/verification: outsideHost is "api.example.com"; allowed: a host that workloads of shop must not reach; api.example.com is declared; fix: name another host that answers HTTP and HTTPS' },
    { when: 'the host outside is under a wildcard that is declared', props: {}, around: { services: [{ hosts: ['*.com'], ports: [ExternalPort.https()], resolution: Resolution.servedBy('www.example.com') }] }, message: '[VerificationTargetDeclared] shop/verification: outsideHost is "example.com"; allowed: a host that workloads of shop must not reach; *.com is declared; fix: name another host that answers HTTP and HTTPS' },
    { when: 'the address outside is a block', props: { outsideAddress: '198.51.100.0/24' }, message: '[AddressInvalid] shop/verification: outsideAddress is "198.51.100.0/24"; allowed: one address; fix: write an address without a length' },
    { when: 'the address outside is declared', props: { outsideAddress: '192.0.2.7' }, around: { services: [{ hosts: ['db.example.com'], addresses: ['192.0.2.7'], ports: [ExternalPort.postgres()] }] }, message: '[VerificationTargetDeclared] shop/verification: outsideAddress is "192.0.2.7"; allowed: an address that workloads of shop must not reach; 192.0.2.7 is declared; fix: name another address that answers HTTPS and DNS' },
    ...['curl', 'curl:latest', 'registry.example.com:5000/curl', 'a b:1', 'curl:'].map(image => ({
      when: `its image is ${image}`, props: { image }, message: `[ImageInvalid] shop/verification: image is "${image}"; allowed: a reference to an image, with a tag other than latest or a digest; fix: add the tag or digest of an image with a shell, curl and nslookup`,
    })),
  ])('if $when', ({ props, around, message }) => {
    expectRefusal(() => synth(verified(props, around).app), message);
  });

  test('if neither the chart nor a prop names a namespace', () => {
    expect(() => verified({ namespace: '' })).toThrow('[NameInvalid]');
  });
});
