import { valueClass } from '../private/basics/value-class';

/** For which hosts `access` of an `IngressRoute` is asked, where that is not plain from its hosts. */
export class AccessScope {
  /**
   * For every host, of a route for host `*`: also for hosts that other apps serve through the same pods. Those of other routes of this app are left
   * out.
   *
   * @param reason why no route of others is harmed; it is kept as an annotation of the policies. Error `ReasonMissing`.
   */
  public static everyHost(reason: string): AccessScope {
    return new AccessScope(reason);
  }

  private constructor(
    /** Why it is for every host. */
    public readonly reason: string,
  ) {}
}

valueClass(AccessScope, 'AccessScope');
