import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { HeaderCondition, Match } from '../model/match';
import { CorsSpec } from '../model/rule';

const ASKED_METHOD = 'access-control-request-method';

/** The only header a rule may match that a preflight carries. */
const ORIGIN = 'origin';

/** The matches for preflights of the requests that these match, unless these match them already. */
export function preflightsOf(matches: Match[]): Match[] {
  return matches.filter(match => !takesPreflights(match)).map(match => ({
    ...match,
    methods: ['OPTIONS'],
    headers: [{ name: ASKED_METHOD, ...asked(match.methods) }, match.headers.find(({ name }) => name === ORIGIN) ?? { name: ORIGIN, kind: 'present' }],
  }));
}

function takesPreflights(match: Match): boolean {
  return (match.methods.length === 0 || match.methods.includes('OPTIONS')) && !hidesFromPreflights(match);
}

function hidesFromPreflights({ headers }: Match): boolean {
  return headers.some(({ name }) => name !== ORIGIN);
}

function asked(methods: string[]): Omit<HeaderCondition, 'name'> {
  if (methods.length === 0) return { kind: 'present' };
  return methods.length === 1 ? { kind: 'exact', value: methods[0] } : { kind: 'regex', value: methods.join('|') };
}

/** Whether an earlier rule answers preflights of a later one, and differently: a preflight lacks the headers that distinguish the two. */
export function answersForLater(earlier: PreflightRule, later: PreflightRule): boolean {
  if (!earlier.cors || isDeepStrictEqual(earlier.cors, later.cors)) return false;
  return hiddenBehind(earlier).some(a => later.matches.length === 0 || later.matches.some(b => intersect(a, shown(b)) !== 'never'));
}

/** The preflights that a rule answers although it cannot check all of its header conditions. */
export function hiddenBehind({ cors, matches }: PreflightRule): Match[] {
  return cors ? matches.filter(hidesFromPreflights).map(shown) : [];
}

interface PreflightRule {
  readonly matches: Match[];
  readonly cors?: CorsSpec;
}

/** The part of a match that preflights show. */
export function shown(match: Match): Match {
  return { ...match, headers: match.headers.filter(({ name }) => name === ORIGIN) };
}
