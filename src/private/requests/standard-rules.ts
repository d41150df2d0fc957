import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { MatchIndex } from './match-index';
import { taken } from './order';
import { ROUTE_LIMITS, StandardMatch, standardExpression, standardMatches, standardOrder } from './standard-match';
import { Match } from '../model/match';
import { Rule } from '../model/rule';

/** A match of a rule, and how the Gateway API says it. */
export interface StandardForm {
  readonly match: Match;
  readonly standard: StandardMatch[];
}

/**
 * The rules of a route in the forms of the Gateway API, where the most specific match decides. Regular expressions come after literal paths there,
 * and long ones before short ones: a path behind an expression that can match the same request becomes an expression too, and thus stays behind.
 */
export function standardForms(rules: Rule[]): StandardForm[][] {
  const expressions = new MatchIndex<Match>();
  return rules.map(rule => taken(rule).map(match => {
    const behind = needsPrefix(rule) || match.path?.kind === 'regex' ? false : expressions.overlapping(match).some(({ value }) => mayMeet(value, match));
    const standard = standardMatches(match, behind ? standardExpression(match.path) : undefined);
    if (standard[0].path.kind === 'RegularExpression') expressions.add(match, match);
    return { match, standard };
  }));
}

/** Whether the rule replaces the prefix that it matches, which the Gateway API allows for a literal one only. */
function needsPrefix({ rewrite }: Rule): boolean {
  return rewrite?.path?.kind === 'prefix';
}

/** Whether a request may fit both. */
export function mayMeet(a: Match, b: Match): boolean {
  return intersect(a, b) !== 'never' && !startsDiffer(a, b);
}

/** Whether two paths, one of them an expression, begin differently. */
function startsDiffer(a: Match, b: Match): boolean {
  if (!a.path || !b.path || a.path.kind !== 'regex' && b.path.kind !== 'regex') return false;
  const [one, other] = [a.path, b.path].map(({ kind, value }) => (kind === 'regex' ? literalStart(value) : value).toLowerCase());
  const shorter = Math.min(one.length, other.length);
  return one.slice(0, shorter) !== other.slice(0, shorter);
}

/** The text with which everything begins that an expression matches. */
function literalStart(regex: string): string {
  if (regex.includes('|') || regex.startsWith('(?')) return '';
  const [start] = /^(?:[-/\w~%:@!,;=& ]|\\[^\w\s])*/.exec(regex)!;
  const rest = regex.slice(start.length);
  const whole = /^[*?{]/.test(rest) ? start.replace(/(?:\\.|.)$/, '') : start;
  return whole.replace(/\\(.)/g, '$1');
}

/** A rule that others hold up: the Gateway API tries `late` first, although `early` should decide. */
export interface Misplaced {
  readonly early: number;
  readonly late: number;
}

/** The first two rules of a list that the Gateway API would try in another order, where that matters. */
export function misplaced(rules: Rule[]): Misplaced | undefined {
  const forms = standardForms(rules);
  const holders = holdersOf(rules, forms);
  const earlier = new MatchIndex<{ readonly index: number; readonly form: StandardForm }>();
  for (const [late, own] of forms.entries()) {
    for (const form of own) {
      for (const { value: { index: early, form: before } } of earlier.overlapping(form.match)) {
        if (differ(rules[early], rules[late]) && isMisplaced(before, form, holders[early] === holders[late])) return { early, late };
      }
    }
    for (const form of own) earlier.add(form.match, { index: late, form });
  }
  return undefined;
}

/** Whether the Gateway API does not surely try the first of two matches before the second. Within an object, their order decides at last. */
export function isMisplaced(before: StandardForm, form: StandardForm, sameObject: boolean): boolean {
  if (!mayMeet(before.match, form.match)) return false;
  const order = standardOrder(before.standard[0], form.standard[0]);
  return order > 0 || order === 0 && !sameObject;
}

/** Whether it matters which of two rules decides. */
export function differ({ matches: _, ...a }: Rule, { matches: __, ...b }: Rule): boolean {
  return !isDeepStrictEqual(a, b);
}

/** Which HTTPRoute holds each rule; a rule in several of them is with no other. */
function holdersOf(rules: Rule[], forms: StandardForm[][]): number[] {
  const holders: number[] = [];
  standardObjects(rules, forms).forEach((parts, number) => {
    for (const { index } of parts) holders[index] = (holders[index] ?? number) === number ? number : -1 - index;
  });
  return holders;
}

/** A part of a rule that one rule of an HTTPRoute can hold. */
export interface StandardPart {
  /** The index of the rule. */
  readonly index: number;
  readonly rule: Rule;
  readonly matches: StandardMatch[];
}

/** The rules in the HTTPRoutes that hold them: each has a limit of rules and of matches. Where a prefix is replaced, a rule has one match. */
export function standardObjects(rules: Rule[], forms = standardForms(rules)): StandardPart[][] {
  const parts = rules.flatMap((rule, index) => {
    const matches = forms[index].flatMap(({ standard }) => standard);
    const size = needsPrefix(rule) ? 1 : ROUTE_LIMITS.matches;
    return Array.from({ length: Math.ceil(matches.length / size) }, (_, i) => ({ index, rule, matches: matches.slice(i * size, (i + 1) * size) }));
  });
  const objects: StandardPart[][] = [];
  let count = 0;
  for (const part of parts) {
    const last = objects[objects.length - 1];
    count += part.matches.length;
    if (last && last.length < ROUTE_LIMITS.rules && count <= ROUTE_LIMITS.allMatches) {
      last.push(part);
    } else {
      objects.push([part]);
      count = part.matches.length;
    }
  }
  return objects;
}
