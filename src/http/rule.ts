import { Duration } from 'cdk8s';
import { RouteAction } from './route-action';
import { RouteMatch } from './route-match';

/** What rules of both directions have in common. The first rule that matches decides. */
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
}

/** A rule of an `IngressRoute`. */
export interface IngressRule extends RouteRule {
  /** What is done with a request that matches. */
  readonly action: RouteAction;
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
