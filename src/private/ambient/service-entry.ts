import { ExternalIntent } from '../model/external-service';
import { externalServiceEntry } from '../objects/external';
import { ServiceEntrySpec } from '../objects/plans';

/**
 * The ServiceEntry of one host in the namespace of its waypoint. Sidecars do not see it: they would go there by themselves, past every policy.
 * Ztunnel does not heed `exportTo`, and tells hosts apart by their addresses, so that a TCP port may be what it is.
 */
export function waypointEntry(service: ExternalIntent, host: string, namespace: string): ServiceEntrySpec {
  return externalServiceEntry({ ...service, hosts: [host], gatewaysOnly: false }, namespace, [namespace]);
}
