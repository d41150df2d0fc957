import { valueClass } from '../private/basics/value-class';

/**
 * The hosts to which `access` of an `IngressRoute` applies, if its own hosts do not make that clear.
 *
 * @example
 * new IngressRoute(chart, 'office', {
 *   gateway: ingress,
 *   hosts: ['*'],
 *   access: [Access.ipBlocks(['192.0.2.0/24'])],
 *   accessScope: AccessScope.everyHost('this gateway serves only the office'),
 *   rules: [{ action: RouteAction.forward(Destination.service('web', { port: 80 })) }],
 * });
 */
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
