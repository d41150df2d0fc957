import { HttpRequest } from './connection';
import type { Ending } from './done';
import { Message, isType, known, notConsidered } from './message';
import { Judged, refusal } from './rbac';
import { fits } from './text';

/** Filters that send no request elsewhere. */
const HARMLESS = ['router', 'grpc_stats', 'grpc_web', 'compressor'].map(name => `envoy.filters.http.${name}`).concat('istio.alpn', 'istio.stats');

/** How one of a proxy's HTTP filters ends a request, if it does. */
export function filtered(
  filter: Message, request: HttpRequest, judged: Judged, { virtualHost, route }: { readonly virtualHost?: Message; readonly route?: Message },
): Ending | undefined {
  const config = filter.typed_config as Message | undefined;
  const here = (name: string): Message | undefined => route?.typed_per_filter_config?.[name] ?? virtualHost?.typed_per_filter_config?.[name];
  if (isType(config, 'RBAC')) {
    if (here(filter.name)) notConsidered(`${filter.name} of a route`);
    const why = refusal(config!, { ...judged, claims: request.claims });
    return why === undefined ? undefined : { flags: 'UAEX', details: why, status: 403 };
  }
  if (isType(config, 'Cors')) return preflight(here(filter.name), request);
  if (isType(config, 'HTTPFault')) return fault(here(filter.name) ?? {});
  if (isType(config, 'JwtAuthentication')) return token(known('JwtAuthentication', config!), request);
  if (!HARMLESS.includes(filter.name)) notConsidered(`HTTP filter ${filter.name}`);
  return undefined;
}

/** Browsers ask before they send; a route with a policy answers them itself. */
function preflight(policy: Message | undefined, { method, headers }: HttpRequest): Ending | undefined {
  if (policy === undefined || method !== 'OPTIONS' || !headers.origin || !headers['access-control-request-method']) return undefined;
  known('CorsPolicy', policy);
  if (policy.allow_origin_string_match?.some((matcher: Message) => fits(matcher, headers.origin))) return { flags: '-', details: 'cors_preflight', status: 200 };
  return policy.forward_not_matching_preflights === false ? { flags: '-', details: 'cors_preflight', status: 200 } : undefined;
}

function fault(config: Message): Ending | undefined {
  const abort = known('HTTPFault', config).abort;
  if (abort === undefined) return undefined;
  const { numerator = 0, denominator = 'HUNDRED' } = abort.percentage ?? {};
  const of = { HUNDRED: 100, TEN_THOUSAND: 1e4, MILLION: 1e6 }[denominator as string];
  if (numerator !== 0 && numerator !== of || abort.http_status === undefined) notConsidered('a fault by chance');
  return numerator === 0 ? undefined : { flags: 'FI', details: 'fault_filter_abort', status: abort.http_status };
}

/** A token is valid if the question says what it claims. */
function token({ providers, rules }: Message, { claims, headers, path }: HttpRequest): Ending | undefined {
  const places = (Object.values(providers) as Message[]).flatMap(({ from_headers: named = [{ name: 'authorization' }], from_params: params = [] }) => [
    ...named.filter(({ name }: Message) => headers[name.toLowerCase()] !== undefined), ...params.filter((name: string) => path.includes(`${name}=`)),
  ]);
  if (places.length > 0 && claims === undefined) notConsidered('a token of which nothing is said');
  const requires = rules?.length === 1 && rules[0].match?.prefix === '/' ? rules[0].requires : notConsidered('rules of jwt_authn');
  const isMet = (requirement: Message): boolean => {
    if (requirement.requires_any) return requirement.requires_any.requirements.some(isMet);
    if (requirement.requires_all) return requirement.requires_all.requirements.every(isMet);
    if (requirement.allow_missing) return claims === undefined;
    if (requirement.provider_name) return claims !== undefined && accepts(providers[requirement.provider_name], claims);
    return notConsidered(`requirement ${Object.keys(requirement)[0]}`);
  };
  return isMet(requires) ? undefined : { flags: '-', details: 'jwt_authn_access_denied', status: 401 };
}

function accepts({ issuer, audiences }: Message, { iss, aud }: Readonly<Record<string, unknown>>): boolean {
  return issuer === iss && (audiences === undefined || [aud].flat().some(one => audiences.includes(one)));
}
