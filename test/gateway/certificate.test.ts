import { App, Chart, Duration } from 'cdk8s';
import { Certificate, CertificateIssuer, CertificateProps, Credential, GatewayWorkload, IngressGateway, IngressListener, PrivateKeyAlgorithm } from '../../src';
import { expectRefusal } from '../refusal';
import { find, synth } from '../synth';

const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
const issuer = CertificateIssuer.clusterIssuer('letsencrypt');
const dnsNames = ['shop.example.com', '*.shop.example.com'];

function declare(props: Partial<CertificateProps> = {}) {
  const app = new App();
  const chart = new Chart(app, 'shop', { namespace: 'shop' });
  return { app, chart, certificate: new Certificate(chart, 'certificate', { workload, dnsNames, issuer, ...props }) };
}

const specOf = (props: Partial<CertificateProps>) => find(synth(declare(props).app), 'Certificate').spec;

describe('certificate', () => {
  test('stands with the pods of the gateway', () => {
    expect(synth(declare().app)).toMatchInlineSnapshot(`
      apiVersion: cert-manager.io/v1
      kind: Certificate
      metadata:
        name: shop-example-com-tls
        namespace: istio-ingress
      spec:
        dnsNames:
          - shop.example.com
          - "*.shop.example.com"
        issuerRef:
          group: cert-manager.io
          kind: ClusterIssuer
          name: letsencrypt
        privateKey:
          algorithm: RSA
          rotationPolicy: Always
          size: 2048
        secretName: shop-example-com-tls
    `);
  });

  test('is for the listeners', () => {
    const { app, chart, certificate } = declare();
    new IngressGateway(chart, 'gateway', {
      workload,
      listeners: [
        IngressListener.https({ hosts: ['shop.example.com'], credentialName: certificate.credentialName }),
        IngressListener.https({ hosts: ['*.shop.example.com'], credentials: [Credential.fromSecret(certificate)] }),
      ],
    });
    const names = find(synth(app), 'Gateway').spec.servers.flatMap((s: any) => s.tls?.credentialName ?? []);
    expect(names).toEqual(['shop-example-com-tls']);
    expect(specOf({}).secretName).toBe('shop-example-com-tls');
  });

  test('may have an issuer, a key and a life of its own', () => {
    expect(specOf({
      issuer: CertificateIssuer.issuer('vault'), privateKey: PrivateKeyAlgorithm.ecdsa(), duration: Duration.days(30), renewBefore: Duration.hours(36), metadata: { name: 'mine' },
    })).toEqual({
      secretName: 'mine',
      dnsNames,
      issuerRef: { name: 'vault', kind: 'Issuer', group: 'cert-manager.io' },
      privateKey: { algorithm: 'ECDSA', size: 256, rotationPolicy: 'Always' },
      duration: '2592000s',
      renewBefore: '129600s',
    });
  });

  test.each<{ when: string; props: Partial<CertificateProps>; message: string }>([
    { when: 'it has no names', props: { dnsNames: [] }, message: '[HostsEmpty] shop/certificate: dnsNames is empty; allowed: at least one host; fix: list the hosts, for example api.example.com' },
    { when: 'a name is none', props: { dnsNames: ['https://a.test'] }, message: '[HostInvalid] shop/certificate: dnsNames[0] is "https://a.test"; allowed: a fully qualified DNS name such as api.example.com, or a wildcard such as *.example.com; fix: write only the host, without scheme and path' },
    { when: 'it is for every name', props: { dnsNames: ['*'] }, message: '[HostCatchAll] shop/certificate: dnsNames[0] is "*"; allowed: a DNS name or a wildcard such as *.example.com; fix: list the hosts' },
    { when: 'the issuer has no name', props: { issuer: CertificateIssuer.issuer('') }, message: '[NameInvalid] shop/certificate: issuer is ""; allowed: the name of an issuer: DNS labels separated by dots; fix: correct the name' },
    { when: 'the key is weak', props: { privateKey: PrivateKeyAlgorithm.rsa(1024) }, message: '[PrivateKeyInvalid] shop/certificate: privateKey is 1024; allowed: 2048, 3072, 4096; fix: use one of these sizes' },
    { when: 'it ends too soon', props: { duration: Duration.minutes(59) }, message: '[CertificateDurationInvalid] shop/certificate: duration is "3540 s"; allowed: one hour or more; fix: correct it' },
    { when: 'it is renewed too late', props: { renewBefore: Duration.minutes(4) }, message: '[CertificateDurationInvalid] shop/certificate: renewBefore is "240 s"; allowed: five minutes or more, and less than the duration of 7776000 s; fix: correct it' },
    { when: 'it is always renewed', props: { duration: Duration.days(1), renewBefore: Duration.days(1) }, message: '[CertificateDurationInvalid] shop/certificate: renewBefore is "86400 s"; allowed: five minutes or more, and less than the duration of 86400 s; fix: correct it' },
    { when: 'its Secret would be read for authorities', props: { metadata: { name: 'shop-cacert' } }, message: '[CredentialNameSuffix] shop/certificate: metadata.name is "shop-cacert"; allowed: a name that does not end in -cacert; fix: choose another name: Istio reserves this suffix for CA certificates' },
    { when: 'its name is none', props: { metadata: { name: 'Shop' } }, message: '[NameInvalid] shop/certificate: metadata.name is "Shop"; allowed: a DNS label of at most 63 characters; fix: shorten or correct the name' },
  ])('is refused when $when', ({ props, message }) => {
    expectRefusal(() => declare(props), message);
  });

  test('is refused when another one is for the same name', () => {
    const { chart } = declare();
    expectRefusal(() => new Certificate(chart, 'second', { workload, dnsNames, issuer }),
      '[NameCollision] shop/second: metadata.name is "Certificate istio-ingress/shop-example-com-tls"; allowed: a name that shop/certificate does not use; fix: rename one of the two');
  });
});
