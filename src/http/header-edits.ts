/**
 * Changes to headers. Names do not depend on case. The Host header is changed by `rewrite.authority`. Error `HeaderInvalid`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers-HeaderOperations
 */
export interface HeaderEdits {
  /**
   * Headers to set, replacing those that are there.
   *
   * @default - none
   */
  readonly set?: { [name: string]: string };

  /**
   * Headers to add to those that are there.
   *
   * @default - none
   */
  readonly add?: { [name: string]: string };

  /**
   * Headers to remove.
   *
   * @default - none
   */
  readonly remove?: string[];
}
