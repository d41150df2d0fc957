import { RouteMatch } from '../../http/route-match';
import { Access } from '../../ingress/access';
import { Refusal, Refuse } from '../basics/errors';
import { AccessIntent } from '../model/access';
import { ListenedHost } from '../model/listener';
import { inPolicy } from '../requests/sayable';

interface Guarded {
  readonly hosts: string[];
  /** The listeners that serve the route. */
  readonly served: ListenedHost[];
  readonly access?: Access[];
  readonly deny?: RouteMatch[];
  readonly checked: AccessIntent;
}

interface Served {
  readonly hosts: string[];
  readonly listeners: ListenedHost[];
}

/** What of `access` and `deny` needs rules that answer, which HTTPRoutes have not. Policies do the rest. */
export function checkStandardAccess({ hosts, served, access = [], deny = [], checked }: Guarded, refuse: Refuse): void {
  access.forEach(({ _spec: { kind, values } }, i) => {
    if (kind === 'mtls') checkNames(values!, `access[${i}]`, refuse);
  });
  checked.deny.forEach((match, i) => {
    const { path } = deny[i];
    if (path) {
      refuse({ code: 'GatewayApiUnsupported', prop: `deny[${i}].path`, got: checked.deny[i].path!.value, allowed: 'methods and headers: policies compare paths letter by letter, so that other spellings would get in, and no rule of an HTTPRoute answers 403', fix: 'list the paths that are allowed in `rules`: what no rule matches gets 404' });
    }
    if (!inPolicy(match) || match.authority) {
      refuse({ code: 'GatewayApiUnsupported', prop: `deny[${i}]`, got: 'set', allowed: 'methods, and headers that are present, absent, exact or by prefix: policies have no other conditions', fix: 'deny it in the Service, or list what is allowed in `rules`: what no rule matches gets 404' });
    }
  });
  if (hosts.includes('*') && checked.subjectAltNames.length + checked.deny.length > 0) {
    refuse({ code: 'GatewayApiUnsupported', prop: 'hosts', got: '*', allowed: 'names and wildcards such as *.example.com, together with `deny` or Access.mtls: their policy would also apply to other routes through the same pods', fix: 'list the hosts' });
  }
  const wildcard = hosts.find(isWide);
  if (wildcard !== undefined && isPoliced(checked)) checkListeners(wildcard, { hosts, served, access }, refuse);
}

/** Where a wildcard is a listener of its own, the server name tells its requests. Elsewhere the Host header does, where no policy can leave both ends open. */
function checkListeners(wildcard: string, { hosts, served, access = [] }: Pick<Guarded, 'hosts' | 'served' | 'access'>, refuse: Refuse): void {
  const wide = served.find(({ host, protocol }) => protocol !== 'HTTPS' || (host.startsWith('*') && !(isWide(host) && hosts.includes(host))));
  if (!wide) return;
  refuse({ code: 'GatewayApiUnsupported', prop: access.length > 0 ? 'access' : 'deny', got: `set, for ${wildcard} by the listener for ${wide.host} at port ${wide.port}`, allowed: 'wildcards that are the host of an HTTPS listener, and full host names: elsewhere a policy for a wildcard could be walked around with a port in the Host header', fix: `listen for ${wildcard} with IngressListener.https, without serving clear text, or list the hosts` });
}

/** Whether policies decide about requests of the route. */
export function isPoliced({ requirements, subjectAltNames, deny, provider }: AccessIntent): boolean {
  return requirements.length + subjectAltNames.length + deny.length > 0 || provider !== undefined;
}

function isWide(host: string): boolean {
  return host.startsWith('*.');
}

/** A policy for all of a listener cannot except the hosts of a wildcard that another route serves there, under any port in the Host header. */
export function wildcardsWithin({ hosts, listeners }: Served, others: { readonly path: string; readonly route: Served }[]): Refusal[] {
  const whole = listeners.filter(({ host }) => isWide(host) && hosts.includes(host));
  return others.filter(({ route }) => route.listeners.some(one => whole.includes(one))).flatMap(({ path, route }) => (
    route.hosts.filter(host => isWide(host) && !hosts.includes(host)).map(host => ({
      code: 'GatewayApiUnsupported' as const, prop: 'hosts', got: hosts, allowed: `no wildcard with \`access\` or \`deny\` above ${host}, which ${path} serves by the same listener`, fix: `give ${host} a listener of its own`,
    }))
  )).slice(0, 1);
}

/** Policies know names of clients that are SPIFFE IDs, and read a `*` at the end as a wildcard. */
function checkNames(names: string[], prop: string, refuse: Refuse): void {
  const i = names.findIndex(name => !/^spiffe:\/\/[^*].*[^*]$/.test(name));
  if (i < 0) return;
  refuse({ code: 'GatewayApiUnsupported', prop: `${prop}[${i}]`, got: names[i], allowed: 'URIs that begin with spiffe://, without `*` at either end: policies know no other names in certificates', fix: 'let the Service check `x-forwarded-client-cert`, or trust only an authority that signs for these clients, with ClientCertificates.required' });
}
