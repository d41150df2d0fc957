/**
 * Changes to headers. Names do not depend on case. The Host header is changed by `rewrite.authority`, and proxies write `content-length` and
 * `transfer-encoding` themselves.
 *
 * Values are Envoy's: `%%` stands for a percent sign, and commands such as `%REQ(x-id)%` or `%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%` for what they
 * name. They have up to 16384 bytes, no control characters and no spaces around them. Error `HeaderInvalid`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers-HeaderOperations
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
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
