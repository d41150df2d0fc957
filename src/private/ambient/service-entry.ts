import { ExternalIntent } from '../model/external-service';
import { externalServiceEntry } from '../objects/external';
import { ServiceEntrySpec } from '../objects/plans';

/**
 * The ServiceEntry of one host in the namespace of its waypoint. Sidecars do not see it, unless a route leads them through a gateway of their own: they
 * would go there by themselves, past every policy. Ztunnel does not heed `exportTo`, and tells hosts apart by their addresses, so that a TCP port may
 * be what it is; to sidecars, one without an address would be every connection to the port.
 *
 * @param viewers the namespaces whose sidecars, or gateways for these, must know the host
 */
export function waypointEntry(service: ExternalIntent, host: string, namespace: string, viewers: string[]): ServiceEntrySpec {
  const gatewaysOnly = service.gatewaysOnly && viewers.length > 0;
  return externalServiceEntry({ ...service, hosts: [host], gatewaysOnly }, namespace, [namespace, ...viewers]);
}
