import { HttpMatch, HttpRoute, TcpRoute, TlsRoute, VirtualServiceSpec } from '../plans';
import { seconds } from './duration';
import { Wire } from './wire';
import type * as imported from '../../../../imports/networking.istio.io';
import { Action, CorsSpec, Edits, Target, WeightedTarget } from '../../model/rule';

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

function httpRoute(route: HttpRoute): Wire<imported.VirtualServiceSpecHttp> {
  const { matches, timeoutMs, retries, rewrite, requestHeaders, responseHeaders, fault, mirror, cors } = route;
  const { route: to, delegate, redirect, directResponse } = httpAction(route.action);
  return {
    match: present(matches.map(httpMatch)),
    route: to,
    delegate,
    redirect,
    directResponse,
    timeout: seconds(timeoutMs),
    retries: retries && { attempts: retries.attempts, perTryTimeout: seconds(retries.perTryTimeoutMs), retryOn: retries.retryOn?.join(',') },
    rewrite: rewrite && {
      authority: rewrite.authority,
      uriRegexRewrite: rewrite.path && { match: rewrite.path.regex, rewrite: rewrite.path.substitution },
    },
    headers: requestHeaders || responseHeaders ? { request: edits(requestHeaders), response: edits(responseHeaders) } : undefined,
    fault: fault && {
      delay: fault.delay && { percentage: { value: fault.delay.percent }, fixedDelay: seconds(fault.delay.ms) },
      abort: fault.abort && { percentage: { value: fault.abort.percent }, httpStatus: fault.abort.status },
    },
    corsPolicy: cors && corsPolicy(cors),
    mirrors: mirror && [{ destination: destination(mirror.to), percentage: { value: mirror.percent } }],
  };
}

function edits(changes: Edits | undefined): Wire<imported.VirtualServiceSpecHttpHeadersRequest> | undefined {
  return changes && { set: changes.set && { ...changes.set }, add: changes.add && { ...changes.add }, remove: changes.remove };
}

function corsPolicy({ maxAgeMs, allowCredentials, ...same }: CorsSpec): Wire<imported.VirtualServiceSpecHttpCorsPolicy> {
  return { ...same, maxAge: seconds(maxAgeMs), allowCredentials: allowCredentials || undefined, unmatchedPreflights: 'IGNORE' };
}

function httpMatch({ port, gateway, ...conditions }: HttpMatch): Wire<imported.VirtualServiceSpecHttpMatch> {
  return { port, gateways: gateway ? [gateway] : undefined, ...conditions };
}

function httpAction(action: Action): Pick<Wire<imported.VirtualServiceSpecHttp>, 'route' | 'delegate' | 'redirect' | 'directResponse'> {
  switch (action.kind) {
    case 'forward': return {
      route: action.to.map(to => ({
        destination: destination(to), weight: to.weight, headers: to.requestHeaders && { request: edits(to.requestHeaders) },
      })),
    };
    case 'delegate': return { delegate: { name: action.name, namespace: action.namespace } };
    case 'redirect': return {
      redirect: { scheme: action.scheme, authority: action.authority, uri: action.uri, port: action.port, redirectCode: action.code },
    };
    case 'respond': return { directResponse: { status: action.status, body: action.body === undefined ? undefined : { string: action.body } } };
  }
}

function tlsRoute({ port, gateway, sniHosts, to }: TlsRoute) {
  return { match: [{ port, gateways: gateway ? [gateway] : undefined, sniHosts }], route: to.map(share) };
}

function tcpRoute({ port, gateway, to }: TcpRoute) {
  return { match: [{ port, gateways: gateway ? [gateway] : undefined }], route: to.map(share) };
}

function share({ weight, ...target }: WeightedTarget) {
  return { destination: destination(target), weight };
}

function destination({ host, port, subset }: Target) {
  return { host, port: { number: port }, subset };
}

function present<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
