import { HeaderMatch } from './header-match';
import { PathMatch } from './path-match';
import { QueryParamMatch } from './query-param-match';
import { StringMatch } from './string-match';

/**
 * Conditions on a request, all of which must hold. At least one is required. Error `MatchEmpty`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export interface RouteMatch {
  /**
   * The condition on the path.
   *
   * @default - every path
   */
  readonly path?: PathMatch;

  /**
   * Conditions on headers, all of which must hold. At most one per header. Errors `HeaderInvalid`, `NameReserved`.
   *
   * @default - no condition
   */
  readonly headers?: HeaderMatch[];

  /**
   * Conditions on query parameters, all of which must hold. Error `NameReserved`.
   *
   * @default - no condition
   */
  readonly queryParams?: QueryParamMatch[];

  /**
   * The accepted methods, for example `['GET', 'HEAD']`. Error `MethodInvalid`.
   *
   * @default - every method
   */
  readonly methods?: string[];

  /**
   * The condition on the Host header (HTTP/2 `:authority`). An exact value without a port also matches the same host with a port.
   *
   * @default - every host of the route
   */
  readonly authority?: StringMatch;

  /**
   * The scheme by which the request reached the gateway, `http` or `https`. If the gateway trusts a proxy in front of it (`numTrustedProxies`), the
   * value of `X-Forwarded-Proto` counts. At ingress only. Error `SchemeInvalid`.
   *
   * @default - both
   */
  readonly scheme?: string;
}
