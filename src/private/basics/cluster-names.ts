import { covers } from './hosts';

/** The domain of egress gateways' names inside the mesh. */
export const MESH_DOMAIN = 'mesh.internal';

/** A gateway is `<name>.<namespace>`; names below that stand for traffic that it does not read. */
const OF_GATEWAYS = /^(\*|[^.]+\..+)\.mesh\.internal$/;

/**
 * Who owns a host, or the names that a wildcard covers, if sidecars resolve them inside the mesh. A name such as `web.shop` may belong to a Service
 * or to an external host; the caller has to find out.
 */
export function ownerOf(host: string, clusterDomain: string): 'Services' | 'egress gateways' | undefined {
  const isBelow = (domain: string) => host === domain || host.endsWith(`.${domain}`);
  if (isBelow(clusterDomain) || covers(host, `any.${clusterDomain}`) || isBelow('svc')) return 'Services';
  return OF_GATEWAYS.test(host) ? 'egress gateways' : undefined;
}
