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
import { policyAnnotations, namespacesOfPolicy, policyRule } from '../private/istio/destination-policy';
import { DestinationPolicyIntent } from '../private/model/destination-policy';
import { namespacesSendingTo } from '../private/model/visibility';
import { renderedLate } from '../private/objects/manifest/object';

/** A subset of the pods of a Service. */
export interface DestinationSubset {
  /** Labels of its pods in addition to the selector of the Service, for example `{ version: 'v2' }`. Error `SubsetInvalid`. */
  readonly labels: { [label: string]: string };
}

/** Properties of a `DestinationPolicy`. */
export interface DestinationPolicyProps {
  /** The Service, without a weight. Error `DestinationPolicyDuplicate` if the app has another policy for it; error `WeightInvalid` with a weight. */
  readonly destination: Destination;

  /**
   * Subsets of the pods, by name. Routes can send requests to them: see `subset()`. Errors `SubsetInvalid`, `NameInvalid`.
   *
   * @default - none
   */
  readonly subsets?: { [name: string]: DestinationSubset };

  /**
   * How a proxy chooses among the pods.
   *
   * @default - Istio's default: of two random pods, the one with fewer active requests
   */
  readonly loadBalancer?: LoadBalancer;

  /**
   * Limits on the connections and requests of each proxy.
   *
   * @default - practically unlimited
   */
  readonly connectionPool?: ConnectionPool;

  /**
   * When a proxy stops sending requests to a failing pod.
   *
   * @default - never
   */
  readonly outlierDetection?: OutlierDetection;

  /**
   * TLS that the application itself serves on the port of the destination, in a pod without a sidecar. The certificate must carry the Service's fully
   * qualified name or one of `subjectAltNames`. Secrets are read from the namespace of the gateway's pods.
   *
   * @default - mesh mTLS if the pod has a sidecar, clear text otherwise
   */
  readonly tls?: UpstreamTls;

  /**
   * Additional namespaces to which the policy is exported, so that their sidecars apply it, for example that of the Service. Error `NameInvalid`.
   *
   * @default - none: only gateways whose routes lead to the Service apply it
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
 * How proxies connect to a Service: a DestinationRule in the namespace of the Service, where every proxy that may see it finds it. It is exported to
 * the gateways of this app whose routes lead to the Service, and to `exportTo`. Error `DestinationPolicyUnused` if there are none.
 *
 * Another DestinationRule for the Service in the namespace of a gateway's pods would hide this one and all of its subsets. If the Service has several
 * ports, the policy applies to all of them, but `tls` only to the port of the destination.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/
 * @example
 * const web = new DestinationPolicy(chart, 'web', {
 *   destination: Destination.service('web', { port: 80 }),
 *   subsets: { stable: { labels: { version: 'v1' } }, next: { labels: { version: 'v2' } } },
 * });
 * new IngressRoute(chart, 'shop', { gateway: ingress, hosts: ['shop.example.com'], rules: [{ action: RouteAction.forward(web.subset('stable')) }] });
 */
export class DestinationPolicy extends Construct {
  /** The DestinationRule. */
  public readonly destinationRule: ApiObject;

  /** All objects of the policy: the DestinationRule. */
  public readonly parts: ApiObject[];

  private readonly intent: DestinationPolicyIntent;

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the Service, and how proxies connect to it
   */
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
    const readers = () => namespacesSendingTo(app, host);
    this.destinationRule = addObject(this, renderedLate({ kind: 'DestinationRule', id: 'destination-rule', namespace, name: props.metadata?.name, annotations: policyAnnotations(this.intent) },
      () => policyRule(this.intent, readers())), props.metadata);
    this.parts = [this.destinationRule];
    this.node.defaultChild = this.destinationRule;
    declare(this, 'destinationPolicies', { path: this.node.path, policy: this.intent }, this.parts);
    checkLate(this, () => this.unread(namespacesOfPolicy(this.intent, readers())));
  }

  /**
   * Returns a subset as a destination for routes. Its requests get 503 while the subset has no pods.
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
