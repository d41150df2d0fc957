import { App, Chart } from 'cdk8s';
import { mesh } from './fixtures';
import { expectRefusal } from './refusal';
import { MeshSettings } from '../src';
import { appModelOf } from '../src/private/app/declared';

describe('mesh settings', () => {
  test('have defaults', () => {
    expect(MeshSettings.of(new App())).toEqual({ istioVersion: '1.31', clusterDomain: 'cluster.local', trustDomain: 'cluster.local', dnsCapture: false });
  });

  test('belong to one app', () => {
    const [one, other] = [new App(), new App()];
    MeshSettings.of(one, { dnsCapture: true });
    expect([MeshSettings.of(one).dnsCapture, MeshSettings.of(other).dnsCapture]).toEqual([true, false]);
  });

  test('make the cluster domain part of the names of Services', () => {
    const { egress } = mesh({ clusterDomain: 'corp.local' });
    expect(appModelOf(egress).egressGateways.all()[0].gateway.serviceHost).toBe('istio-egressgateway.istio-system.svc.corp.local');
  });

  test('are refused where others are in use', () => {
    const { app, shop } = mesh({ istioVersion: '1.30' });
    expectRefusal(() => MeshSettings.of(shop, { istioVersion: '1.31' }),
      '[MeshSettingsConflict] shop: options is {"istioVersion":"1.31","clusterDomain":"cluster.local","trustDomain":"cluster.local","dnsCapture":false}; allowed: the settings in use, {"istioVersion":"1.30","clusterDomain":"cluster.local","trustDomain":"cluster.local","dnsCapture":false}; fix: call MeshSettings.of(app, ...) once, right after creating the app');
    expect(MeshSettings.of(app).istioVersion).toBe('1.30');
  });

  test('may be repeated', () => {
    const { app, shop } = mesh({ istioVersion: '1.30' });
    expect(MeshSettings.of(shop, { istioVersion: '1.30' })).toEqual(MeshSettings.of(app));
  });

  test.each([
    [{ istioVersion: 'latest' }, '[MeshSettingsInvalid] shop: istioVersion is "latest"; allowed: a version from 1.22, such as 1.31; fix: write major.minor, as shown by istioctl version'],
    [{ istioVersion: '1.21' }, '[MeshSettingsInvalid] shop: istioVersion is "1.21"; allowed: a version from 1.22, such as 1.31; fix: write major.minor, as shown by istioctl version'],
    [{ clusterDomain: '.cluster.local' }, '[MeshSettingsInvalid] shop: clusterDomain is ".cluster.local"; allowed: a DNS name such as cluster.local; fix: write only the name'],
    [{ trustDomain: 'https://td' }, '[MeshSettingsInvalid] shop: trustDomain is "https://td"; allowed: a DNS name such as cluster.local; fix: write only the name'],
  ])('are refused as %j', (options, message) => {
    expectRefusal(() => MeshSettings.of(new Chart(new App(), 'shop'), options), message);
  });
});
