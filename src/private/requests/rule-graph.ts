import { isCatchAll, precedenceOf } from './order';
import { Match } from '../model/match';
import { RoutePart } from '../model/route-part';
import { Rule } from '../model/rule';

/* The rules of several routes as a graph: which of them must come before which. */

/** A rule of a route, and its relations to others. */
export interface RuleNode {
  readonly part: RoutePart;
  readonly index: number;
  readonly rule: Rule;
  readonly taken: Match[];
  readonly before: Set<RuleNode>;
  readonly after: Set<RuleNode>;
  /** Rules of other routes that overlap this one, if neither is more specific. */
  readonly undecided: Set<RuleNode>;
}

/** The order of rules if nothing else decides: that of the ids of their routes. */
export function compare(a: RuleNode, b: RuleNode): number {
  return a.part === b.part ? a.index - b.index : a.part.id < b.part.id ? -1 : 1;
}

export function inOrder(a: RuleNode, b: RuleNode): [RuleNode, RuleNode] {
  return compare(a, b) < 0 ? [a, b] : [b, a];
}

/** Records which of two rules must come before the other, if any. */
export function tie(a: RuleNode, b: RuleNode): void {
  const order = precedenceOf(a.taken, b.taken);
  if (order === 'either') return;
  if (a.part !== b.part && order === 'undecided') {
    a.undecided.add(b);
    b.undecided.add(a);
    return;
  }
  const [first, second] = a.part === b.part || order === 'first' ? [a, b] : [b, a];
  if (a.part !== b.part && isCatchAll(second.taken)) return;
  first.after.add(second);
  second.before.add(first);
}

/** Nodes, and everything that can be reached from them. */
export function reach(from: RuleNode[], next: (node: RuleNode) => Set<RuleNode>, wanted: (node: RuleNode) => boolean = () => true): Set<RuleNode> {
  const all = new Set(from);
  for (const node of all) for (const other of next(node)) if (wanted(other)) all.add(other);
  return all;
}

/** The rules in an order in which each follows those that must come before it; rules in a cycle are left out. */
export function inRequiredOrder(nodes: RuleNode[]): RuleNode[] {
  const rank = new Map(nodes.map((node, i) => [node, i]));
  const waits = new Map(nodes.map(node => [node, [...node.before].filter(other => rank.has(other)).length]));
  // reversed, because rules are taken from the end
  const ready = nodes.filter(node => waits.get(node) === 0).reverse();
  const sorted: RuleNode[] = [];
  for (let node = ready.pop(); node; node = ready.pop()) {
    sorted.push(node);
    for (const later of node.after) {
      if (!rank.has(later)) continue;
      waits.set(later, waits.get(later)! - 1);
      if (waits.get(later) === 0) insert(later, ready, rank);
    }
  }
  return sorted;
}

function insert(node: RuleNode, ready: RuleNode[], rank: Map<RuleNode, number>): void {
  let [low, high] = [0, ready.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (rank.get(ready[middle])! > rank.get(node)!) low = middle + 1;
    else high = middle;
  }
  ready.splice(low, 0, node);
}
