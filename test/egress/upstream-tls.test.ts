import { CaSource, ClientCertificate, ExternalPort, UpstreamTls } from '../../src';
import { direct, routed } from '../fixtures';
import { expectRefusal } from '../refusal';
import { Manifest, find } from '../synth';

const hosts = ['api.example.com'];
const files = ClientCertificate.files({ certificate: '/a.crt', privateKey: '/a.key' });
const service = (tls: UpstreamTls) => ({ hosts, ports: [ExternalPort.httpToHttps({ tls })] });
const tlsOf = (objects: Manifest[]) => find(objects.filter(o => o.spec.host === hosts[0]), 'DestinationRule').spec.trafficPolicy.portLevelSettings[0].tls;

describe('TLS to the outside', () => {
  test('HTTP/2 is spoken on the ports that ask for it, beside the pool that all have', () => {
    const ports = [
      ExternalPort.httpToHttps({ http2: true }), ExternalPort.httpToHttps({ number: 8080 }), ExternalPort.grpcToGrpcs({ number: 9000, http2: true }),
    ];
    const rule = find(routed({ hosts, ports, connectionPool: { maxRetries: 1 } }).manifests().filter(o => o.spec.host === hosts[0]), 'DestinationRule');
    expect(rule.spec.trafficPolicy.portLevelSettings.map((p: any) => p.connectionPool.http)).toEqual([
      { maxRetries: 1, h2UpgradePolicy: 'UPGRADE' }, { maxRetries: 1 }, { maxRetries: 1 },
    ]);
  });

  test.each([
    ['a ConfigMap beside the gateway', () => routed(service(UpstreamTls.simple({ ca: CaSource.configMap('partner.ca') }))), { mode: 'SIMPLE', credentialName: 'configmap://istio-system/partner.ca' }],
    ['direct with authorities of a ConfigMap', () => direct(service(UpstreamTls.simple({ ca: CaSource.configMap('ca') }))), { mode: 'SIMPLE', credentialName: 'configmap://shop/ca' }],
    ['a list of revoked certificates', () => routed(service(UpstreamTls.simple({ crl: '/etc/partner.crl' }))), { mode: 'SIMPLE', caCertificates: 'system', caCrl: '/etc/partner.crl' }],
    [
      'such a list in mutual TLS', () => routed(service(UpstreamTls.mutual({ crl: '/etc/partner.crl', clientCertificate: files }))),
      { mode: 'MUTUAL', caCertificates: 'system', caCrl: '/etc/partner.crl', clientCertificate: '/a.crt', privateKey: '/a.key' },
    ],
  ])('%s', (_, make, tls) => {
    expect(tlsOf(make().manifests())).toEqual(tls);
  });

  test.each([
    ['a ConfigMap of no name', UpstreamTls.simple({ ca: CaSource.configMap('') }), '[NameInvalid] shop/service: ports[0].tls.ca is ""; allowed: the name of a ConfigMap: DNS labels separated by dots; fix: correct the name'],
    ['a ConfigMap beside a certificate of files', UpstreamTls.mutual({ clientCertificate: files, ca: CaSource.configMap('ca') }), '[CaSourceConflict] shop/service: ports[0].tls.ca is "configMap"; allowed: CaSource.file or CaSource.system together with ClientCertificate.files; fix: set the path of the CA certificates'],
    ['a list at no path', UpstreamTls.simple({ crl: 'partner.crl' }), '[FilePathInvalid] shop/service: ports[0].tls.crl is "partner.crl"; allowed: the absolute path of a file; fix: correct the path: it must begin with / and must not end with /'],
    ['a list apart from the Secret of the authorities', UpstreamTls.simple({ crl: '/a.crl', ca: CaSource.secret('ca') }), '[CaSourceConflict] shop/service: ports[0].tls.crl is "/a.crl"; allowed: no `crl` if the CA certificates are in a Secret or ConfigMap; fix: put the list next to ca.crt, under the key ca.crl'],
    ['a list apart from their ConfigMap', UpstreamTls.simple({ crl: '/a.crl', ca: CaSource.configMap('ca') }), '[CaSourceConflict] shop/service: ports[0].tls.crl is "/a.crl"; allowed: no `crl` if the CA certificates are in a Secret or ConfigMap; fix: put the list next to ca.crt, under the key ca.crl'],
    ['a list apart from the Secret of the client certificate', UpstreamTls.mutual({ crl: '/a.crl', clientCertificate: ClientCertificate.secret('cert') }), '[CaSourceConflict] shop/service: ports[0].tls.crl is "/a.crl"; allowed: no `crl` if the CA certificates are in a Secret or ConfigMap; fix: put the list next to ca.crt, under the key ca.crl'],
  ])('refuses %s', (_, tls, message) => {
    expectRefusal(() => routed(service(tls)), message);
  });
});
