import { IExternalService } from './i-external-service';

/** How a connection is carried in a request to a forward proxy. */
export enum TunnelProtocol {
  /** HTTP CONNECT, which every forward proxy knows. */
  CONNECT = 'CONNECT',

  /** HTTP POST, whose two bodies are the connection: for proxies that expect it. */
  POST = 'POST',
}

/**
 * A forward proxy outside the mesh, such as a company's, which connects to the external hosts.
 *
 * Istio carries connections through it: TLS of the application's own (`ExternalPort.https`, `tls`) and TCP. It does not carry requests that
 * the mesh reads, nor TLS that begins at the gateway: HTTP ports, and `tls` of TCP ports, are refused. Error `ConnectProxyUnsuited`.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/destination-rule/#TrafficPolicy-TunnelSettings
 */
export interface ConnectProxy {
  /**
   * The proxy: a service of one host with a port of `ExternalPort.tcp`; where TLS is spoken to the proxy, `tls` of that port says how.
   * Its `connectionPool`, `outlierDetection` and `loadBalancer` hold for the connections to the proxy. Error `ConnectProxyInvalid`.
   */
  readonly service: IExternalService;

  /**
   * The port of the proxy, by the number that its service calls it. Error `ConnectProxyInvalid`.
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
