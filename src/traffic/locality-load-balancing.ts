import { valueClass } from '../private/basics/value-class';

/** Where requests of one region go when its own endpoints fail. */
export interface RegionFailover {
  /** The region of the proxy, the first part of a locality. */
  readonly from: string;

  /** The region whose endpoints come next. */
  readonly to: string;
}

/** How requests of one locality are parted. */
export interface LocalityShares {
  /** Where the proxy is: `region`, `region/zone` or `region/zone/subzone`, with `*` for any. */
  readonly from: string;

  /** Percent by locality of the endpoints, whole numbers from 1 whose sum is 100. */
  readonly to: { readonly [locality: string]: number };
}

/**
 * Which endpoints come first by where they are. The proxy's own locality is that of its node.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#LocalityLoadBalancerSetting
 */
export class LocalityLoadBalancing {
  /**
   * The nearest endpoints; when they fail, those of the next zone, then of the region, then of the region that is named here.
   * Needs outlier detection, by which the proxy learns that they fail. Error `FailoverWithoutOutlierDetection`.
   */
  public static failover(regions: RegionFailover[] = []): LocalityLoadBalancing {
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

  /** Shares by locality. Error `TrafficPolicyInvalid`. */
  public static distribute(shares: LocalityShares[]): LocalityLoadBalancing {
    return new LocalityLoadBalancing({ distribute: shares });
  }

  /** All endpoints alike, wherever they are. */
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
