import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ConnectionPool } from './connection-pool';
import { LoadBalancer } from './load-balancer';
import { OutlierDetection } from './outlier-detection';
import { UpstreamTls } from '../egress/upstream-tls';
import { Destination } from '../http/destination';
import { ObjectMetadata } from '../object-metadata';
import { needChart } from '../private/app/chart';
import { appModelOf, checkLate, declare, makingRefuser } from '../private/app/declared';
import { addObject } from '../private/app/objects';
import { Refusal, Refuse, refuser } from '../private/basics/errors';
import { take, takeProps } from '../private/basics/take';
import { checkDestinationPolicy } from '../private/check/destination-policy';
import { policyAnnotations, policyReaders, policyRule } from '../private/istio/destination-policy';
import { renderedLate } from '../private/istio/manifest/object';
import { DestinationPolicyIntent } from '../private/model/destination-policy';
import { readersOf } from '../private/model/visibility';

/** A part of the pods behind a Service. */
export interface DestinationSubset {
  /** Labels that its pods have beside those that the Service selects by, for example `{ version: 'v2' }`. Error `SubsetInvalid`. */
  readonly labels: { [label: string]: string };
}

/** Properties of a `DestinationPolicy`. */
export interface DestinationPolicyProps {
  /** The Service. Error `DestinationPolicyDuplicate` where another policy of the app is for it; error `WeightInvalid` for one with a weight. */
  readonly destination: Destination;

  /**
   * Parts of the pods, by name, to which routes can send requests: see `subset()`. Errors `SubsetInvalid`, `NameInvalid`.
   *
   * @default - none
   */
  readonly subsets?: { [name: string]: DestinationSubset };

  /**
   * How a proxy chooses among the pods.
   *
   * @default - Istio's own: the pod with fewer requests under way, of two chosen by chance
   */
  readonly loadBalancer?: LoadBalancer;

  /**
   * How many connections and requests each proxy has at a time.
   *
   * @default - no limits that matter
   */
  readonly connectionPool?: ConnectionPool;

  /**
   * When a proxy leaves out a pod that fails.
   *
   * @default - never
   */
  readonly outlierDetection?: OutlierDetection;

  /**
   * TLS that the application itself speaks on the port of the destination, in a pod without sidecar. The certificate must carry
   * the Service's full name or one of `subjectAltNames`. Secrets are read in the namespace of the gateway's pods.
   *
   * @default - mesh mTLS where the pod has a sidecar, clear text otherwise
   */
  readonly tls?: UpstreamTls;

  /**
   * Namespaces that see the policy as well, so that their sidecars keep to it, for example that of the Service. Error `NameInvalid`.
   *
   * @default - none: those alone whose routes lead to the Service
   */
  readonly exportTo?: string[];

  /**
   * Name, labels and annotations.
   *
   * @default - a generated name
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * How proxies reach a Service: a DestinationRule in the namespace of the Service, where all who may see it find it. It is visible
 * to the gateways of this app whose routes lead to the Service, and to those of `exportTo`. Error `DestinationPolicyUnused` where there are none.
 *
 * A second DestinationRule for the Service in the namespace of a gateway's pods, made by somebody else, would hide this one with all
 * its subsets. Of a Service with several ports, the policy holds for all, and `tls` for the port of the destination alone.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 */
export class DestinationPolicy extends Construct {
  /** The DestinationRule. */
  public readonly destinationRule: ApiObject;

  /** All objects of the policy: the DestinationRule. */
  public readonly parts: ApiObject[];

  private readonly intent: DestinationPolicyIntent;

  constructor(scope: Construct, id: string, props: DestinationPolicyProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('DestinationPolicyProps', props, refuse);
    needChart(this, refuse);
    this.intent = checkDestinationPolicy(this, props, refuse);
    const { host, namespace } = this.intent;
    const app = appModelOf(this);
    const [other] = app.destinationPolicies.with('host', host);
    if (other) {
      refuse({ code: 'DestinationPolicyDuplicate', prop: 'destination', got: host, allowed: `a Service to which ${other.path} does not apply`, fix: `merge the two into ${other.path}: proxies read one DestinationRule per Service` });
    }
    const readers = () => readersOf(app, host);
    this.destinationRule = addObject(this, renderedLate({ kind: 'DestinationRule', id: 'destination-rule', namespace, name: props.metadata?.name, annotations: policyAnnotations(this.intent) },
      () => policyRule(this.intent, readers())), props.metadata);
    this.parts = [this.destinationRule];
    this.node.defaultChild = this.destinationRule;
    declare(this, 'destinationPolicies', { path: this.node.path, policy: this.intent }, this.parts);
    checkLate(this, () => this.unread(policyReaders(this.intent, readers())));
  }

  /**
   * A subset as the destination of a route. Its share gets 503 while the subset has no pods.
   *
   * @param name one of `subsets`. Error `SubsetUnknown`.
   */
  public subset(name: string): Destination {
    const refuse: Refuse = refuser(this);
    take('string', name, 'subset', refuse);
    const known = this.intent.subsets.map(s => s.name);
    if (!known.includes(name)) {
      refuse({ code: 'SubsetUnknown', prop: 'subset', got: name, allowed: known.join(', ') || 'none, because the policy has no subsets', fix: 'use one of the subsets, or add this one to the policy' });
    }
    return Destination._subset(this, this.intent.target, name);
  }

  private unread(readers: string[]): Refusal[] {
    if (readers.length > 0) return [];
    return [{ code: 'DestinationPolicyUnused', prop: 'destination', got: this.intent.host, allowed: 'a Service to which an IngressRoute leads, or `exportTo`', fix: 'use it in a route, or name the namespaces whose sidecars keep to the policy in `exportTo`' }];
  }
}
