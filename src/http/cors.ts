import { Duration } from 'cdk8s';
import { StringMatch } from './string-match';

/**
 * Which web pages from other origins may call. Only browsers enforce it, so it is not access control. The gateway answers all preflights itself,
 * including those from unlisted origins, which the browser then refuses. A rule that is limited to certain methods or headers also takes the
 * preflights for these requests. Needs Istio 1.23. Error `IstioVersionTooOld`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy
 */
export interface Cors {
  /**
   * The origins, as browsers send them: `https://shop.example.com`, without a trailing slash, and with a port only if it is not the default port of
   * the scheme. `StringMatch.exact('*')` allows every origin. A prefix must end with `:` after the host, because it would otherwise also allow longer
   * names. In a regular expression, escape dots as `\.`. Errors `CorsOriginsEmpty`, `CorsOriginInvalid`, `RegexInvalid`, `RegexTooLong`.
   */
  readonly allowOrigins: StringMatch[];

  /**
   * The methods that pages may use. Error `MethodInvalid`.
   *
   * @default - the methods in the rule's matches; if there are none, those that browsers always allow: GET, HEAD and POST
   */
  readonly allowMethods?: string[];

  /**
   * The request headers that pages may set. Error `HeaderInvalid`.
   *
   * @default - those that browsers always allow
   */
  readonly allowHeaders?: string[];

  /**
   * The response headers that pages may read. Error `HeaderInvalid`.
   *
   * @default - those that browsers always allow
   */
  readonly exposeHeaders?: string[];

  /**
   * How long browsers may cache the response to a preflight, in whole seconds, 1 or more. Error `CorsMaxAgeInvalid`.
   *
   * @default - the browser's default, about five seconds
   */
  readonly maxAge?: Duration;

  /**
   * Whether pages may send cookies and other credentials. No list may then contain `*`: Istio would allow every origin that asks, and
   * browsers would read `*` in the other lists as a literal name. Error `CorsWildcardWithCredentials`.
   *
   * @default false
   */
  readonly allowCredentials?: boolean;
}
