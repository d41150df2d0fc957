import { Duration } from 'cdk8s';

/** When the operating system asks whether the other side of an idle connection is still there. */
export interface TcpKeepalive {
  /**
   * How long a connection is idle before the first question, whole seconds from 1.
   *
   * @default - the operating system's, mostly two hours
   */
  readonly time?: Duration;

  /**
   * How long between questions, whole seconds from 1.
   *
   * @default - the operating system's, mostly 75 seconds
   */
  readonly interval?: Duration;

  /**
   * How many questions without an answer end the connection, a whole number from 1.
   *
   * @default - the operating system's, mostly 9
   */
  readonly probes?: number;
}

/**
 * How many connections and requests each proxy has at a time; what is above gets 503 at once (response flag `UO`). Set one option at least.
 * All numbers are whole and above 0. Errors `TrafficPolicyInvalid`, `TrafficPolicyUnused`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#ConnectionPoolSettings
 */
export interface ConnectionPool {
  /**
   * Connections at a time.
   *
   * @default - no limit that matters (2^32 - 1)
   */
  readonly maxConnections?: number;

  /**
   * How long a connection may take to be made, one millisecond or more.
   *
   * @default Duration.seconds(10)
   */
  readonly connectTimeout?: Duration;

  /**
   * How long a connection lives at most, one millisecond or more.
   *
   * @default - no limit
   */
  readonly maxConnectionDuration?: Duration;

  /**
   * Keep-alive questions of the operating system.
   *
   * @default - none
   */
  readonly tcpKeepalive?: TcpKeepalive;

  /**
   * Requests that wait for a connection. HTTP only.
   *
   * @default - no limit that matters (2^32 - 1)
   */
  readonly http1MaxPendingRequests?: number;

  /**
   * Requests under way at a time, whichever the version of HTTP. HTTP only.
   *
   * @default - no limit that matters (2^32 - 1)
   */
  readonly http2MaxRequests?: number;

  /**
   * Requests after which a connection is closed; 1 makes every request open its own. HTTP only.
   *
   * @default - no limit
   */
  readonly maxRequestsPerConnection?: number;

  /**
   * Retries under way at a time. HTTP only.
   *
   * @default - no limit that matters (2^32 - 1)
   */
  readonly maxRetries?: number;

  /**
   * How long a connection without requests stays open, one millisecond or more. HTTP only.
   *
   * @default Duration.hours(1)
   */
  readonly idleTimeout?: Duration;

  /**
   * Requests at a time on one connection of HTTP/2. HTTP only.
   *
   * @default - what the other side allows
   */
  readonly maxConcurrentStreams?: number;
}
