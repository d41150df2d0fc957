import { covers } from './hosts';

/** The domain of the names that egress gateways have in the mesh. */
export const MESH_DOMAIN = 'mesh.internal';

/** A gateway has `<name>.<namespace>`, and names before that for what it carries unread. */
const OF_GATEWAYS = /^(\*|[^.]+\..+)\.mesh\.internal$/;

/**
 * Whose names a host is one of, or a wildcard covers, if sidecars know them inside the mesh. A name such as `web.shop` may be one of a Service or
 * of somebody outside; whoever knows the Services must tell.
 */
export function ownerOf(host: string, clusterDomain: string): 'Services' | 'egress gateways' | undefined {
  const isBelow = (domain: string) => host === domain || host.endsWith(`.${domain}`);
  if (isBelow(clusterDomain) || covers(host, `any.${clusterDomain}`) || isBelow('svc')) return 'Services';
  return OF_GATEWAYS.test(host) ? 'egress gateways' : undefined;
}
