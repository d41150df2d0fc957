import { At, matchesAt, ruleRoute } from './http';
import { Action, HttpRoute, Target } from './objects';
import { EgressIntent } from '../intent/egress-route';

/** What proxies of the mesh add to a request, and what is nobody's business outside. */
export const MESH_HEADERS = [
  'x-envoy-attempt-count', 'x-envoy-decorator-operation', 'x-envoy-external-address', 'x-envoy-peer-metadata', 'x-envoy-peer-metadata-id',
  'x-forwarded-client-cert', 'x-forwarded-for', 'x-forwarded-proto', 'x-request-id',
];

/** The HTTP routes by which requests leave the gateway: the rules, then the rest of what is allowed. */
export function leavingRoutes(intent: EgressIntent, at: At, to: Target): HttpRoute[] {
  const forward: Action = { kind: 'forward', to: [to] };
  const mesh = [...MESH_HEADERS.filter(h => !intent.keepHeaders.includes(h)), ...Object.keys(at.headers ?? {})];
  const complete = intent.rules.some(rule => rule.matches.length === 0 || rule.matches === intent.allow);
  // a second route for the same requests is never used, and Istio complains about it
  const leaving = [...intent.rules, ...(complete ? [] : [{ matches: intent.allow ?? [] }])]
    .map(rule => ruleRoute(rule, [at], forward))
    .map(route => (route.action.kind === 'forward' ? withoutHeaders(route, mesh) : route));
  if (!intent.allow) return leaving;
  return [...leaving, { matches: matchesAt([], [at]), action: { kind: 'respond', status: 403, body: `not allowed by the egress route to ${to.host}` } }];
}

/** What the user sets or adds leaves all the same: Envoy removes first. */
function withoutHeaders(route: HttpRoute, mesh: string[]): HttpRoute {
  const edits = route.requestHeaders;
  return { ...route, requestHeaders: { ...edits, remove: [...new Set([...mesh, ...(edits?.remove ?? [])])] } };
}
