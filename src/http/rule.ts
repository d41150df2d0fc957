import { Duration } from 'cdk8s';
import { Cors } from './cors';
import { Fault } from './fault';
import { HeaderEdits } from './header-edits';
import { Mirror } from './mirror';
import { Retries } from './retries';
import { Rewrite } from './rewrite';
import { RouteAction } from './route-action';
import { RouteMatch } from './route-match';

/**
 * Common properties of ingress and egress rules. The first matching rule decides. All options except `matches` and `responseHeaders` apply only to
 * requests that are forwarded. Errors `RuleOptionUnused`, `RuleUnreachable`.
 */
export interface RouteRule {
  /**
   * The requests to which the rule applies: those that fit at least one of these matches.
   *
   * @default - every request
   */
  readonly matches?: RouteMatch[];

  /**
   * How long the whole response may take, including retries, one millisecond or more. After that the client gets 504. Error `TimeoutInvalid`.
   *
   * @default - no timeout
   */
  readonly timeout?: Duration;

  /**
   * How often a request is retried.
   *
   * @default - Istio's own: twice, after connection failures
   */
  readonly retries?: Retries;

  /**
   * How the URL is rewritten.
   *
   * @default - unchanged
   */
  readonly rewrite?: Rewrite;

  /**
   * Changes to request headers.
   *
   * @default - none
   */
  readonly requestHeaders?: HeaderEdits;

  /**
   * Changes to response headers.
   *
   * @default - none
   */
  readonly responseHeaders?: HeaderEdits;

  /**
   * Injected faults, for tests.
   *
   * @default - none
   */
  readonly fault?: Fault;

  /**
   * Sends copies of requests to another destination.
   *
   * @default - none
   */
  readonly mirror?: Mirror;
}

/** A rule of an `IngressRoute`. */
export interface IngressRule extends RouteRule {
  /** What happens to a matching request. */
  readonly action: RouteAction;

  /**
   * Which web pages from other origins may call. Error `CorsAmbiguous` if an earlier rule that differs only in headers has another setting.
   *
   * @default - the destination decides
   */
  readonly cors?: Cors;
}

/** A rule of an `EgressRoute` or `DirectRoute`, applied where the request leaves the mesh. */
export interface EgressRule extends RouteRule {
  /**
   * What happens to a matching request.
   *
   * @default - it is forwarded to the external service
   */
  readonly action?: RouteAction;
}
