import { Chart } from 'cdk8s';
import { EgressAdmission, EgressCaller, EgressLock, ExternalPort, ExternalService, LockPhase, MeshSettingsOptions, PodUsers } from '../../src';
import { routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { Manifest, synth } from '../synth';

const declared = (phase?: LockPhase, settings?: MeshSettingsOptions) => {
  const made = routed({ hosts: ['api.example.com'], ports: [ExternalPort.http()] }, {}, settings);
  return { ...made, lock: new EgressLock(made.platform, 'lock', { gateway: made.egress, phase }) };
};

/** What the bindings do, by the names of their policies. */
const actions = (objects: Manifest[]) => Object.fromEntries(objects.filter(({ kind }) => kind === 'ValidatingAdmissionPolicyBinding')
  .map(({ spec }) => [spec.policyName, spec.validationActions]));

describe('admission of a lock', () => {
  test('is for the whole cluster, and its objects have no namespace', () => {
    const { app, platform, lock } = declared();
    const { parts } = new EgressAdmission(platform, 'admission', { lock });
    const names = parts.map(part => part.name);
    expect(parts).toHaveLength(12);
    expect(synth(app, { admissible: false }).filter(o => names.includes(o.metadata.name) && o.kind.startsWith('Validating')).map(o => o.metadata.namespace)).toEqual(parts.map(() => undefined));
  });

  test('refuses, but for pods that may run as root', () => {
    const { app, platform, lock } = declared();
    new EgressAdmission(platform, 'admission', { lock });
    expect(actions(synth(app, { admissible: false }))).toMatchObject({ 'egress-lock-pods': ['Deny'], 'egress-lock-users': ['Warn', 'Audit'] });
  });

  test('refuses these too, where it is told so', () => {
    const { app, platform, lock } = declared();
    new EgressAdmission(platform, 'admission', { lock, podUsers: PodUsers.REFUSE });
    expect(actions(synth(app, { admissible: false }))['egress-lock-users']).toEqual(['Deny']);
  });

  test('only warns while the lock observes', () => {
    const { app, platform, lock } = declared(LockPhase.OBSERVE);
    new EgressAdmission(platform, 'admission', { lock, podUsers: PodUsers.REFUSE });
    expect([...new Set(Object.values(actions(synth(app, { admissible: false }))).map(String))]).toEqual(['Warn,Audit']);
  });

  test('knows the hosts of routes, and those to which only other apps have routes', () => {
    const { app, platform, shop, egress, lock } = declared();
    new EgressAdmission(platform, 'admission', { lock });
    const service = ExternalService.fromExternalServiceAttributes(shop, 'other', { hosts: ['other.example.com'], ports: [ExternalPort.http()] });
    new EgressCaller(shop, 'caller', { service, gateway: egress });
    const policy = synth(app, { admissible: false }).find(o => o.kind === 'ValidatingAdmissionPolicy' && o.metadata.name === 'egress-lock-gateway')!;
    expect(policy.spec.variables).toContainEqual({ name: 'hosts', expression: '["api.example.com","other.example.com"]' });
  });

  test.each(['1.30', '1.30.4', '1.41', '2.0'])('is there with Kubernetes %s', kubernetesVersion => {
    const { platform, lock } = declared(undefined, { kubernetesVersion });
    expect(new EgressAdmission(platform, 'admission', { lock }).parts).toHaveLength(12);
  });

  test.each(['1.29', '1.3'])('is refused with Kubernetes %s', kubernetesVersion => {
    const { platform, lock } = declared(undefined, { kubernetesVersion });
    expectRefusal(() => new EgressAdmission(platform, 'admission', { lock }),
      `[KubernetesVersionTooOld] platform/admission: kubernetesVersion is "${kubernetesVersion}"; allowed: 1.30 or later, because the API server must have ValidatingAdmissionPolicy v1; fix: leave the EgressAdmission out, or raise kubernetesVersion in MeshSettings.of once the cluster is upgraded`);
  });

  test('is refused without its lock', () => {
    const { app, platform, lock } = declared();
    new EgressAdmission(platform, 'admission', { lock });
    platform.node.tryRemoveChild('lock');
    expectRefusal(() => app.synthYaml(), '[ConstructRemoved] platform/admission: lock is "platform/lock"; allowed: an EgressLock that is part of the App; fix: pass one that is still in its scope, or remove both');
  });

  test('is refused a second time under one name, whatever the namespaces of the charts', () => {
    const { app, platform, lock } = declared();
    new EgressAdmission(platform, 'admission', { lock });
    expectRefusal(() => new EgressAdmission(new Chart(app, 'other', { namespace: 'other' }), 'admission', { lock }),
      '[NameCollision] other/admission: metadata.name is "ValidatingAdmissionPolicy egress-lock-pods"; allowed: a name that platform/admission does not use; fix: rename one of the two');
  });
});
