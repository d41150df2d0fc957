import { Duration } from 'cdk8s';

/** TCP keepalive: when the operating system probes the peer of an idle connection. */
export interface TcpKeepalive {
  /**
   * How long a connection is idle before the first probe, in whole seconds, 1 or more.
   *
   * @default - the operating system's default, usually two hours
   */
  readonly time?: Duration;

  /**
   * The time between probes, in whole seconds, 1 or more.
   *
   * @default - the operating system's default, usually 75 seconds
   */
  readonly interval?: Duration;

  /**
   * How many unanswered probes close the connection: a whole number, 1 or more.
   *
   * @default - the operating system's default, usually 9
   */
  readonly probes?: number;
}

/**
 * Limits on the concurrent connections and requests of each proxy. Requests above a limit get 503 at once (response flag `UO`). Set at least one
 * option. All numbers are whole numbers above 0. Errors `TrafficPolicyInvalid`, `TrafficPolicyUnused`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings
 */
export interface ConnectionPool {
  /**
   * The maximum number of concurrent connections.
   *
   * @default - practically unlimited (2^32 - 1)
   */
  readonly maxConnections?: number;

  /**
   * How long establishing a connection may take, one millisecond or more.
   *
   * @default Duration.seconds(10)
   */
  readonly connectTimeout?: Duration;

  /**
   * The maximum lifetime of a connection, one millisecond or more.
   *
   * @default - no limit
   */
  readonly maxConnectionDuration?: Duration;

  /**
   * TCP keepalive probes of the operating system.
   *
   * @default - none
   */
  readonly tcpKeepalive?: TcpKeepalive;

  /**
   * The maximum number of requests that wait for a connection. HTTP only.
   *
   * @default - practically unlimited (2^32 - 1)
   */
  readonly http1MaxPendingRequests?: number;

  /**
   * The maximum number of concurrent requests, for every HTTP version. HTTP only.
   *
   * @default - practically unlimited (2^32 - 1)
   */
  readonly http2MaxRequests?: number;

  /**
   * The number of requests after which a connection is closed; with 1, every request opens a new connection. HTTP only.
   *
   * @default - no limit
   */
  readonly maxRequestsPerConnection?: number;

  /**
   * The maximum number of concurrent retries. HTTP only.
   *
   * @default - practically unlimited (2^32 - 1)
   */
  readonly maxRetries?: number;

  /**
   * How long a connection without requests stays open, one millisecond or more. HTTP only.
   *
   * @default Duration.hours(1)
   */
  readonly idleTimeout?: Duration;

  /**
   * The maximum number of concurrent requests on one HTTP/2 connection. HTTP only.
   *
   * @default - the peer's limit
   */
  readonly maxConcurrentStreams?: number;
}
