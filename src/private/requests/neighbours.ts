import { MatchIndex } from './match-index';
import { Clash, precedence, taken } from './order';
import { answersForLater, hiddenBehind, shown } from './preflights';
import { compare, inRequiredOrder, inOrder, reach, RuleNode, tie } from './rule-graph';
import { AppModel, IngressRouteModel } from '../model/app-model';
import { Match, orEverything } from '../model/match';
import { RoutePart } from '../model/route-part';
import { Rule } from '../model/rule';

/** A route and its neighbours. */
export interface Surroundings {
  readonly neighbours: Neighbours;
  /** The route as its neighbours see it. */
  readonly own: RoutePart;
  /** Its rules that are new to them. */
  readonly added: RuleNode[];
}

const neighboursOf = new WeakMap<AppModel, Map<string, Neighbours>>();

/** A route among the others of its gateway. Earlier results are reused as far as they are still valid. */
export function surroundingsOf(app: AppModel, model: IngressRouteModel): Surroundings {
  const { path, gateway, route } = model;
  const before = stillTrue(app, model);
  const ofHost = (host: string) => app.ingressRoutes.with('host', route.gateway, host);
  if (before?.knows(path, route.rules) && route.hosts.every(host => before.seen.get(host) === ofHost(host))) {
    return { neighbours: before, own: before.part(path), added: [] };
  }
  const beside = new Set(route.hosts.flatMap(ofHost));
  const parts = [...[...beside].filter(other => other.path !== path), model].map(partOf);
  let byGateway = neighboursOf.get(app);
  if (!byGateway) neighboursOf.set(app, byGateway = new Map());
  let neighbours = byGateway.get(gateway);
  if (!neighbours?.isPastOf(parts)) {
    byGateway.set(gateway, neighbours = new Neighbours());
    for (const other of app.ingressRoutes.with('gateway', gateway)) if (other.path !== path && !other.route.opaque) neighbours.put(partOf(other));
  }
  let added: RuleNode[] = [];
  for (const part of parts) added = neighbours.put(part);
  for (const host of route.hosts) neighbours.seen.set(host, ofHost(host));
  neighbours.asked = model;
  return { neighbours, own: neighbours.part(path), added };
}

/** Earlier results, unless the route that they were last asked about has been refused. */
function stillTrue(app: AppModel, model: IngressRouteModel): Neighbours | undefined {
  const { gateway } = model;
  const neighbours = neighboursOf.get(app)?.get(gateway);
  const asked = neighbours?.asked;
  if (asked === undefined || asked === model || app.ingressRoutes.with('path', asked.path)[0] === asked) return neighbours;
  neighboursOf.get(app)!.delete(gateway);
  return undefined;
}

function partOf({ path, route: { hosts, rules, access } }: IngressRouteModel): RoutePart {
  return { id: path, hosts, rules, access };
}

/** Routes with the same hosts. */
interface Group {
  readonly hosts: Set<string>;
  readonly parts: Set<RoutePart>;
  /** The routes with one of the hosts, including itself. */
  readonly near: Set<Group>;
  readonly rules: MatchIndex<RuleNode>;
  /** Rules by the preflights of other rules that they answer. */
  readonly answering: MatchIndex<RuleNode>;
  /** Rules by what their preflights show; created when a rule answers for others. */
  asking?: MatchIndex<RuleNode>;
  hasCors: boolean;
}

interface Member {
  readonly group: Group;
  readonly nodes: RuleNode[];
  /** Whether the order of its rules is known, which matters only beside others. */
  tied: boolean;
}

/**
 * The routes through one gateway by their hosts, and the order of their rules. It is built incrementally: a rule is compared only with those
 * that overlap it, and consequences are searched only around it.
 */
export class Neighbours {
  /** The routes of each host, as of the last lookup. */
  public readonly seen = new Map<string, readonly IngressRouteModel[]>();
  /** The route of the last lookup. It may have been refused since. */
  public asked?: IngressRouteModel;
  private readonly members = new Map<RoutePart, Member>();
  private readonly groups = new Map<string, Group>();
  private readonly groupsByHost = new Map<string, Group[]>();
  private readonly byHost = new Map<string, RoutePart[]>();

  private readonly byId = new Map<string, RoutePart>();

  /** Adds a route, or its new rules. */
  public put({ id, hosts, rules, access }: RoutePart): RuleNode[] {
    const part = this.byId.get(id) ?? { id, hosts, rules: [], access };
    if (!this.byId.has(id)) {
      this.byId.set(id, part);
      this.join(part);
    }
    const from = part.rules.length;
    part.rules.push(...rules.slice(from));
    return this.take(part, from);
  }

  /** Whether a route is known with all of its rules. */
  public knows(id: string, rules: Rule[]): boolean {
    const part = this.byId.get(id);
    return part !== undefined && part.rules.length === rules.length && part.rules.at(-1) === rules.at(-1);
  }

  public part(id: string): RoutePart {
    return this.byId.get(id)!;
  }

  /** Whether earlier results for these routes are still valid, although there may be new routes or rules. The last route is the one in question. */
  public isPastOf(parts: RoutePart[]): boolean {
    const ids = new Set(parts.map(({ id }) => id));
    const own = parts[parts.length - 1];
    return own.hosts.every(host => (this.byHost.get(host) ?? []).every(({ id }) => ids.has(id))) && parts.every(({ id, hosts, rules }) => {
      const before = this.byId.get(id);
      const last = before && before.rules.length - 1;
      return last === undefined
        || (before!.hosts.length === hosts.length && last < rules.length && (last < 0 || before!.rules[last] === rules[last]));
    });
  }

  /** Adds a route that has no rules yet. */
  public join(part: RoutePart): void {
    const group = this.groupFor(part.hosts);
    group.parts.add(part);
    this.members.set(part, { group, nodes: [], tied: false });
    for (const host of part.hosts) {
      const list = this.byHost.get(host);
      if (list) list.push(part);
      else this.byHost.set(host, [part]);
    }
    if (!this.isAlone(part)) for (const { parts } of group.near) for (const one of parts) this.tieWithin(one);
  }

  /** Records the rules of a route, beginning with one of them. */
  public take(part: RoutePart, from: number): RuleNode[] {
    const { group, nodes, tied } = this.members.get(part)!;
    return part.rules.slice(from).map((rule, i) => {
      const node: RuleNode = { part, index: from + i, rule, taken: taken(rule), before: new Set(), after: new Set(), undecided: new Set() };
      nodes.push(node);
      if (tied) for (const other of meeting(node, group.near)) tie(...inOrder(other, node));
      for (const match of node.taken) group.rules.add(match, node);
      for (const match of hiddenBehind(rule)) group.answering.add(match, node);
      if (group.asking) ask(node, group.asking);
      group.hasCors ||= rule.cors !== undefined;
      return node;
    });
  }

  /** The other routes that share a host with a route, in the order of its hosts. */
  public beside(part: RoutePart): RoutePart[] {
    const sorted = (host: string) => [...this.byHost.get(host)!].sort((a, b) => (a.id < b.id ? -1 : 1));
    return [...new Set(part.hosts.flatMap(sorted))].filter(other => other !== part);
  }

  /** The first of those at each host. */
  public firstBeside(part: RoutePart): Set<RoutePart> {
    return new Set(part.hosts.flatMap(host => this.byHost.get(host)!.slice(0, 2).filter(other => other !== part).slice(0, 1)));
  }

  /** Whether a rule of a route, or of one beside it, answers preflights. */
  public answersPreflights(part: RoutePart): boolean {
    return [...this.members.get(part)!.group.near].some(({ hasCors }) => hasCors);
  }

  /** The rules that come before a rule of a route and may match requests of a match. */
  public before(part: RoutePart, index: number, match: Match): Rule[] {
    const { near } = this.members.get(part)!.group;
    const found = new Set([...near].flatMap(group => group.rules.overlapping(match)).map(({ value }) => value));
    const stands = (node: RuleNode) => (node.part === part ? node.index < index : precedence(node.rule, part.rules[index]) === 'first');
    return [...found].filter(stands).map(({ rule }) => rule);
  }

  /** Whether new rules of a route may conflict with those of others. If uncertain, yes. */
  public mayClash(added: RuleNode[]): boolean {
    return added.some(node => this.mayDisturb(node) || this.hasAmbiguousPreflights(node));
  }

  /**
   * The rules of a route, in its order, interleaved with those of other routes that must come before one of them.
   * Istio concatenates the routes of several objects, the oldest object first. To make this order irrelevant,
   * each object also contains what must come before its own rules.
   */
  public arrange(own: RoutePart): Rule[] | Clash {
    const { group, nodes } = this.members.get(own)!;
    const near = (node: RuleNode) => group.near.has(this.groupOf(node.part));
    const undecided = nodes.flatMap(node => [...node.undecided].filter(near).map(other => inOrder(node, other)));
    if (undecided.length > 0) return clash('order', own, ...undecided.sort(([a, b], [c, d]) => compare(a, c) || compare(b, d))[0]);
    const wanted = reach(nodes, node => node.before, near);
    if (wanted.size === nodes.length) return [...own.rules];
    const all = [...wanted].sort(compare);
    const foreign = all.find(({ part }) => !this.hasHosts(part, group.hosts));
    if (foreign) return clash('hosts', own, nodes.find(node => reach([node], n => n.before, near).has(foreign))!, foreign);
    const sorted = inRequiredOrder(all);
    if (sorted.length < all.length) {
      const left = all.filter(node => !sorted.includes(node));
      return clash('circle', own, left.find(node => node.part === own)!, left.find(node => node.part !== own)!);
    }
    return sorted.map(({ rule }) => rule);
  }

  private groupFor(hosts: string[]): Group {
    const key = [...hosts].sort().join(' ');
    const known = this.groups.get(key);
    if (known) return known;
    const group: Group = {
      hosts: new Set(hosts), parts: new Set(), near: new Set(), rules: new MatchIndex(), answering: new MatchIndex(), hasCors: false,
    };
    this.groups.set(key, group);
    for (const host of hosts) {
      const groups = this.groupsByHost.get(host) ?? [];
      this.groupsByHost.set(host, groups);
      groups.push(group);
      for (const other of groups) {
        group.near.add(other);
        other.near.add(group);
      }
    }
    return group;
  }

  private groupOf(part: RoutePart): Group {
    return this.members.get(part)!.group;
  }

  private hasHosts(part: RoutePart, hosts: Set<string>): boolean {
    const own = this.groupOf(part).hosts;
    return own === hosts || [...hosts].every(host => own.has(host));
  }

  private isAlone(part: RoutePart): boolean {
    const { near, parts } = this.groupOf(part);
    return parts.size === 1 && [...near].every(group => group.parts.size === 0 || group.parts === parts);
  }

  private tieWithin(part: RoutePart): void {
    const member = this.members.get(part)!;
    if (member.tied) return;
    member.tied = true;
    for (const node of member.nodes) {
      for (const other of meeting(node, new Set([member.group]))) if (other.part === part && other.index < node.index) tie(other, node);
    }
  }

  private mayDisturb(node: RuleNode): boolean {
    if (node.undecided.size > 0) return true;
    const before = reach([node], n => n.before);
    const behind = reach([...node.after], n => n.after);
    const all = [...before, ...behind];
    if (all.every(({ part }) => part === node.part)) return false;
    return all.some(({ rule }) => rule.action?.kind === 'delegate')
      || [...behind].some(other => before.has(other))
      || [...new Set([node, ...behind].map(({ part }) => this.groupOf(part).hosts))].some(hosts => (
        [...new Set([...before].map(({ part }) => part))].some(part => !this.hasHosts(part, hosts))
      ));
  }

  private hasAmbiguousPreflights(node: RuleNode): boolean {
    const near = [...this.groupOf(node.part).near];
    if (near.every(({ hasCors }) => !hasCors)) return false;
    const others = (matches: Match[], indexOf: (group: Group) => MatchIndex<RuleNode>) => (
      near.flatMap(group => matches.flatMap(match => indexOf(group).overlapping(match))).map(({ value }) => value)
        .filter(({ part }) => part !== node.part)
    );
    return others(orEverything(node.rule.matches).map(shown), group => group.answering).some(({ rule }) => answersForLater(rule, node.rule))
      || others(hiddenBehind(node.rule), group => this.askingOf(group)).some(({ rule }) => answersForLater(node.rule, rule));
  }

  private askingOf(group: Group): MatchIndex<RuleNode> {
    if (group.asking) return group.asking;
    group.asking = new MatchIndex();
    for (const part of group.parts) for (const node of this.members.get(part)!.nodes) ask(node, group.asking);
    return group.asking;
  }
}

function ask(node: RuleNode, index: MatchIndex<RuleNode>): void {
  for (const match of orEverything(node.rule.matches)) index.add(shown(match), node);
}

/** The rules that overlap one, and possibly others. */
function meeting(node: RuleNode, groups: Set<Group>): Set<RuleNode> {
  return new Set([...groups].flatMap(({ rules }) => node.taken.flatMap(match => rules.overlapping(match))).map(({ value }) => value));
}

function clash(why: Clash['why'], own: RoutePart, a: RuleNode, b: RuleNode): Clash {
  const [mine, theirs] = a.part === own ? [a, b] : [b, a];
  return { why, own: mine.index, other: theirs.part, index: theirs.index };
}
