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
 * What rules of both directions have in common. The first rule that matches decides.
 * Everything but `matches` and `responseHeaders` is for requests that are forwarded. Errors `RuleOptionUnused`, `RuleUnreachable`.
 */
export interface RouteRule {
  /**
   * Which requests the rule is for: those that fit one of these.
   *
   * @default - every request
   */
  readonly matches?: RouteMatch[];

  /**
   * How long the whole answer may take, retries included; then the client gets 504. One millisecond or more. Error `TimeoutInvalid`.
   *
   * @default - no timeout
   */
  readonly timeout?: Duration;

  /**
   * How often a request is tried again.
   *
   * @default - Istio's own: twice, after failures to connect
   */
  readonly retries?: Retries;

  /**
   * What is changed of the URL.
   *
   * @default - nothing
   */
  readonly rewrite?: Rewrite;

  /**
   * Changes to the headers of requests.
   *
   * @default - none
   */
  readonly requestHeaders?: HeaderEdits;

  /**
   * Changes to the headers of answers.
   *
   * @default - none
   */
  readonly responseHeaders?: HeaderEdits;

  /**
   * Faults on purpose.
   *
   * @default - none
   */
  readonly fault?: Fault;

  /**
   * A copy of requests for another destination.
   *
   * @default - none
   */
  readonly mirror?: Mirror;
}

/** A rule of an `IngressRoute`. */
export interface IngressRule extends RouteRule {
  /** What is done with a request that matches. */
  readonly action: RouteAction;

  /**
   * Which web pages of other origins may call. Error `CorsAmbiguous` where an earlier rule, told apart by headers only, has another.
   *
   * @default - what the destination says
   */
  readonly cors?: Cors;
}

/** A rule of an `EgressRoute`, applied where the request leaves the mesh. */
export interface EgressRule extends RouteRule {
  /**
   * What is done with a request that matches.
   *
   * @default - it is forwarded to the external service
   */
  readonly action?: RouteAction;
}
