import { valueClass } from '../private/basics/value-class';

/**
 * A condition on one claim of a token. The claim must be a string or a list of strings, one of which must match; numbers and booleans never match. A
 * `scope` claim is split at spaces.
 *
 * @see https://istio.io/latest/docs/reference/config/security/conditions/
 * @example
 * Access.jwt({
 *   issuer: 'https://id.example.com',
 *   jwksUri: 'https://id.example.com/keys',
 *   audiences: ['shop'],
 *   claims: [ClaimMatch.oneOf('groups', ['admins', 'support'])],
 * });
 */
export class ClaimMatch {
  /**
   * The claim is, or contains, one of the values.
   *
   * @param name the claim, for example `groups`. Error `ClaimInvalid`.
   * @param values at least one value
   */
  public static oneOf(name: string, values: string[]): ClaimMatch {
    return new ClaimMatch([name], values);
  }

  /**
   * A nested claim is, or contains, one of the values.
   *
   * @param path the names of the claims from the outermost to the nested one, for example `['realm_access', 'roles']`. Error `ClaimInvalid`.
   * @param values at least one value
   */
  public static nested(path: string[], values: string[]): ClaimMatch {
    return new ClaimMatch(path, values);
  }

  /**
   * The claim is present and not empty.
   *
   * @param name the claim
   */
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
