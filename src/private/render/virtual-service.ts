import { VirtualServiceSpecHttp, VirtualServiceSpecHttpMatch, toJson_VirtualServiceSpec } from '../../../imports/networking.istio.io';
import { Action, HttpMatch, HttpRoute, Target, TcpRoute, TlsRoute, VirtualServiceSpec } from '../plan/objects';

export function virtualServiceSpec({ hosts, gateways, exportTo, http, tls, tcp }: VirtualServiceSpec): object {
  return toJson_VirtualServiceSpec({
    hosts,
    gateways,
    exportTo,
    http: present(http.map(httpRoute)),
    tls: present(tls.map(tlsRoute)),
    tcp: present(tcp.map(tcpRoute)),
  })!;
}

function httpRoute({ matches, action, timeoutMs, retries, removeRequestHeaders }: HttpRoute): VirtualServiceSpecHttp {
  return {
    match: matches.map(httpMatch),
    ...httpAction(action),
    timeout: timeoutMs === undefined ? undefined : `${timeoutMs / 1000}s`,
    retries: retries === undefined ? undefined : { attempts: retries },
    headers: removeRequestHeaders && { request: { remove: [...removeRequestHeaders] } },
  };
}

function httpMatch({ port, gateway, ...conditions }: HttpMatch): VirtualServiceSpecHttpMatch {
  return { port, gateways: gateway ? [gateway] : undefined, ...conditions };
}

function httpAction(action: Action): Partial<VirtualServiceSpecHttp> {
  switch (action.kind) {
    case 'forward': return { route: action.to.map(to => ({ destination: destination(to), weight: to.weight })) };
    case 'redirect': return {
      redirect: { scheme: action.scheme, authority: action.authority, uri: action.uri, port: action.port, redirectCode: action.code },
    };
    case 'respond': return { directResponse: { status: action.status, body: action.body === undefined ? undefined : { string: action.body } } };
  }
}

function tlsRoute({ port, gateway, sniHosts, to }: TlsRoute) {
  return { match: [{ port, gateways: gateway ? [gateway] : undefined, sniHosts }], route: [{ destination: destination(to) }] };
}

function tcpRoute({ port, gateway, to }: TcpRoute) {
  return { match: [{ port, gateways: gateway ? [gateway] : undefined }], route: [{ destination: destination(to) }] };
}

function destination({ host, port }: Target) {
  return { host, port: { number: port } };
}

function present<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
