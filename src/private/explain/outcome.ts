import { Asking } from './asking';
import { Ending, NearMiss, SentRequest, ShareOf } from './explanation';
import { regexReplace } from '../basics/re2';
import { Match, orEverything, PathCondition, PORT, trimSlash } from '../model/match';
import { Action, Rule, WeightedTarget } from '../model/rule';
import { ConcreteRequest, Mismatch, mismatches, splitPath } from '../requests/concrete';

/** The place of a rule. */
export interface RulePlace {
  readonly construct: string;
  readonly rule: string;
  /** The proxy that follows it. */
  readonly at: string;
}

/** Whether one of these matches takes a request; with what the nearest one lacks. No match at all means every request. */
export function taken(matches: Match[], request: ConcreteRequest): { readonly takes: boolean; readonly lacks: Mismatch[] } {
  const lacking = orEverything(matches).map(match => mismatches(match, request)).sort((a, b) => a.length - b.length);
  return { takes: lacking[0].length === 0, lacks: lacking[0] };
}

/** Tells of a rule that only one condition kept from taking the request. */
export function nearMiss({ construct, rule }: Omit<RulePlace, 'at'>, lacks: Mismatch[]): NearMiss[] {
  return lacks.length === 1 ? [{ construct, rule, ...lacks[0] }] : [];
}

/**
 * What a rule makes of a request that it takes.
 *
 * @param sendTo what becomes of requests to its destinations
 */
export function outcomeOf(
  ask: Asking, rule: Rule, request: ConcreteRequest, place: RulePlace, otherwise: WeightedTarget[] | undefined, removed: string[],
  sendTo: (targets: WeightedTarget[], sent: SentRequest) => Ending,
): Ending {
  const { fault, mirror } = rule;
  const because = `${place.rule} of ${place.construct}`;
  if (fault?.abort && fault.abort.percent > 0) {
    const { percent, status } = fault.abort;
    if (percent === 100) return { kind: 'answered', status, at: place.at, because: `${because} aborts every request` };
    ask.conditions.push({ that: `the request is not among the ${percent} % that ${because} aborts`, otherwise: `the client gets ${status}`, status });
  }
  const action: Action = rule.action ?? { kind: 'forward', to: otherwise! };
  switch (action.kind) {
    case 'respond': return { kind: 'answered', status: action.status, at: place.at, because: `${because} responds`, body: action.body };
    case 'redirect': return { kind: 'answered', status: action.code, at: place.at, because: `${because} redirects`, location: locationOf(action, request) };
    case 'delegate': throw new Error('rules that delegate are followed where delegates are known');
    case 'forward':
      if (rule.timeoutMs) ask.conditions.push({ that: `the answer comes within ${rule.timeoutMs} ms, the timeout of ${because}`, otherwise: 'the client gets 504', status: 504 });
      return sendTo(action.to, {
        path: rewrittenPath(rule, request.path),
        authority: rule.rewrite?.authority ?? request.authority,
        removed: [...new Set([...removed, ...rule.requestHeaders?.remove ?? []])],
        set: { ...rule.requestHeaders?.add, ...rule.requestHeaders?.set },
        mirrored: mirror ? [{ ...shareOf(mirror.to, mirror.percent) }] : [],
      });
  }
}

export function shareOf({ host, port, subset }: WeightedTarget, percent: number): ShareOf {
  return { host, port, ...subset !== undefined && { subset }, percent };
}

/** Destinations with their shares; those without one get nothing. */
export function withShares(targets: WeightedTarget[]): { readonly target: WeightedTarget; readonly percent: number }[] {
  if (targets.length === 1) return [{ target: targets[0], percent: 100 }];
  const all = targets.reduce((sum, { weight = 0 }) => sum + weight, 0);
  return targets.filter(({ weight = 0 }) => weight > 0).map(target => ({ target, percent: Math.round(target.weight! / all * 10000) / 100 }));
}

/** As Envoy writes it: the port of the client stays, unless it was that of the scheme before. */
function locationOf(action: Extract<Action, { kind: 'redirect' }>, request: ConcreteRequest): string {
  const scheme = action.scheme ?? request.scheme;
  const own = () => {
    const leftOver = action.scheme !== undefined && action.scheme !== request.scheme && request.authority.endsWith(request.scheme === 'http' ? ':80' : ':443');
    return leftOver || action.port !== undefined ? request.authority.replace(PORT, '') : request.authority;
  };
  const host = action.authority ?? own();
  const [path, query] = splitPath(request.path);
  const target = action.uri === undefined ? path : action.uri;
  const rest = query === '' || target.includes('?') ? '' : `?${query}`;
  return `${scheme}://${host}${action.port === undefined ? '' : `:${action.port}`}${target}${rest}`;
}

function rewrittenPath({ rewrite }: Rule, written: string): string {
  const [path, query] = splitPath(written);
  const rest = query === '' ? '' : `?${query}`;
  if (!rewrite?.path) return written;
  const { kind, value, regex, prefixes = [] } = rewrite.path;
  switch (kind) {
    case 'full': return value + rest;
    case 'regex': return regexReplace(regex!, path, value) + rest;
    case 'prefix': return withPrefix(path, value, prefixes) + rest;
  }
}

/** Slashes are neither doubled nor lost. */
function withPrefix(path: string, value: string, prefixes: PathCondition[]): string {
  const under = ({ value: prefix, ignoreCase }: PathCondition) => (ignoreCase ? path.toLowerCase() : path).startsWith(prefix);
  const segments = prefixes.filter(({ kind, value: prefix }) => kind === 'prefix' || prefix.endsWith('/')).map(one => ({ ...one, value: trimSlash(one.value) }));
  const longest = (some: PathCondition[]) => [...some].sort((a, b) => b.value.length - a.value.length)[0];
  const whole = longest(segments.filter(one => under(one) && [undefined, '/'].includes(path[one.value.length])));
  const found = whole ?? longest(prefixes.filter(one => !segments.some(({ value: known }) => known === trimSlash(one.value)) && under(one)));
  if (!found) return path;
  const rest = path.slice(found.value.length);
  return value + (value.endsWith('/') ? rest.replace(/^\//, '') : rest);
}
