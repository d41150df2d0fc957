import { Duration } from 'cdk8s';
import { StringMatch } from './string-match';

/**
 * Which web pages of other origins may call. Browsers keep to it, other clients need not: it is no access control.
 * The gateway answers preflights itself, those of unlisted origins too, and the browser then refuses. Where a rule is for some methods
 * or headers only, it takes the preflights of these requests as well. Needs Istio 1.23. Error `IstioVersionTooOld`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#CorsPolicy
 */
export interface Cors {
  /**
   * The origins, as browsers send them: `https://shop.example.com`, with a port only if it is not the scheme's own, and no slash at the end.
   * `StringMatch.exact('*')` is every origin. A prefix must end behind the host with `:`, or it would let in longer names,
   * and a regular expression writes a dot as `\.`. Errors `CorsOriginsEmpty`, `CorsOriginInvalid`, `RegexInvalid`, `RegexTooLong`.
   */
  readonly allowOrigins: StringMatch[];

  /**
   * The methods that pages may use. Error `MethodInvalid`.
   *
   * @default - the methods of the rule's matches; where these name none, those that browsers allow by themselves: GET, HEAD and POST
   */
  readonly allowMethods?: string[];

  /**
   * The request headers that pages may set. Error `HeaderInvalid`.
   *
   * @default - those that browsers allow by themselves
   */
  readonly allowHeaders?: string[];

  /**
   * The headers of answers that pages may read. Error `HeaderInvalid`.
   *
   * @default - those that browsers allow by themselves
   */
  readonly exposeHeaders?: string[];

  /**
   * How long browsers may keep the answer to a preflight, in whole seconds from 1. Error `CorsMaxAgeInvalid`.
   *
   * @default - what browsers choose, about five seconds
   */
  readonly maxAge?: Duration;

  /**
   * Whether pages may send cookies and other credentials. Nothing may then be allowed to everybody: Istio would repeat any origin
   * that asks, and browsers take `*` in lists for a name. Error `CorsWildcardWithCredentials`.
   *
   * @default false
   */
  readonly allowCredentials?: boolean;
}
