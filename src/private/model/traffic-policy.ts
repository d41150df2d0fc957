/** How proxies reach the endpoints of a service. */
export interface TrafficPolicy {
  readonly loadBalancer?: LoadBalancerSpec;
  readonly connectionPool?: ConnectionPoolSpec;
  readonly outlierDetection?: OutlierDetectionSpec;
}

export interface LoadBalancerSpec {
  readonly simple?: 'LEAST_REQUEST' | 'ROUND_ROBIN' | 'RANDOM';
  readonly hash?: {
    readonly header?: string;
    readonly cookie?: { readonly name: string; readonly path?: string; readonly ttlMs: number };
    readonly queryParam?: string;
    readonly sourceAddress?: true;
  };
  readonly locality?: {
    readonly enabled: boolean;
    readonly failover?: { readonly from: string; readonly to: string }[];
    readonly failoverPriority?: string[];
    readonly distribute?: { readonly from: string; readonly to: { readonly [locality: string]: number } }[];
  };
  readonly warmupMs?: number;
}

export interface ConnectionPoolSpec {
  readonly maxConnections?: number;
  readonly connectTimeoutMs?: number;
  readonly maxConnectionDurationMs?: number;
  readonly tcpKeepalive?: { readonly timeMs?: number; readonly intervalMs?: number; readonly probes?: number };
  readonly http1MaxPendingRequests?: number;
  readonly http2MaxRequests?: number;
  readonly maxRequestsPerConnection?: number;
  readonly maxRetries?: number;
  readonly idleTimeoutMs?: number;
  readonly maxConcurrentStreams?: number;
  /** Whether connections use HTTP/2, whatever the client speaks. */
  readonly http2?: true;
}

export interface OutlierDetectionSpec {
  /** 0 if they do not count, because Envoy's default is five. */
  readonly consecutive5xxErrors: number;
  readonly consecutiveGatewayErrors?: number;
  readonly consecutiveLocalOriginFailures?: number;
  readonly intervalMs?: number;
  readonly baseEjectionTimeMs?: number;
  readonly maxEjectionPercent: number;
  readonly minHealthPercent?: number;
}
