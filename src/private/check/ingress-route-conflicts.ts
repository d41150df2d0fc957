import { isDeepStrictEqual } from 'node:util';
import { Refuse } from '../basics/errors';
import { RoutePart } from '../model/route-part';
import { Rule } from '../model/rule';
import { Neighbours, Surroundings } from '../requests/neighbours';
import { Clash } from '../requests/order';
import { answersForLater } from '../requests/preflights';

/** Checks a route and its new rules against the other routes that share a host with it. */
export function checkIngressRouteConflicts({ own, added, neighbours }: Surroundings, ruleName: (index: number) => string, refuse: Refuse): void {
  checkSameAccess(own, neighbours, refuse);
  if (neighbours.mayClash(added)) checkEach(own, neighbours, ruleName, refuse);
}

/** Comparing with the first route of a host is enough: the others were checked against it. */
function checkSameAccess(own: RoutePart, neighbours: Neighbours, refuse: Refuse): void {
  const differs = (other: RoutePart) => !isDeepStrictEqual(other.access, own.access);
  if ([...neighbours.firstBeside(own)].some(differs)) {
    const odd = neighbours.beside(own).find(differs)!;
    refuse({ code: 'HostAlreadyRouted', prop: 'access', got: `a value different from that of ${odd.id}`, allowed: `the same access, openPaths and deny as ${odd.id}, which shares a host with this route`, fix: 'set the same values in all routes of a host: they apply to all requests to it' });
  }
}

/** Checks that each of the routes can stand beside the others, and names what prevents it. */
function checkEach(own: RoutePart, neighbours: Neighbours, ruleName: (index: number) => string, refuse: Refuse): void {
  const arranged = neighbours.arrange(own);
  if (!Array.isArray(arranged)) refuseClash(arranged, own, ruleName, refuse);
  const handsOver = (rules: Rule[], part: RoutePart) => rules.some(rule => rule.action?.kind === 'delegate' && !part.rules.includes(rule));
  for (const other of neighbours.beside(own)) {
    const theirs = neighbours.arrange(other);
    if (!Array.isArray(theirs) && theirs.other === own) {
      refuseClash({ ...theirs, own: theirs.index, other, index: theirs.own }, own, ruleName, refuse);
    }
    if (handsOver(arranged as Rule[], own) || Array.isArray(theirs) && handsOver(theirs, other)) {
      refuse({ code: 'HostAlreadyRouted', prop: 'hosts', got: own.hosts, allowed: `paths outside those that ${other.id} or this route hands over`, fix: 'put the delegating rule and the rule with the wider path in one route' });
    }
    checkPreflights(own, other, ruleName, refuse);
  }
}

function refuseClash({ why, own: mine, other, index }: Clash, own: RoutePart, ruleName: (index: number) => string, refuse: Refuse): never {
  const theirs = `rules[${index}] of ${other.id}`;
  switch (why) {
    case 'order': return refuse({ code: 'HostAlreadyRouted', prop: `${ruleName(mine)}.matches`, got: `requests that ${theirs} also matches`, allowed: 'requests that it does not match, or a more or less specific path', fix: 'distinguish the two by path or method, or put them in one route in the intended order' });
    case 'circle': return refuse({ code: 'HostAlreadyRouted', prop: `${ruleName(mine)}.matches`, got: `a rule that must be both before and after ${theirs}`, allowed: 'rules in each route with the more specific path first', fix: 'reorder the rules, or put them in one route in the intended order' });
    case 'hosts': return refuse({ code: 'HostAlreadyRouted', prop: 'hosts', got: own.hosts, allowed: `the hosts of ${other.id}, ${other.hosts.join(', ')}, or none of them`, fix: `give both routes the same hosts: ${ruleName(mine)} and ${theirs} match the same requests, and the more specific path decides` });
  }
}

function checkPreflights(own: RoutePart, other: RoutePart, ruleName: (index: number) => string, refuse: Refuse): void {
  own.rules.forEach((rule, i) => {
    const theirs = other.rules.findIndex(r => answersForLater(r, rule) || answersForLater(rule, r));
    if (theirs >= 0) {
      refuse({ code: 'CorsAmbiguous', prop: `${ruleName(i)}.cors`, got: rule.cors && 'a value different from that of another rule', allowed: `the cors of rules[${theirs}] of ${other.id}, which differs only in headers`, fix: 'give both rules the same cors, or distinguish them by path: a preflight does not carry the headers of the actual request' });
    }
  });
}
