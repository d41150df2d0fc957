import { Rule } from './rule';

export const MATCH_GATEWAY_NOT_BOUND: Rule = {
  code: 'MatchGatewayNotBound',
  cause: 'A match names a gateway that the VirtualService itself does not name, so it never counts.',
  effect: 'Requests pass the rule by, and most get 404 `NR`.',
  fix: 'Write the same name in `spec.gateways` and in the match.',
  * find(set) {
    for (const { object, gateways, routes, hosts } of set.virtualServices) {
      if (hosts.length === 0) continue;
      const bound = new Set(gateways.map(({ id }) => id));
      for (const { field, written, id } of routes.flatMap(({ matches }) => matches.flatMap(match => match.gateways))) {
        if (!bound.has(id)) yield { object, field, message: `"${written}" is not one of ${[...bound].join(', ')}` };
      }
    }
  },
};
