import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { preflightsOf } from './preflights';
import { Match, NO_CONDITION, orEverything, PathCondition, trimSlash } from '../model/match';
import { RoutePart } from '../model/route-part';
import { Rule } from '../model/rule';

/** Why two routes cannot stand side by side. */
export interface Clash {
  /** `order`: both rules take some requests, and neither is more specific. `circle`: the order as written contradicts. `hosts`: a rule must stand before one of a host that its route does not have. */
  readonly why: 'order' | 'circle' | 'hosts';
  readonly own: number;
  readonly other: RoutePart;
  readonly index: number;
}

/** Which of two rules of different routes stands before the other, the most specific path first; `either` where no request fits both. */
export function precedence(a: Rule, b: Rule): 'first' | 'second' | 'either' | 'undecided' {
  const verdicts = new Set(taken(a).flatMap(x => taken(b).map(y => matchPrecedence(x, y))));
  verdicts.delete('either');
  return verdicts.size === 0 ? 'either' : verdicts.size === 1 ? [...verdicts][0] : 'undecided';
}

function matchPrecedence(a: Match, b: Match): 'first' | 'second' | 'either' | 'undecided' {
  const joined = intersect(a, b);
  if (joined === 'never') return 'either';
  if (isDeepStrictEqual(a, b)) return 'undecided';
  const path = intersect(pathOnly(a), pathOnly(b));
  if (typeof path === 'string') return 'undecided';
  const [isA, isB] = [isDeepStrictEqual(path.path, a.path), isDeepStrictEqual(path.path, b.path)];
  if (isA !== isB) return isA ? 'first' : 'second';
  return isDeepStrictEqual(joined, a) ? 'first' : isDeepStrictEqual(joined, b) ? 'second' : 'undecided';
}

function pathOnly({ path }: Match): Match {
  return { ...NO_CONDITION, path };
}

/** The requests that a rule takes, in a form in which the same conditions are equal. */
function taken({ matches, cors }: Rule): Match[] {
  const all = [...orEverything(matches), ...(cors ? preflightsOf(matches) : [])];
  return all.map(match => ({ ...match, path: bare(match.path), methods: [...match.methods].sort() }));
}

function bare(path: PathCondition | undefined): PathCondition | undefined {
  if (path?.kind === 'rawPrefix') return path.value === '/' ? undefined : path;
  if (path?.kind !== 'prefix') return path;
  const value = trimSlash(path.value);
  return value === '' ? undefined : { ...path, value };
}

/** Istio puts these behind all others of a host, whatever objects they come from. */
function isCatchAll(rule: Rule): boolean {
  return taken(rule).every(match => isDeepStrictEqual(match, NO_CONDITION));
}

interface Node { readonly part: RoutePart; readonly index: number; readonly rule: Rule; readonly before: Set<Node> }

/**
 * The rules of a route, in its order, and between them those of other routes that must stand before one of them.
 * Istio puts the routes of several objects one behind the other, the older object first; so that this does not matter,
 * each object holds what must stand before its own rules.
 */
export function arrange(own: RoutePart, others: RoutePart[]): Rule[] | Clash {
  const parts = [own, ...others].sort((a, b) => (a.id < b.id ? -1 : 1));
  const nodes = parts.flatMap(part => part.rules.map((rule, index): Node => ({ part, index, rule, before: new Set() })));
  for (const [i, a] of nodes.entries()) {
    for (const b of nodes.slice(i + 1)) {
      const order = a.part === b.part ? (precedence(a.rule, b.rule) === 'either' ? 'either' : 'first') : precedence(a.rule, b.rule);
      if (order === 'undecided' && (a.part === own || b.part === own)) return clash('order', own, a, b);
      const [first, second] = order === 'first' ? [a, b] : order === 'second' ? [b, a] : [];
      if (first && (a.part === b.part || !isCatchAll(second!.rule))) second!.before.add(first);
    }
  }
  const wanted = withAllBefore(nodes.filter(node => node.part === own));
  return inOrder(own, nodes.filter(node => wanted.has(node)));
}

function clash(why: Clash['why'], own: RoutePart, a: Node, b: Node): Clash {
  const [mine, theirs] = a.part === own ? [a, b] : [b, a];
  return { why, own: mine.index, other: theirs.part, index: theirs.index };
}

function withAllBefore(nodes: Node[]): Set<Node> {
  const all = new Set(nodes);
  for (const node of all) for (const before of node.before) all.add(before);
  return all;
}

function inOrder(own: RoutePart, wanted: Node[]): Rule[] | Clash {
  const left = [...wanted];
  const foreign = left.find(node => !own.hosts.every(host => node.part.hosts.includes(host)));
  if (foreign) return clash('hosts', own, left.find(node => node.part === own && withAllBefore([node]).has(foreign))!, foreign);
  const rules: Rule[] = [];
  while (left.length > 0) {
    const next = left.findIndex(node => !left.some(other => node.before.has(other)));
    if (next < 0) return clash('circle', own, left.find(node => node.part === own)!, left.find(node => node.part !== own)!);
    rules.push(...left.splice(next, 1).map(node => node.rule));
  }
  return rules;
}
