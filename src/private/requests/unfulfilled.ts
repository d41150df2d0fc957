import { ISSUER_KEY, Requirement } from '../model/access';

/** With more rules, a policy is too large for proxies, and soon for the API server. */
export const MOST_WAYS = 256;

/** States that an attribute of a request has one of the values, or none of them. */
export interface Condition {
  readonly key: string;
  readonly values?: string[];
  readonly notValues?: string[];
}

/** One way to miss a requirement: attributes, none of which has one of its values. */
type Way = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * The ways to miss a requirement: in each, one fact of every alternative does not hold. Undefined if there are too many.
 * A token has one issuer. If issuers are distinguished first, the ways to miss their alternatives add up; otherwise they would multiply.
 */
export function unfulfilled(requirement: Requirement): Condition[][] | undefined {
  const most = Math.max(MOST_WAYS, requirement.flat().length);
  const byIssuer = new Map<string, Requirement>();
  const others: Requirement = [];
  for (const facts of requirement) {
    const [issuer, ...claims] = facts;
    if (issuer.key === ISSUER_KEY) byIssuer.set(issuer.values[0], [...byIssuer.get(issuer.values[0]) ?? [], claims]);
    else others.push(facts);
  }
  const start = past(others, [new Map()], most);
  const issuers = [...byIssuer.keys()];
  if (!start || issuers.length === 0) return start?.map(conditions);
  const ways = start.map(way => [{ key: ISSUER_KEY, notValues: issuers }, ...conditions(way)]);
  for (const [issuer, alternatives] of byIssuer) {
    const own = past(alternatives, start, most);
    if (!own || ways.length + own.length > most) return undefined;
    ways.push(...own.map(way => [...(issuers.length > 1 ? [{ key: ISSUER_KEY, values: [issuer] }] : []), ...conditions(way)]));
  }
  return ways;
}

/** The given ways, extended to miss further alternatives. */
function past(alternatives: Requirement, start: Way[], most: number): Way[] | undefined {
  let ways: Way[] | undefined = start;
  for (const facts of alternatives) {
    ways = fewest(ways.flatMap(way => facts.map(({ key, values }) => new Map([...way, [key, new Set([...way.get(key) ?? [], ...values])]]))));
    if (ways.length > most) return undefined;
  }
  return ways;
}

/** Omits ways that another way includes. */
function fewest(ways: Way[]): Way[] {
  const kept: Way[] = [];
  for (const way of [...ways].sort((a, b) => weight(a) - weight(b))) {
    if (!kept.some(other => [...other].every(([key, values]) => [...values].every(value => way.get(key)?.has(value))))) kept.push(way);
  }
  const left = new Set(kept);
  return ways.filter(way => left.has(way));
}

function weight(way: Way): number {
  return [...way.values()].reduce((sum, values) => sum + values.size, 0);
}

function conditions(way: Way): Condition[] {
  return [...way].map(([key, values]) => ({ key, notValues: [...values] }));
}
