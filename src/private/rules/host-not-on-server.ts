import { Rule } from './rule';
import { bindingsOf } from '../manifests/legs';

export const HOST_NOT_ON_SERVER: Rule = {
  code: 'HostNotOnServer',
  cause: 'No server of the Gateway has a host of the VirtualService, or has it for routes of this namespace.',
  effect: 'The gateway has no route for the host: 404 `NR`.',
  fix: 'List the host at a server; `namespace/host` and `./host` take routes of that namespace alone.',
  * find(set) {
    for (const { service, gateway, ref, servers } of bindingsOf(set)) {
      if (servers.length > 0 || service.hosts.length === 0) continue;
      const offered = [...new Set(gateway.servers.flatMap(({ hosts }) => hosts.map(({ from, name }) => (from === '*' ? name : `${from}/${name}`))))];
      yield { object: service.object, field: 'spec.hosts', message: `${service.hosts.join(', ')} in ${service.object.namespace} is at no server of ${ref.id}, which have ${few(offered)}` };
    }
  },
};

function few(names: readonly string[]): string {
  return names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ') || 'no host';
}
