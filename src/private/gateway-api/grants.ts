import { serviceOf } from './backend';
import { labelOf } from '../basics/names';
import { Target } from '../model/rule';
import { ObjectPlan, ReferenceGrantSpec } from '../objects/plans';

/** The most that a grant can name. */
const MAX_SERVICES = 16;

interface Granted {
  /** The path of the construct, which names the grants. */
  readonly path: string;
  readonly namespace: string;
  readonly kind: ReferenceGrantSpec['from']['kind'];
  /** Services that the route leads to. */
  readonly targets: Target[];
}

/** What lets a route lead to Services of other namespaces, in those. */
export function referenceGrants({ path, namespace, kind, targets }: Granted): ObjectPlan[] {
  const byNamespace = new Map<string, Set<string>>();
  for (const { name, namespace: other } of targets.map(serviceOf)) {
    if (other !== namespace) byNamespace.set(other, (byNamespace.get(other) ?? new Set()).add(name));
  }
  return [...byNamespace].flatMap(([other, services]) => inParts([...services]).map((part, i): ObjectPlan => ({
    kind: 'ReferenceGrant',
    id: `grant-${other}${i > 0 ? `-${i + 1}` : ''}`,
    namespace: other,
    name: labelOf('from', namespace, ...path.split('/'), ...i > 0 ? [i + 1] : []),
    spec: { from: { kind, namespace }, services: part },
  })));
}

function inParts(services: string[]): string[][] {
  return Array.from({ length: Math.ceil(services.length / MAX_SERVICES) }, (_, i) => services.slice(i * MAX_SERVICES, (i + 1) * MAX_SERVICES));
}
