import { valueClass } from '../private/basics/value-class';

/**
 * A condition on a text. Comparisons are case-sensitive.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch
 */
export class StringMatch {
  /** Exactly this text. */
  public static exact(value: string): StringMatch {
    return new StringMatch('exact', value);
  }

  /** Texts that begin with this prefix. */
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
