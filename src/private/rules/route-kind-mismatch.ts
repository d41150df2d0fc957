import { Rule } from './rule';
import { RouteKind, Server } from '../manifests/gateway';
import { bindingsOf } from '../manifests/legs';
import { MESH, Route, isBoundTo } from '../manifests/virtual-service';

const TAKES: Record<RouteKind, string> = { http: 'HTTP, so `http` routes', tls: 'TLS that it passes on, so `tls` routes', tcp: 'connections that it does not read, so `tcp` routes' };

export const ROUTE_KIND_MISMATCH: Rule = {
  code: 'RouteKindMismatch',
  cause: 'The servers that have the host take another kind of routes: HTTP and terminated HTTPS take `http`, PASSTHROUGH takes `tls`, TCP and terminated TLS take `tcp`.',
  effect: 'The routes are ignored: 404 `NR`, or a closed connection.',
  fix: 'Move the routes under the field that the server takes, or change the protocol or TLS mode of the server.',
  * find(set) {
    for (const { service, servers, routes, ref } of bindingsOf(set)) {
      if (servers.length === 0) continue;
      const isForSidecarsToo = isBoundTo(MESH, service);
      for (const kind of ['http', 'tls', 'tcp'] as const) {
        // what names no gateway may be meant for sidecars
        const names = (route: Route) => route.matches.some(({ gateways }) => gateways.some(({ id }) => id === ref.id));
        const meant = routes.filter(route => route.kind === kind && (!isForSidecarsToo || names(route)));
        if (meant.length === 0 || servers.some(server => isTaken(kind, server))) continue;
        const [server] = servers;
        yield {
          object: service.object,
          field: meant[0].field,
          message: `${ref.id} has the host at port ${server.port} as ${server.protocol}${server.tlsMode ? ` with TLS mode ${server.tlsMode}` : ''}, that is ${TAKES[server.takes]}`,
        };
      }
    }
  },
};

/** A server that passes TLS on also takes `tcp` routes. */
function isTaken(kind: RouteKind, { takes }: Server): boolean {
  return kind === takes || (kind === 'tcp' && takes === 'tls');
}
