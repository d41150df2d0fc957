import { Wire } from './wire';
import type * as imported from '../../../imports/networking.istio.io';
import { Action, HttpMatch, HttpRoute, Target, TcpRoute, TlsRoute, VirtualServiceSpec } from '../plan/objects';

export function virtualServiceSpec({ hosts, gateways, exportTo, http, tls, tcp }: VirtualServiceSpec): object {
  return {
    hosts,
    gateways,
    exportTo,
    http: present(http.map(httpRoute)),
    tls: present(tls.map(tlsRoute)),
    tcp: present(tcp.map(tcpRoute)),
  } satisfies Wire<imported.VirtualServiceSpec>;
}

function httpRoute({ matches, action, timeoutMs, retries, removeRequestHeaders }: HttpRoute): Wire<imported.VirtualServiceSpecHttp> {
  return {
    match: matches.map(httpMatch),
    ...httpAction(action),
    timeout: timeoutMs === undefined ? undefined : `${timeoutMs / 1000}s`,
    retries: retries === undefined ? undefined : { attempts: retries },
    headers: removeRequestHeaders && { request: { remove: [...removeRequestHeaders] } },
  };
}

function httpMatch({ port, gateway, ...conditions }: HttpMatch): Wire<imported.VirtualServiceSpecHttpMatch> {
  return { port, gateways: gateway ? [gateway] : undefined, ...conditions };
}

function httpAction(action: Action): Wire<imported.VirtualServiceSpecHttp> {
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
