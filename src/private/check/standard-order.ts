import { Refusal } from '../basics/errors';
import { ListenedHost } from '../model/listener';
import { RoutePart } from '../model/route-part';
import { sparedRules } from '../requests/exempt-paths';
import { Neighbours } from '../requests/neighbours';
import { differ, isMisplaced, misplaced, standardForms } from '../requests/standard-rules';

const ALLOWED = 'an order that the Gateway API keeps: exact paths first, then prefixes, the longest first, then regular expressions; on the same path, rules with methods, then with more headers, then with more query parameters';
const FIX = 'distinguish the two by path or method, or write both paths as regular expressions, the first one longer';

interface Route {
  readonly own: RoutePart;
  readonly neighbours: Neighbours;
  readonly listeners: ListenedHost[];
  /** How errors call a rule of the route. */
  readonly nameOf: (index: number) => string;
}

/** What the Gateway API would try in another order than the written one. */
export function orderRefusals({ own, neighbours, listeners, nameOf }: Route): Refusal[] {
  const found = misplaced(own.rules);
  if (found) return [inverted(nameOf(found.early), nameOf(found.late))];
  for (const { redirect } of listeners) {
    const spared = redirect && sparedRules(own.rules, redirect);
    const odd = spared && misplaced(spared);
    const written = (i: number) => nameOf(own.rules.findIndex(({ action }) => action === spared![i].action));
    if (odd) return [inverted(written(odd.early), written(odd.late))];
  }
  return besideOthers(own, neighbours, nameOf);
}

/** Rules of other routes come before or behind those of the route by what they match; the age of objects must not decide. */
function besideOthers(own: RoutePart, neighbours: Neighbours, nameOf: Route['nameOf']): Refusal[] {
  const others = neighbours.beside(own).map(part => ({ part, forms: standardForms(part.rules) }));
  if (others.length === 0) return [];
  const mine = standardForms(own.rules);
  for (const [index, forms] of mine.entries()) {
    for (const form of forms) {
      for (const rule of neighbours.before(own, index, form.match)) {
        const other = others.find(({ part }) => part.rules.includes(rule));
        const before = other?.forms[other.part.rules.indexOf(rule)];
        if (!before || !differ(rule, own.rules[index]) || !before.some(one => isMisplaced(one, form, false))) continue;
        return [{
          code: 'GatewayApiOrder',
          prop: `${nameOf(index)}.matches`,
          got: `requests that rules[${other!.part.rules.indexOf(rule)}] of ${other!.part.id} also matches and should take, and that the Gateway API may give to this rule`,
          allowed: ALLOWED,
          fix: FIX,
        }];
      }
    }
  }
  return [];
}

function inverted(early: string, late: string): Refusal {
  return { code: 'GatewayApiOrder', prop: `${early}.matches`, got: `requests that ${late} also matches, and that the Gateway API would give to it`, allowed: ALLOWED, fix: FIX };
}
