import { valueClass } from '../private/basics/value-class';

/**
 * A condition on one request header. Names are case-insensitive, values are case-sensitive.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#HTTPMatchRequest
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress, allow: [{ headers: [HeaderMatch.exact('x-tenant', 'red')] }] });
 */
export class HeaderMatch {
  /**
   * The header has this value.
   *
   * @param name the header
   * @param value the whole value
   */
  public static exact(name: string, value: string): HeaderMatch {
    return new HeaderMatch(name, 'exact', value);
  }

  /**
   * The value of the header begins with this prefix.
   *
   * @param name the header
   * @param value the beginning of the value
   */
  public static prefix(name: string, value: string): HeaderMatch {
    return new HeaderMatch(name, 'prefix', value);
  }

  /**
   * A regular expression that matches the whole value of the header.
   *
   * @param name the header
   * @param regex in RE2 syntax, ASCII only, without look-around, back-references or Unicode classes. Errors `RegexInvalid`, `RegexTooLong`.
   */
  public static regex(name: string, regex: string): HeaderMatch {
    return new HeaderMatch(name, 'regex', regex);
  }

  /**
   * The header is present, with any value, even an empty one.
   *
   * @param name the header
   */
  public static present(name: string): HeaderMatch {
    return new HeaderMatch(name, 'present');
  }

  /**
   * The header is absent.
   *
   * @param name the header
   */
  public static absent(name: string): HeaderMatch {
    return new HeaderMatch(name, 'absent');
  }

  private constructor(
    /** The name of the header. */
    public readonly headerName: string,
    /** @internal */ public readonly _kind: 'exact' | 'prefix' | 'regex' | 'present' | 'absent',
    /** @internal */ public readonly _value?: string,
  ) {}
}

valueClass(HeaderMatch, 'HeaderMatch');
