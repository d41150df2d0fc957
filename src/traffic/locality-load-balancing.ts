import { valueClass } from '../private/basics/value-class';

/** Where requests of one region go when its own endpoints fail. */
export interface RegionFailover {
  /** The region of the proxy, the first part of a locality. */
  readonly from: string;

  /** The region whose endpoints come next. */
  readonly to: string;
}

/** How requests from one locality are distributed. */
export interface LocalityShares {
  /** The locality of the proxy: `region`, `region/zone` or `region/zone/subzone`, with `*` for any. */
  readonly from: string;

  /** The percentage for each locality of endpoints: whole numbers, 1 or more, with a sum of 100. */
  readonly to: { readonly [locality: string]: number };
}

/**
 * Which endpoints are preferred by locality. The proxy's own locality is that of its node.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
export class LocalityLoadBalancing {
  /**
   * Prefers the nearest endpoints. If they fail, the proxy uses those in other zones, then in the region, then in the failover region given here.
   * Needs outlier detection, so that the proxy notices failures. Error `FailoverWithoutOutlierDetection`.
   */
  public static failover(regions: RegionFailover[] = []): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ failover: regions });
  }

  /**
   * Prefers the endpoints that share the most of these labels with the proxy, counted from the first label on; if they fail, the next ones. Write a
   * label as `key=value` to compare it with that value instead of the proxy's. Needs outlier detection, so that the proxy notices failures. Errors
   * `FailoverWithoutOutlierDetection`, `TrafficPolicyInvalid`.
   */
  public static failoverPriority(labels: string[]): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ failoverPriority: labels });
  }

  /** Distributes requests by locality in fixed percentages. Error `TrafficPolicyInvalid`. */
  public static distribute(shares: LocalityShares[]): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ distribute: shares });
  }

  /** Treats all endpoints alike, whatever their locality. */
  public static disabled(): LocalityLoadBalancing {
    return new LocalityLoadBalancing({});
  }

  private constructor(
    /** @internal */ public readonly _spec: LocalitySpec,
  ) {}
}

valueClass(LocalityLoadBalancing, 'LocalityLoadBalancing');

/** @internal */
export interface LocalitySpec {
  readonly failover?: RegionFailover[];
  readonly failoverPriority?: string[];
  readonly distribute?: LocalityShares[];
}
