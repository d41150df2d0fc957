import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressLock } from './egress-lock';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace, needChart } from '../private/app/chart';
import { appModelOf, checkLate, makingRefuser } from '../private/app/declared';
import { addObjects } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { needSidecarLock } from '../private/check/declared';
import { checkVerification, verificationRefusals } from '../private/check/verification';
import { planVerification } from '../private/istio/verification';

/** Properties of an `EgressVerification`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface EgressVerificationProps {
  /** The lock to verify. While it observes, what gets out is told and is no failure; so are ways that `omit` leaves open. */
  readonly lock: EgressLock;

  /**
   * The locked namespace in which the Job runs. Errors `NameInvalid`, `VerificationUnlocked`.
   *
   * @default - that of the chart
   */
  readonly namespace?: string;

  /**
   * The service account as which the Job runs. It calls what routes allow to this one; it needs no rights. Errors `NameInvalid`,
   * `VerificationUncalled` if the routes from the namespace allow nothing to it.
   *
   * @default default
   */
  readonly serviceAccount?: string;

  /**
   * A host that nothing declares, to which requests must not get. If they do, it must answer HTTP and HTTPS, or nobody learns of it. Errors `HostInvalid`,
   * `HostNotAscii`, `HostCatchAll`, `VerificationTargetDeclared`.
   *
   * @default example.com
   */
  readonly outsideHost?: string;

  /**
   * An address outside of the cluster that nothing declares, which answers HTTPS, DNS and DNS over TLS. Errors `AddressInvalid`,
   * `VerificationTargetDeclared`.
   *
   * @default 1.1.1.1
   */
  readonly outsideAddress?: string;

  /**
   * The image of the Job, with a shell, `curl`, `nslookup` and the usual small tools. Error `ImageInvalid` without a tag or digest.
   *
   * @default docker.io/curlimages/curl:8.17.0
   */
  readonly image?: string;

  /**
   * Name, labels and annotations.
   *
   * @default - named `egress-verification`
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * Verifies a lock in the cluster itself: a Job in a locked namespace tries to leave it, as an application in it would, and fails if something gets out.
 * Its log names each attempt. It also sends one request to each host that routes lead to through the gateway, and fails if one takes another way.
 *
 * It creates a Job, and a ConfigMap with its script. The Job runs once, when it is applied; delete it to run it again. Its pod has a sidecar, no rights at
 * the API server and no privileges. It sends requests to `outsideHost` and `outsideAddress`, and a `GET /` to each declared host.
 *
 * Errors `ChartMissing` outside a chart, `NamespaceMissing` if neither the chart nor `namespace` names a namespace.
 *
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * const lock = new EgressLock(chart, 'lock', { gateway: egress });
 * new EgressVerification(chart, 'verification', { lock });
 */
export class EgressVerification extends Construct {
  /** The Job. */
  public readonly job: ApiObject;

  /** All objects of the construct. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the lock, and from where to try it
   */
  constructor(scope: Construct, id: string, props: EgressVerificationProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressVerificationProps', props, refuse);
    needChart(this, refuse);
    const app = appModelOf(this);
    const lock = needSidecarLock(this, props.lock, refuse);
    const intent = checkVerification(props, props.namespace ?? chartNamespace(this, refuse), refuse);
    this.parts = addObjects(this, planVerification(app, lock, intent, props.metadata?.name ?? 'egress-verification'), props.metadata);
    this.job = this.parts[1];
    this.node.defaultChild = this.job;
    checkLate(this, () => verificationRefusals(app, lock, intent));
  }
}
