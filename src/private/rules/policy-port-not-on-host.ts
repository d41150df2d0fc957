import { Rule } from './rule';

export const POLICY_PORT_NOT_ON_HOST: Rule = {
  code: 'PolicyPortNotOnHost',
  cause: 'A DestinationRule has settings for a port that its host does not have.',
  effect: 'The settings, such as TLS, do not count.',
  fix: 'Write the `number` of a port of the ServiceEntry or Service, not its `targetPort`.',
  * find(set) {
    for (const { object, host, policy, subsets } of set.destinationRules) {
      const known = host.startsWith('*') ? [] : set.known(host);
      const ports = new Set(known.flatMap(one => one.ports.map(({ number }) => number)));
      if (ports.size === 0) continue;
      for (const [port, { field }] of [policy, ...subsets.map(subset => subset.policy)].flatMap(one => [...one.ports])) {
        if (!ports.has(port)) yield { object, field: `${field}.port`, message: `${host} has no port ${port}; it has ${[...ports].join(', ')}` };
      }
    }
  },
};
