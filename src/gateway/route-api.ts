/** The API in which the routes of an ingress gateway are written. */
export enum RouteApi {
  /** Istio's own: a Gateway with servers, and VirtualServices. */
  ISTIO = 'ISTIO',
  /** The Gateway API of Kubernetes: a Gateway with listeners, HTTPRoutes, TLSRoutes and TCPRoutes. */
  GATEWAY_API = 'GATEWAY_API',
}
