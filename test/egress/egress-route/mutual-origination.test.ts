import { CaSource, ClientCertificate, ExternalPort, UpstreamTls } from '../../../src';
import { routed } from '../../fixtures';
import { find } from '../../synth';
import { CASES } from '../cases';

describe('egress route › mutual origination', () => {
  test('a Secret holds the certificate and the authorities', () => {
    const rule = find(CASES['mutual origination, certificate in a Secret']().manifests(), 'DestinationRule');
    expect([rule]).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-api-example-com-tls
        namespace: istio-system
      spec:
        exportTo:
          - "."
        host: api.example.com
        trafficPolicy:
          portLevelSettings:
            - port:
                number: 80
              tls:
                credentialName: partner-cert
                mode: MUTUAL
        workloadSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('files hold the certificate and the authorities', () => {
    const rule = find(CASES['mutual origination, certificate in files']().manifests(), 'DestinationRule');
    expect([rule]).toMatchInlineSnapshot(`
      apiVersion: networking.istio.io/v1
      kind: DestinationRule
      metadata:
        name: egress-api-example-com-tls
        namespace: istio-system
      spec:
        exportTo:
          - "."
        host: api.example.com
        trafficPolicy:
          portLevelSettings:
            - port:
                number: 80
              tls:
                caCertificates: /etc/certs/ca.crt
                clientCertificate: /etc/certs/tls.crt
                mode: MUTUAL
                privateKey: /etc/certs/tls.key
        workloadSelector:
          matchLabels:
            app: istio-egressgateway
            istio: egressgateway
    `);
  });

  test('files hold the certificate, the system has the authorities', () => {
    const clientCertificate = ClientCertificate.files({ certificate: '/a.crt', privateKey: '/a.key' });
    const tls = UpstreamTls.mutual({ clientCertificate, ca: CaSource.system() });
    const objects = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps({ tls })] }).manifests();
    expect(find(objects, 'DestinationRule').spec.trafficPolicy.portLevelSettings[0].tls).toMatchObject({ mode: 'MUTUAL', caCertificates: 'system' });
  });

  test('the Secret may be said to be where the gateway runs', () => {
    const tls = UpstreamTls.mutual({ clientCertificate: ClientCertificate.secret('partner-cert', { namespace: 'istio-system' }) });
    const objects = routed({ hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps({ tls })] }).manifests();
    expect(find(objects, 'DestinationRule').spec.trafficPolicy.portLevelSettings[0].tls).toEqual({ mode: 'MUTUAL', credentialName: 'partner-cert' });
  });

  test('everything but the rule is as with simple TLS', () => {
    const others = (name: keyof typeof CASES) => CASES[name]().manifests().filter(o => o.kind !== 'DestinationRule');
    expect(others('mutual origination, certificate in a Secret')).toEqual(others('https origination'));
  });
});
