import { seconds } from './duration';
import { Wire } from './wire';
import type * as imported from '../../../../imports/networking.istio.io';
import { ConnectionPoolSpec, LoadBalancerSpec, OutlierDetectionSpec } from '../../model/traffic-policy';
import { TrafficPolicySpec } from '../plans';

export function trafficPolicy({ loadBalancer, connectionPool, outlierDetection, tls, tunnel }: TrafficPolicySpec) {
  return {
    loadBalancer: loadBalancer && renderLoadBalancer(loadBalancer),
    connectionPool: connectionPool && renderConnectionPool(connectionPool),
    outlierDetection: outlierDetection && renderOutlierDetection(outlierDetection),
    tls,
    tunnel,
  };
}

function renderLoadBalancer({ simple, hash, locality, warmupMs }: LoadBalancerSpec) {
  return {
    simple,
    consistentHash: hash && {
      httpHeaderName: hash.header,
      httpCookie: hash.cookie && { name: hash.cookie.name, path: hash.cookie.path, ttl: seconds(hash.cookie.ttlMs) },
      httpQueryParameterName: hash.queryParam,
      useSourceIp: hash.sourceAddress,
    },
    localityLbSetting: locality,
    warmup: warmupMs === undefined ? undefined : { duration: seconds(warmupMs)! },
  } satisfies Wire<imported.DestinationRuleSpecTrafficPolicyLoadBalancer>;
}

function renderConnectionPool(pool: ConnectionPoolSpec) {
  const { tcpKeepalive: keepalive } = pool;
  const tcp = {
    maxConnections: pool.maxConnections,
    connectTimeout: seconds(pool.connectTimeoutMs),
    maxConnectionDuration: seconds(pool.maxConnectionDurationMs),
    tcpKeepalive: keepalive && { time: seconds(keepalive.timeMs), interval: seconds(keepalive.intervalMs), probes: keepalive.probes },
  };
  const http = {
    http1MaxPendingRequests: pool.http1MaxPendingRequests,
    http2MaxRequests: pool.http2MaxRequests,
    maxRequestsPerConnection: pool.maxRequestsPerConnection,
    maxRetries: pool.maxRetries,
    idleTimeout: seconds(pool.idleTimeoutMs),
    maxConcurrentStreams: pool.maxConcurrentStreams,
    h2UpgradePolicy: pool.http2 && ('UPGRADE' as const),
  };
  return { tcp: filled(tcp), http: filled(http) } satisfies Wire<imported.DestinationRuleSpecTrafficPolicyConnectionPool>;
}

/** Istio's spelling; the imports capitalize the letter after a digit. */
type Outliers = Omit<Wire<imported.DestinationRuleSpecTrafficPolicyOutlierDetection>, 'consecutive5XxErrors'> & { readonly consecutive5xxErrors: number };

function renderOutlierDetection(outliers: OutlierDetectionSpec) {
  const { consecutive5xxErrors, consecutiveGatewayErrors, consecutiveLocalOriginFailures, maxEjectionPercent, minHealthPercent } = outliers;
  return {
    consecutive5xxErrors,
    consecutiveGatewayErrors,
    consecutiveLocalOriginFailures,
    splitExternalLocalOriginErrors: consecutiveLocalOriginFailures === undefined ? undefined : true,
    interval: seconds(outliers.intervalMs),
    baseEjectionTime: seconds(outliers.baseEjectionTimeMs),
    maxEjectionPercent,
    minHealthPercent,
  } satisfies Outliers;
}

function filled<T extends object>(fields: T): T | undefined {
  return Object.values(fields).some(value => value !== undefined) ? fields : undefined;
}
