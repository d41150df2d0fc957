import { IExternalService } from './i-external-service';

/** How a forward proxy is asked to carry a connection. */
export enum TunnelProtocol {
  /** HTTP CONNECT, which every forward proxy supports. */
  CONNECT = 'CONNECT',

  /** HTTP POST: the request and response bodies carry the connection. For proxies that expect it. */
  POST = 'POST',
}

/**
 * A forward proxy outside the mesh, such as a corporate proxy, that connects to the external hosts.
 *
 * Istio tunnels only connections through it: the application's own TLS (`ExternalPort.https`, `tls`) and TCP. It cannot tunnel requests that the mesh
 * reads or TLS that the gateway originates, so HTTP ports and the `tls` option of TCP ports are refused. Error `ConnectProxyUnsuited`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-TunnelSettings
 */
export interface ConnectProxy {
  /**
   * The proxy: a service with one host and a port made with `ExternalPort.tcp`. If the proxy itself expects TLS, set `tls` of that port. The
   * service's `connectionPool`, `outlierDetection` and `loadBalancer` apply to the connections to the proxy. Error `ConnectProxyInvalid`.
   */
  readonly service: IExternalService;

  /**
   * The port of the proxy, as numbered in its service. Error `ConnectProxyInvalid`.
   *
   * @default - its only port
   */
  readonly port?: number;

  /**
   * How connections are carried.
   *
   * @default TunnelProtocol.CONNECT
   */
  readonly protocol?: TunnelProtocol;
}
