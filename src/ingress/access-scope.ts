import { valueClass } from '../private/basics/value-class';

/** The hosts to which `access` of an `IngressRoute` applies, if its own hosts do not make that clear. */
export class AccessScope {
  /**
   * Every host, for a route with host `*`. This includes hosts that other apps serve through the same pods, but not the hosts of other routes in this
   * app.
   *
   * @param reason why this does not break routes of others; kept as an annotation on the policies. Error `ReasonMissing`.
   */
  public static everyHost(reason: string): AccessScope {
    return new AccessScope(reason);
  }

  private constructor(
    /** Why it applies to every host. */
    public readonly reason: string,
  ) {}
}

valueClass(AccessScope, 'AccessScope');
