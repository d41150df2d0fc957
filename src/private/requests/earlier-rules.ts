import { isDeepStrictEqual } from 'node:util';
import { intersect } from './intersect';
import { MatchIndex } from './match-index';
import { answersForLater, hiddenBehind, shown } from './preflights';
import { Match, orEverything } from '../model/match';
import { Rule } from '../model/rule';

/** The rules of a route so far, for checks of later ones. */
export class EarlierRules {
  private readonly matches = new MatchIndex<Match>();
  private readonly answering = new MatchIndex<Rule>();

  public add(rule: Rule): void {
    for (const match of orEverything(rule.matches)) this.matches.add(match, match);
    for (const match of hiddenBehind(rule)) this.answering.add(match, rule);
  }

  /** Whether one of them matches all requests that a match does. */
  public takeAll(match: Match): boolean {
    return this.matches.covering(match).some(({ value: wide }) => isDeepStrictEqual(intersect(match, wide), match));
  }

  /** Whether one of them answers preflights of a later rule, and differently. */
  public answerFor(later: Rule): boolean {
    const candidates = orEverything(later.matches).flatMap(match => this.answering.overlapping(shown(match)));
    return candidates.some(({ value: earlier }) => answersForLater(earlier, later));
  }
}
