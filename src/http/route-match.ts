import { HeaderMatch } from './header-match';
import { PathMatch } from './path-match';
import { QueryParamMatch } from './query-param-match';
import { StringMatch } from './string-match';

/**
 * Conditions on a request, all of which must hold; one at least. Error `MatchEmpty`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 */
export interface RouteMatch {
  /**
   * The path.
   *
   * @default - every path
   */
  readonly path?: PathMatch;

  /**
   * Headers, each of which must fit. One condition a header. Errors `HeaderInvalid`, `NameReserved`.
   *
   * @default - no condition
   */
  readonly headers?: HeaderMatch[];

  /**
   * Parameters of the query string, each of which must fit. Error `NameReserved`.
   *
   * @default - no condition
   */
  readonly queryParams?: QueryParamMatch[];

  /**
   * Methods, one of which must fit, for example `['GET', 'HEAD']`. Error `MethodInvalid`.
   *
   * @default - every method
   */
  readonly methods?: string[];

  /**
   * The Host header (HTTP/2 `:authority`). An exact one without a port also matches the same host with a port.
   *
   * @default - every host of the route
   */
  readonly authority?: StringMatch;

  /**
   * `http` or `https`: how the request came to the gateway, or what `X-Forwarded-Proto` says where the gateway trusts a proxy before it
   * (`numTrustedProxies`). At ingress only. Error `SchemeInvalid`.
   *
   * @default - both
   */
  readonly scheme?: string;
}
