import { valueClass } from '../private/basics/value-class';

/**
 * A condition on a text. Comparisons are case-sensitive.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch
 * @example
 * new IngressRoute(chart, 'shop', {
 *   gateway: ingress,
 *   hosts: ['shop.example.com'],
 *   rules: [{ cors: { allowOrigins: [StringMatch.exact('https://app.example.com')] }, action: RouteAction.forward(Destination.service('web', { port: 80 })) }],
 * });
 */
export class StringMatch {
  /**
   * Exactly this text.
   *
   * @param value the whole text
   */
  public static exact(value: string): StringMatch {
    return new StringMatch('exact', value);
  }

  /**
   * Texts that begin with this prefix.
   *
   * @param value the beginning of the text
   */
  public static prefix(value: string): StringMatch {
    return new StringMatch('prefix', value);
  }

  /**
   * A regular expression that matches the whole text.
   *
   * @param regex in RE2 syntax, ASCII only, without look-around, back-references or Unicode classes. Errors `RegexInvalid`, `RegexTooLong`.
   */
  public static regex(regex: string): StringMatch {
    return new StringMatch('regex', regex);
  }

  private constructor(
    /** @internal */ public readonly _kind: 'exact' | 'prefix' | 'regex',
    /** What the text is compared with. */
    public readonly text: string,
  ) {}
}

valueClass(StringMatch, 'StringMatch');
