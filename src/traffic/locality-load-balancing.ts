import { valueClass } from '../private/basics/value-class';

/**
 * Which endpoints come first by where they are. The proxy's own locality is that of its node.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
export class LocalityLoadBalancing {
  /**
   * The nearest endpoints; when they fail, those of the next zone, then of the region, then of the region that is named here.
   * Needs outlier detection, by which the proxy learns that they fail. Errors `FailoverWithoutOutlierDetection`, `TrafficPolicyInvalid`.
   *
   * @param regions for the region of a proxy, the first part of a locality, the one whose endpoints come next: `{ 'us-east1': 'us-west1' }`
   */
  public static failover(regions: { [region: string]: string } = {}): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ failover: regions });
  }

  /**
   * The endpoints that have most of these labels in common with the proxy, counted from the first; when they fail, the next.
   * A label may be written `key=value`, to be compared with that value instead of the proxy's.
   * Needs outlier detection, by which the proxy learns that they fail. Errors `FailoverWithoutOutlierDetection`, `TrafficPolicyInvalid`.
   */
  public static failoverPriority(labels: string[]): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ failoverPriority: labels });
  }

  /**
   * Shares by locality. The narrowest locality that takes in that of the proxy counts, wherever it stands.
   *
   * @param shares for where a proxy is, percent by locality of the endpoints, whole numbers from 1 whose sum is 100, for example
   * `{ 'us-east1/*': { 'us-east1/*': 80, 'us-west1/*': 20 } }`. A locality is `region`, `region/zone` or `region/zone/subzone`, with `*` for any.
   * Error `TrafficPolicyInvalid`.
   */
  public static distribute(shares: { [from: string]: { [to: string]: number } }): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ distribute: shares });
  }

  /** All endpoints alike, wherever they are. */
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
