import { Rule } from './rule';
import { titleOf } from '../manifests/manifest';
import { groupEach } from '../manifests/set';
import { MESH, VirtualService, isBoundTo, isRouteOf } from '../manifests/virtual-service';
import { isForAll, namedReaders, sees } from '../manifests/visible';

export const MESH_HOST_CLAIMED_TWICE: Rule = {
  code: 'MeshHostClaimedTwice',
  cause: 'Two VirtualServices have HTTP routes of sidecars for one host and can be seen by one namespace; sidecars do not merge them.',
  effect: 'Only one of them counts: requests that only the other matches get 404 `NR`.',
  fix: 'Write one VirtualService, or export each to namespaces of its own.',
  * find(set) {
    const inMesh = set.virtualServices.filter(service => isBoundTo(MESH, service) && service.routes.some(route => route.kind === 'http' && isRouteOf(MESH, route)));
    const told = new Set<VirtualService>();
    for (const [host, all] of groupEach(inMesh, ({ hosts }) => hosts)) {
      if (all.length < 2) continue;
      const byReader = groupEach(all, service => (isForAll(service) ? ['*'] : namedReaders(service)));
      const forAll = byReader.get('*') ?? [];
      for (const [reader, own] of byReader) {
        // one that a namespace keeps to itself is meant to be preferred there
        const isOverride = ({ object, exportTo }: VirtualService) => object.namespace === reader && exportTo.length === 1 && exportTo[0] === '.';
        const rivals = [...own, ...reader === '*' ? [] : forAll].filter(service => reader === '*' || sees(reader, service));
        if (rivals.some(isOverride) && rivals.filter(isOverride).length === 1) continue;
        const [first, ...others] = rivals;
        for (const service of others) {
          if (told.has(service) || service === first) continue;
          told.add(service);
          yield { object: service.object, field: 'spec.hosts', message: `${titleOf(first.object)} has ${host} too${reader === '*' ? '' : `, and ${reader} sees both`}` };
        }
      }
    }
  },
};
