import { valueClass } from '../private/basics/value-class';

/**
 * A condition on one query parameter. Error `QueryParamInvalid` for a name of more than 1024 bytes.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress, allow: [{ queryParams: [QueryParamMatch.exact('format', 'json')] }] });
 */
export class QueryParamMatch {
  /**
   * The parameter has this value.
   *
   * @param name the parameter
   * @param value the whole value
   */
  public static exact(name: string, value: string): QueryParamMatch {
    return new QueryParamMatch(name, 'exact', value);
  }

  /**
   * The value of the parameter begins with this prefix.
   *
   * @param name the parameter
   * @param value the beginning of the value
   */
  public static prefix(name: string, value: string): QueryParamMatch {
    return new QueryParamMatch(name, 'prefix', value);
  }

  /**
   * A regular expression that matches the whole value of the parameter.
   *
   * @param name the parameter
   * @param regex in RE2 syntax, ASCII only, without look-around, back-references or Unicode classes. Errors `RegexInvalid`, `RegexTooLong`.
   */
  public static regex(name: string, regex: string): QueryParamMatch {
    return new QueryParamMatch(name, 'regex', regex);
  }

  private constructor(
    /** The name of the parameter. */
    public readonly paramName: string,
    /** @internal */ public readonly _kind: 'exact' | 'prefix' | 'regex',
    /** @internal */ public readonly _value: string,
  ) {}
}

valueClass(QueryParamMatch, 'QueryParamMatch');
