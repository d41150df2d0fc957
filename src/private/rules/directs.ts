import { doorsOf } from '../manifests/doors';
import { KnownHost, KnownPort } from '../manifests/hosts';
import { ManifestSet } from '../manifests/set';
import { namedReaders, sees } from '../manifests/visible';

/** A port of an external host to which sidecars of a namespace go by themselves, because no route takes the host elsewhere. */
export interface Direct {
  readonly known: KnownHost;
  readonly port: KnownPort;
  readonly reader: string;
}

/** Where applications are of which the objects tell: not where gateways are, and not where somebody else's objects may decide. */
export function namespacesOfApplications(set: ManifestSet): (namespace: string) => boolean {
  const doors = doorsOf(set);
  const managed = set.manifests.filter(({ group, kind }) => group === 'gateway.networking.k8s.io' && kind === 'Gateway').map(({ namespace }) => namespace);
  const ofGateways = new Set([...set.gateways.flatMap(gateway => doors.namespacesOf(gateway)), ...managed, set.facts.rootNamespace]);
  const told = new Set(set.manifests.map(({ namespace }) => namespace));
  return namespace => !ofGateways.has(namespace) && (set.facts.isComplete || told.has(namespace));
}

export function directsOf(set: ManifestSet): Direct[] {
  const isOfApplications = namespacesOfApplications(set);
  return set.knownHosts.filter(known => known.entry?.isOutside && !isAtWaypoint(known)).flatMap(known => (
    namedReaders(known)
      .filter(reader => isOfApplications(reader) && !set.inMesh(known.host).some(service => sees(reader, service)))
      .flatMap(reader => known.ports.map(port => ({ known, port, reader })))
  ));
}

/** Whether a waypoint takes what ambient pods send there; sidecars pass it by on purpose. */
export function isAtWaypoint({ object }: KnownHost): boolean {
  return object.labels['istio.io/use-waypoint'] !== undefined;
}
