import { valueClass } from '../private/basics/value-class';

/**
 * A condition on one claim of a token. The claim is a text, or a list of texts of which one must fit; numbers and booleans never fit.
 * A `scope` is taken apart at its spaces.
 *
 * @see https://istio.io/latest/docs/reference/config/security/conditions/
 */
export class ClaimMatch {
  /**
   * The claim is, or holds, one of the values.
   *
   * @param name the claim, for example `groups`. Error `ClaimInvalid`.
   * @param values one or more
   */
  public static oneOf(name: string, values: string[]): ClaimMatch {
    return new ClaimMatch([name], values);
  }

  /**
   * A claim within another is, or holds, one of the values.
   *
   * @param path the claims on the way to it, for example `['realm_access', 'roles']`. Error `ClaimInvalid`.
   * @param values one or more
   */
  public static nested(path: string[], values: string[]): ClaimMatch {
    return new ClaimMatch(path, values);
  }

  /** The claim is there, and not empty. */
  public static present(name: string): ClaimMatch {
    return new ClaimMatch([name], [], true);
  }

  private constructor(
    /** The claim, behind those that it is within. */
    public readonly claimPath: string[],
    /** @internal */ public readonly _values: string[],
    /** @internal */ public readonly _present?: boolean,
  ) {}
}

valueClass(ClaimMatch, 'ClaimMatch');
