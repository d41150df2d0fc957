import { valueClass } from '../private/basics/value-class';

/**
 * How a text is compared. Case matters.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#StringMatch
 */
export class StringMatch {
  /** The text and nothing else. */
  public static exact(value: string): StringMatch {
    return new StringMatch('exact', value);
  }

  /** Texts that begin with the value. */
  public static prefix(value: string): StringMatch {
    return new StringMatch('prefix', value);
  }

  /**
   * A regular expression that matches the whole text.
   *
   * @param regex in RE2 syntax, in ASCII: no look-around, no back-references, no classes of Unicode. Errors `RegexInvalid`, `RegexTooLong`.
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
