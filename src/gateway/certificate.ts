import { ApiObject, Duration } from 'cdk8s';
import { Construct } from 'constructs';
import { CertificateIssuer } from './certificate-issuer';
import { GatewayWorkload } from './gateway-workload';
import { PrivateKeyAlgorithm } from './private-key-algorithm';
import { ObjectMetadata } from '../object-metadata';
import { needChart } from '../private/app/chart';
import { makingRefuser } from '../private/app/declared';
import { addObject } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { labelOf } from '../private/basics/names';
import { takeProps } from '../private/basics/take';
import { checkCertificate } from '../private/check/certificate';
import { resolveWorkload } from '../private/check/workload';
import { rendered } from '../private/objects/manifest/object';

/** Properties of a `Certificate`. */
export interface CertificateProps {
  /** Where the pods of the gateway that uses the certificate run. Error `WaypointUnsuited`. */
  readonly workload: GatewayWorkload;

  /**
   * The DNS names in the certificate: full names and wildcards such as `*.example.com`. Errors `HostsEmpty`, `HostInvalid`, `HostDuplicate`,
   * `HostCatchAll`.
   */
  readonly dnsNames: string[];

  /** The issuer that signs the certificate. */
  readonly issuer: CertificateIssuer;

  /**
   * The algorithm of the private key.
   *
   * @default PrivateKeyAlgorithm.rsa()
   */
  readonly privateKey?: PrivateKeyAlgorithm;

  /**
   * How long the certificate is valid, one hour or more. The issuer may override it. Error `CertificateDurationInvalid`.
   *
   * @default - 90 days, cert-manager's default
   */
  readonly duration?: Duration;

  /**
   * How long before it expires the certificate is renewed: five minutes or more, and less than `duration`. Error `CertificateDurationInvalid`.
   *
   * @default - a third of its duration, cert-manager's default
   */
  readonly renewBefore?: Duration;

  /**
   * Name, labels and annotations. The Secret gets the same name. Error `CredentialNameSuffix`.
   *
   * @default - derived from the first DNS name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * A certificate for the listeners of a gateway, issued by cert-manager.
 *
 * It creates a Certificate of `cert-manager.io/v1` in the namespace of the gateway's pods, the only namespace in which they find its Secret.
 * Listeners refer to it with `credentialName` or `Credential.fromSecret`. Each renewal generates a new private key.
 *
 * @see https://cert-manager.io/docs/usage/certificate/
 * @example
 * const workload = GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' });
 * const certificate = new Certificate(chart, 'certificate', {
 *   workload,
 *   issuer: CertificateIssuer.clusterIssuer('letsencrypt'),
 *   dnsNames: ['shop.example.com'],
 * });
 * new IngressGateway(chart, 'entrance', {
 *   workload,
 *   listeners: [IngressListener.https({ hosts: ['shop.example.com'], credentials: [Credential.fromSecret(certificate)] })],
 * });
 */
export class Certificate extends Construct {
  /** The name of the Secret that cert-manager creates. */
  public readonly credentialName: string;

  /** The Certificate. */
  public readonly certificateObject: ApiObject;

  /** All objects of the certificate: the Certificate. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the names that it certifies, its issuer, and the pods that use it
   */
  constructor(scope: Construct, id: string, props: CertificateProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('CertificateProps', props, refuse);
    needChart(this, refuse);
    const { namespace } = resolveWorkload(props.workload, 'workload', refuse);
    const intent = checkCertificate(props, refuse);
    this.credentialName = props.metadata?.name ?? labelOf(intent.dnsNames[0], 'tls');
    this.certificateObject = addObject(this, rendered({
      kind: 'Certificate', id: 'Resource', namespace, name: this.credentialName, spec: { ...intent, secretName: this.credentialName },
    }), props.metadata);
    this.parts = [this.certificateObject];
  }
}
