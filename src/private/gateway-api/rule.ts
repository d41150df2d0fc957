import { backend, isOutside, place } from './backend';
import { PORT } from '../model/match';
import { MESH_HEADERS } from '../model/mesh-headers';
import { Action, CorsSpec, Edits, RetriesSpec, Rule } from '../model/rule';
import { StandardCors, StandardPathChange, StandardRule } from '../objects/plans';
import { StandardPart } from '../requests/standard-rules';

/** One rule of an HTTPRoute. What none can say has been refused. */
export function standardRule({ rule, matches }: StandardPart, namespace: string): StandardRule {
  const { action, timeoutMs, retries, rewrite, mirror, cors, requestHeaders, responseHeaders } = rule;
  const to = action!.kind === 'forward' ? action!.to : [];
  const outside = to.find(isOutside);
  return {
    matches,
    requestHeaders: outside ? withoutMeshHeaders(requestHeaders) : requestHeaders,
    responseHeaders,
    rewrite: rewrite || outside ? { hostname: outside ? outside.host : rewrite?.authority, path: pathChange(rewrite?.path) } : undefined,
    redirect: action!.kind === 'redirect' ? redirect(action!) : undefined,
    backends: to.map(target => backend(target, namespace)),
    timeoutMs,
    mirror: mirror && { to: place(mirror.to, namespace), percent: mirror.percent },
    cors: cors && standardCors(cors),
    retry: retries && retry(retries),
  };
}

/** Requests to external hosts must not carry headers of the mesh. */
function withoutMeshHeaders(edits: Edits | undefined): Edits {
  return { ...edits, remove: [...new Set([...edits?.remove ?? [], ...MESH_HEADERS])] };
}

function pathChange(path: NonNullable<Rule['rewrite']>['path']): StandardPathChange | undefined {
  return path && (path.kind === 'prefix' ? { prefix: path.value } : { full: path.value });
}

function redirect({ scheme, authority, uri, port, code }: Extract<Action, { kind: 'redirect' }>): StandardRule['redirect'] {
  const [written] = authority === undefined ? [] : PORT.exec(authority) ?? [];
  return {
    scheme,
    hostname: authority?.replace(PORT, ''),
    path: uri === undefined ? undefined : { full: uri },
    port: port ?? (written === undefined ? undefined : Number(written.slice(1))),
    code,
  };
}

/** The default of the API server, and about that of browsers. */
const CORS_MAX_AGE_MS = 5000;

function standardCors({ allowOrigins, maxAgeMs = CORS_MAX_AGE_MS, ...same }: CorsSpec): StandardCors {
  return { ...same, maxAgeMs, allowOrigins: allowOrigins.map(({ exact }) => exact!) };
}

/** Istio adds conditions for connections that fail; besides these, there are only status codes. */
function retry({ attempts, perTryTimeoutMs, retryOn = [] }: RetriesSpec): StandardRule['retry'] {
  const codes = retryOn.flatMap(condition => (condition === 'gateway-error' ? [502, 503, 504] : /^\d+$/.test(condition) ? [Number(condition)] : []));
  return { attempts, codes: codes.length > 0 ? [...new Set(codes)] : undefined, perTryTimeoutMs };
}
