import { valueClass } from '../private/basics/value-class';

/**
 * Which endpoints are preferred by locality. The proxy's own locality is that of its node.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 * @example
 * new DestinationPolicy(chart, 'web', {
 *   destination: Destination.service('web', { port: 80 }),
 *   exportTo: ['shop'],
 *   loadBalancer: LoadBalancer.roundRobin({ locality: LocalityLoadBalancing.failover({ 'eu-west': 'eu-north' }) }),
 *   outlierDetection: { consecutiveServerErrors: 5 },
 * });
 */
export class LocalityLoadBalancing {
  /**
   * Prefers the nearest endpoints. If they fail, the proxy uses those in other zones, then in the region, then in the failover region given here.
   * Needs outlier detection, so that the proxy notices failures. Errors `FailoverWithoutOutlierDetection`, `TrafficPolicyInvalid`.
   *
   * @param regions the failover region for each region of a proxy, the first part of a locality: `{ 'us-east1': 'us-west1' }`
   */
  public static failover(regions: { [region: string]: string } = {}): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ failover: regions });
  }

  /**
   * Prefers the endpoints that share the most of these labels with the proxy, counted from the first label on; if they fail, the next ones. Write a
   * label as `key=value` to compare it with that value instead of the proxy's. Needs outlier detection, so that the proxy notices failures. Errors
   * `FailoverWithoutOutlierDetection`, `TrafficPolicyInvalid`.
   *
   * @param labels names of labels, or `name=value`, the most important first
   */
  public static failoverPriority(labels: string[]): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ failoverPriority: labels });
  }

  /**
   * Distributes requests by locality in fixed percentages. If several localities include that of the proxy, the narrowest applies.
   *
   * @param shares for each locality of a proxy, the percentage for each locality of endpoints: whole numbers, 1 or more, with a sum of 100, for
   * example `{ 'us-east1/*': { 'us-east1/*': 80, 'us-west1/*': 20 } }`. A locality is `region`, `region/zone` or `region/zone/subzone`, with `*`
   * for any. Error `TrafficPolicyInvalid`.
   */
  public static distribute(shares: { [from: string]: { [to: string]: number } }): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ distribute: shares });
  }

  /** Treats all endpoints alike, whatever their locality. */
  public static disabled(): LocalityLoadBalancing {
    return new LocalityLoadBalancing({});
  }

  private constructor(
    /** @internal */ public readonly _spec: LocalitySpec,
  ) {}

  /** `failover`, `failoverPriority`, `distribute` or `disabled`. */
  public get localityKind(): string {
    return Object.keys(this._spec)[0] ?? 'disabled';
  }
}

valueClass(LocalityLoadBalancing, 'LocalityLoadBalancing');

/** @internal */
export interface LocalitySpec {
  readonly failover?: { readonly [from: string]: string };
  readonly failoverPriority?: string[];
  readonly distribute?: { readonly [from: string]: { readonly [to: string]: number } };
}
