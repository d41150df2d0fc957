import { WayIn } from './ways-in';
import { WayOut } from './ways-out';
import { EVERY_NAMESPACE } from '../basics/names';
import { AppModel } from '../model/app-model';
import { CallerIdentity } from '../model/egress-route';
import { Match } from '../model/match';

/** A request by way of an example, as a person would try it. */
export interface Sample {
  /** Undefined for a client outside of the mesh. */
  readonly caller?: { readonly namespace: string; readonly serviceAccount: string };
  /** For such a client, `namespace/name` of the Gateway. */
  readonly gateway?: string;
  /** Empty for a connection that carries no request. */
  readonly method: string;
  readonly url: string;
  readonly headers: { readonly [name: string]: string };
}

/** A sample for each way: the first request of the first caller that a route lists. */
export function sampler(app: AppModel): (way: WayOut | WayIn) => Sample | undefined {
  const routes = [...app.egressRoutes.all(), ...app.waypointRoutes.all(), ...app.directRoutes.all()];
  const grants = new Map(routes.map(({ path, route }) => [path, route.grants]));
  const rules = new Map(app.ingressRoutes.all().map(({ path, route }) => [path, route.rules]));
  return way => {
    if (!('callers' in way)) {
      const { gateway: { namespace, name }, declaredBy = '' } = way;
      return { gateway: `${namespace}/${name}`, ...requestTo(way, rules.get(declaredBy)?.[0]?.matches[0]) };
    }
    const [caller] = way.callers;
    if (way.role !== 'HOST' || !caller) return undefined;
    const { namespace, serviceAccount = 'default' } = caller;
    const isMeant = (one: CallerIdentity) => one.namespace === namespace && one.serviceAccount === caller.serviceAccount;
    const grant = grants.get(way.declaredBy)?.find(({ callers }) => callers.length === 0 || callers.some(isMeant));
    return { caller: { namespace: namespace === EVERY_NAMESPACE ? 'default' : namespace, serviceAccount }, ...requestTo(way, grant?.allow[0]) };
  };
}

function requestTo({ host, port, protocol }: Pick<WayOut | WayIn, 'host' | 'port' | 'protocol'>, match: Match | undefined): Sample {
  const name = host.replace(/^\*$/, 'www.example.com').replace(/^\*/, 'www');
  if (protocol === 'TCP') return { method: '', url: `tcp://${name}:${port}`, headers: {} };
  const scheme = protocol === 'HTTPS' || protocol === 'TLS' ? 'https' : 'http';
  const usual = port === (scheme === 'https' ? 443 : 80) ? '' : `:${port}`;
  const path = match?.path && match.path.kind !== 'regex' ? match.path.value : '/';
  const headers = (match?.headers ?? []).flatMap(({ name: header, kind, value }) => (
    kind === 'exact' || kind === 'prefix' ? [[header, value!] as const] : kind === 'present' ? [[header, 'x'] as const] : []
  ));
  return { method: match?.methods[0] ?? 'GET', url: `${scheme}://${name}${usual}${path}`, headers: Object.fromEntries(headers) };
}
