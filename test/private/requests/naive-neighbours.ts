import { isDeepStrictEqual } from 'node:util';
import { Match, orEverything } from '../../../src/private/model/match';
import { RoutePart } from '../../../src/private/model/route-part';
import { Rule } from '../../../src/private/model/rule';
import { intersect } from '../../../src/private/requests/intersect';
import { Clash, isCatchAll, precedence, taken } from '../../../src/private/requests/order';
import { answersForLater } from '../../../src/private/requests/preflights';

// What the indices answer, found by comparing all pairs.

interface Node { readonly part: RoutePart; readonly index: number; readonly rule: Rule; readonly before: Set<Node> }

const meet = (a: RoutePart, b: RoutePart) => a.hosts.some(host => b.hosts.includes(host));

export function besideOf(own: RoutePart, parts: RoutePart[]): RoutePart[] {
  const sorted = [...parts].sort((a, b) => (a.id < b.id ? -1 : 1));
  return [...new Set(own.hosts.flatMap(host => sorted.filter(part => part.hosts.includes(host))))].filter(part => part !== own);
}

export function arrange(own: RoutePart, others: RoutePart[]): Rule[] | Clash {
  const parts = [own, ...others].sort((a, b) => (a.id < b.id ? -1 : 1));
  const nodes = parts.flatMap(part => part.rules.map((rule, index): Node => ({ part, index, rule, before: new Set() })));
  for (const [i, a] of nodes.entries()) {
    for (const b of nodes.slice(i + 1)) {
      if (!meet(a.part, b.part)) continue;
      const order = a.part === b.part ? (precedence(a.rule, b.rule) === 'either' ? 'either' : 'first') : precedence(a.rule, b.rule);
      if (order === 'undecided' && (a.part === own || b.part === own)) return clash('order', own, a, b);
      const [first, second] = order === 'first' ? [a, b] : order === 'second' ? [b, a] : [];
      if (first && (a.part === b.part || !isCatchAll(taken(second!.rule)))) second!.before.add(first);
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

/** What is said of a route beside others: the first thing that does not fit. */
export function verdictOn(own: RoutePart, parts: RoutePart[]): string {
  const others = besideOf(own, parts);
  if (others.some(other => !isDeepStrictEqual(other.access, own.access))) return 'access';
  const arranged = arrange(own, others);
  if (!Array.isArray(arranged)) return told(arranged);
  const handsOver = (rules: Rule[], part: RoutePart) => rules.some(rule => rule.action?.kind === 'delegate' && !part.rules.includes(rule));
  for (const other of others) {
    const theirs = arrange(other, besideOf(other, parts));
    if (!Array.isArray(theirs) && theirs.other === own) return told({ ...theirs, own: theirs.index, other, index: theirs.own });
    if (handsOver(arranged, own) || Array.isArray(theirs) && handsOver(theirs, other)) return `hands over ${other.id}`;
    const ambiguous = own.rules.flatMap((rule, i) => {
      const j = other.rules.findIndex(r => answersForLater(r, rule) || answersForLater(rule, r));
      return j < 0 ? [] : [`preflights ${i} ${j} of ${other.id}`];
    });
    if (ambiguous.length > 0) return ambiguous[0];
  }
  return 'fine';
}

function told({ why, own, other, index }: Clash): string {
  return `${why} ${own} ${index} of ${other.id}`;
}

export function takesAll(earlier: Rule[], match: Match): boolean {
  return earlier.flatMap(e => orEverything(e.matches)).some(wide => isDeepStrictEqual(intersect(match, wide), match));
}
