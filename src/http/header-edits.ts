/**
 * Changes to headers. Names are case-insensitive. To change the Host header, use `rewrite.authority`; proxies set `content-length` and
 * `transfer-encoding` themselves.
 *
 * Values use Envoy's format: write a percent sign as `%%`; command operators such as `%REQ(x-id)%` or `%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%` are
 * replaced. Values have at most 16384 bytes, no control characters, and no leading or trailing spaces. Error `HeaderInvalid`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/virtual-service/#Headers-HeaderOperations
 * @see https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#command-operators
 */
export interface HeaderEdits {
  /**
   * Headers to set; existing values are replaced.
   *
   * @default - none
   */
  readonly set?: { [name: string]: string };

  /**
   * Headers to add; existing values are kept.
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
