import { Duration } from 'cdk8s';
import { ConnectionPool } from '../../traffic/connection-pool';
import { HashKey, LoadBalancer } from '../../traffic/load-balancer';
import { LocalityLoadBalancing } from '../../traffic/locality-load-balancing';
import { OutlierDetection } from '../../traffic/outlier-detection';
import { MAX_MS, checkHeaderName, checkTimeout, isHeaderName } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { ConnectionPoolSpec, LoadBalancerSpec, OutlierDetectionSpec, TrafficPolicy } from '../model/traffic-policy';

export interface TrafficPolicyInput {
  readonly connectionPool?: ConnectionPool;
  readonly outlierDetection?: OutlierDetection;
  readonly loadBalancer?: LoadBalancer;
}

/** The traffic policy that the user wrote, if any. `http` tells whether proxies read requests on any of the ports. */
export function checkTrafficPolicy(input: TrafficPolicyInput, http: boolean, refuse: Refuse): TrafficPolicy | undefined {
  const { connectionPool, outlierDetection, loadBalancer } = input;
  if (!connectionPool && !outlierDetection && !loadBalancer) return undefined;
  return {
    loadBalancer: loadBalancer && checkLoadBalancer(loadBalancer, http, outlierDetection !== undefined, refuse),
    connectionPool: connectionPool && checkPool(connectionPool, http, refuse),
    outlierDetection: outlierDetection && checkOutliers(outlierDetection, refuse),
  };
}

const HTTP_ONLY = ['http1MaxPendingRequests', 'http2MaxRequests', 'maxRequestsPerConnection', 'maxRetries', 'idleTimeout', 'maxConcurrentStreams'] as const;

function checkPool(pool: ConnectionPool, http: boolean, refuse: Refuse): ConnectionPoolSpec {
  const prop = 'connectionPool';
  notEmpty(pool, prop, refuse);
  const unread = http ? undefined : HTTP_ONLY.find(option => pool[option] !== undefined);
  if (unread) {
    refuse({ code: 'TrafficPolicyUnused', prop: `${prop}.${unread}`, got: 'set', allowed: 'only maxConnections, connectTimeout, maxConnectionDuration and tcpKeepalive if no port is HTTP', fix: 'leave it out: the proxy reads no requests on these ports' });
  }
  const { tcpKeepalive: keepalive } = pool;
  if (keepalive) notEmpty(keepalive, `${prop}.tcpKeepalive`, refuse);
  const count = (option: keyof ConnectionPool) => checkCount(pool[option] as number | undefined, `${prop}.${option}`, 2 ** 31 - 1, refuse);
  return {
    maxConnections: count('maxConnections'),
    connectTimeoutMs: checkTimeout(pool.connectTimeout, `${prop}.connectTimeout`, refuse),
    maxConnectionDurationMs: checkTimeout(pool.maxConnectionDuration, `${prop}.maxConnectionDuration`, refuse),
    tcpKeepalive: keepalive && {
      timeMs: checkSeconds(keepalive.time, `${prop}.tcpKeepalive.time`, refuse, MAX_KEEPALIVE_S),
      intervalMs: checkSeconds(keepalive.interval, `${prop}.tcpKeepalive.interval`, refuse, MAX_KEEPALIVE_S),
      probes: checkCount(keepalive.probes, `${prop}.tcpKeepalive.probes`, MAX_KEEPALIVE_PROBES, refuse),
    },
    http1MaxPendingRequests: count('http1MaxPendingRequests'),
    http2MaxRequests: count('http2MaxRequests'),
    maxRequestsPerConnection: count('maxRequestsPerConnection'),
    maxRetries: count('maxRetries'),
    idleTimeoutMs: checkTimeout(pool.idleTimeout, `${prop}.idleTimeout`, refuse),
    maxConcurrentStreams: count('maxConcurrentStreams'),
  };
}

function checkOutliers(outliers: OutlierDetection, refuse: Refuse): OutlierDetectionSpec {
  const prop = 'outlierDetection';
  const { consecutiveServerErrors, consecutiveGatewayErrors, consecutiveLocalOriginFailures } = outliers;
  if (consecutiveServerErrors === undefined && consecutiveGatewayErrors === undefined && consecutiveLocalOriginFailures === undefined) {
    refuse({ code: 'TrafficPolicyUnused', prop, got: outliers, allowed: 'one of consecutiveServerErrors, consecutiveGatewayErrors, consecutiveLocalOriginFailures', fix: 'set the number of failures after which an endpoint is ejected' });
  }
  const count = (option: keyof OutlierDetection, max: number) => checkCount(outliers[option] as number | undefined, `${prop}.${option}`, max, refuse);
  return {
    consecutive5xxErrors: count('consecutiveServerErrors', 2 ** 31 - 1) ?? 0,
    consecutiveGatewayErrors: count('consecutiveGatewayErrors', 2 ** 31 - 1),
    consecutiveLocalOriginFailures: count('consecutiveLocalOriginFailures', 2 ** 31 - 1),
    intervalMs: checkTimeout(outliers.interval, `${prop}.interval`, refuse),
    baseEjectionTimeMs: checkTimeout(outliers.baseEjectionTime, `${prop}.baseEjectionTime`, refuse),
    maxEjectionPercent: count('maxEjectionPercent', 100) ?? 100,
    minHealthPercent: count('minHealthPercent', 100),
  };
}

function checkLoadBalancer(balancer: LoadBalancer, http: boolean, detects: boolean, refuse: Refuse): LoadBalancerSpec {
  const prop = 'loadBalancer';
  const { simple, key, locality, warmup } = balancer._spec;
  if (warmup !== undefined && simple !== 'ROUND_ROBIN' && simple !== 'LEAST_REQUEST') {
    refuse({ code: 'TrafficPolicyUnused', prop: `${prop}.warmup`, got: `${warmup.toMilliseconds({ integral: false }) / 1000} s`, allowed: 'warmup only with roundRobin and leastRequest', fix: 'leave it out' });
  }
  return {
    simple,
    hash: key && checkHash(key, http, `${prop}.key`, refuse),
    locality: locality && checkLocality(locality, detects, `${prop}.locality`, refuse),
    warmupMs: checkTimeout(warmup, `${prop}.warmup`, refuse),
  };
}

function checkHash(key: HashKey, http: boolean, prop: string, refuse: Refuse): LoadBalancerSpec['hash'] {
  const { header, cookie, queryParam, sourceAddress } = key._spec;
  if (sourceAddress) return { sourceAddress };
  if (!http) {
    refuse({ code: 'TrafficPolicyUnused', prop, got: header ?? cookie?.name ?? queryParam, allowed: 'HashKey.sourceAddress() if no port is HTTP', fix: 'use it, or another load balancer: the proxy reads no requests on these ports' });
  }
  if (header !== undefined) {
    checkHeaderName(header, prop, refuse);
    return { header };
  }
  const name = cookie ? cookie.name : queryParam;
  if (!name || cookie && !isHeaderName(name)) {
    refuse({ code: 'TrafficPolicyInvalid', prop: cookie ? `${prop}.name` : prop, got: name, allowed: cookie ? 'the name of a cookie: a token without spaces' : 'the name of a parameter', fix: 'set the name' });
  }
  if (!cookie) return { queryParam };
  if (cookie.path !== undefined && !/^\/[!-:<-~]*$/.test(cookie.path)) {
    refuse({ code: 'TrafficPolicyInvalid', prop: `${prop}.path`, got: cookie.path, allowed: 'a path in ASCII, without spaces or semicolons', fix: 'correct the path, or leave it out' });
  }
  // without a lifetime, Envoy sets no cookie at all; 0 means a session cookie
  return { cookie: { name: cookie.name, path: cookie.path, ttlMs: checkSeconds(cookie.ttl, `${prop}.ttl`, refuse) ?? 0 } };
}

function checkLocality({ _spec: { failover, failoverPriority, distribute } }: LocalityLoadBalancing, detects: boolean, prop: string, refuse: Refuse): LoadBalancerSpec['locality'] {
  if ((failover || failoverPriority) && !detects) {
    refuse({ code: 'FailoverWithoutOutlierDetection', prop, got: 'failover', allowed: 'failover together with outlierDetection', fix: 'set outlierDetection, for example with consecutiveServerErrors of 5' });
  }
  const regions = Object.entries(failover ?? {}).map(([from, to]) => {
    const regionAt = (at: string, region: string) => {
      if (!/^[^/*\s]+$/.test(region)) refuse({ code: 'TrafficPolicyInvalid', prop: at, got: region, allowed: 'a region, without zone or `*`', fix: 'write only the region' });
    };
    regionAt(`${prop}.failover`, from);
    regionAt(`${prop}.failover[${from}]`, to);
    if (from === to) refuse({ code: 'TrafficPolicyInvalid', prop: `${prop}.failover[${from}]`, got: to, allowed: 'another region', fix: 'set the region to use when this one fails' });
    return { from, to };
  });
  if (failoverPriority && (failoverPriority.length === 0 || failoverPriority.some(label => !/^[^=\s]+(=\S+)?$/.test(label)))) {
    refuse({ code: 'TrafficPolicyInvalid', prop: `${prop}.failoverPriority`, got: failoverPriority, allowed: 'labels, as `key` or `key=value`', fix: 'list at least one label' });
  }
  const shares = distribute && checkShares(distribute, `${prop}.distribute`, refuse);
  const enabled = !!(failover ?? failoverPriority ?? distribute);
  return { enabled, failover: regions.length > 0 ? regions : undefined, failoverPriority, distribute: shares };
}

type Shares = NonNullable<LocalityLoadBalancing['_spec']['distribute']>;

function checkShares(distribute: Shares, prop: string, refuse: Refuse): NonNullable<LoadBalancerSpec['locality']>['distribute'] {
  const froms = Object.keys(distribute);
  if (froms.length === 0) {
    refuse({ code: 'TrafficPolicyInvalid', prop, got: distribute, allowed: 'shares of at least one locality', fix: 'set the shares' });
  }
  checkLocalities(froms, (one, other) => placeOf(one) === placeOf(other), prop, refuse);
  return narrowFirst(froms).map(from => {
    const to = distribute[from];
    const at = `${prop}[${from}]`;
    // Istio evaluates these in random order
    checkLocalities(Object.keys(to), takesIn, at, refuse);
    const shares = Object.values(to);
    if (shares.some(share => !Number.isInteger(share) || share < 1) || shares.reduce((a, b) => a + b, 0) !== 100) {
      refuse({ code: 'TrafficPolicyInvalid', prop: at, got: to, allowed: 'whole numbers from 1 with a sum of 100', fix: 'correct the shares' });
    }
    return { from, to };
  });
}

function checkLocalities(localities: string[], clash: (one: string, other: string) => boolean, prop: string, refuse: Refuse): void {
  localities.forEach(locality => {
    if (!/^(\*|[^/*\s]+(\/[^/*\s]+){0,2}(\/\*)?)$/.test(locality) || locality.split('/').length > 3) {
      refuse({ code: 'TrafficPolicyInvalid', prop, got: locality, allowed: 'region, region/zone or region/zone/subzone, optionally with `*` as the last part', fix: 'correct the locality' });
    }
    const other = localities.find(one => one !== locality && clash(one, locality));
    if (other !== undefined) {
      refuse({ code: 'TrafficPolicyInvalid', prop, got: locality, allowed: `localities that ${other} does not cover`, fix: 'leave out one of the two' });
    }
  });
}

/** The first matching locality counts, so a narrow one must come before a wider one; otherwise the order is as written. */
function narrowFirst(localities: string[]): string[] {
  return localities.reduce<string[]>((sorted, locality) => {
    const wider = sorted.findIndex(other => takesIn(other, locality));
    const at = wider < 0 ? sorted.length : wider;
    return [...sorted.slice(0, at), locality, ...sorted.slice(at)];
  }, []);
}

function takesIn(wide: string, narrow: string): boolean {
  return placeOf(narrow).startsWith(placeOf(wide));
}

function placeOf(locality: string): string {
  return `${locality.replace(/\/?\*$/, '')}/`.replace(/^\/$/, '');
}

function checkCount(value: number | undefined, prop: string, max: number, refuse: Refuse): number | undefined {
  if (value !== undefined && (!Number.isInteger(value) || value < 1 || value > max)) {
    refuse({ code: 'TrafficPolicyInvalid', prop, got: value, allowed: `a whole number from 1${max === 2 ** 31 - 1 && !(value > max) ? '' : ` to ${max}`}`, fix: 'correct the number, or leave it out' });
  }
  return value;
}

/** With more, Linux refuses every connection. */
const MAX_KEEPALIVE_S = 32767;
const MAX_KEEPALIVE_PROBES = 127;

/** The operating system's unit is a second. */
function checkSeconds(duration: Duration | undefined, prop: string, refuse: Refuse, max = MAX_MS / 1000): number | undefined {
  const ms = duration?.toMilliseconds({ integral: false });
  if (ms !== undefined && (ms < 1000 || ms % 1000 !== 0 || ms > max * 1000)) {
    refuse({ code: 'TrafficPolicyInvalid', prop, got: `${ms} ms`, allowed: `whole seconds from 1${ms > max * 1000 ? ` to ${max}` : ''}`, fix: 'correct the duration, or leave it out' });
  }
  return ms;
}

function notEmpty(options: object, prop: string, refuse: Refuse): void {
  if (!Object.values(options).some(value => value !== undefined)) {
    refuse({ code: 'TrafficPolicyUnused', prop, got: options, allowed: 'at least one option', fix: 'set an option, or leave it out' });
  }
}
