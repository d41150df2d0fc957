import { IConstruct } from 'constructs';
import { LateRefusal } from './declared';
import { asList, namespaceOf, objectsOfKind, Spec, specOf } from '../basics/objects-by-kind';
import { AppModel, ExternalServiceModel } from '../model/app-model';
import { waypointOf } from '../model/at-waypoints';
import { declarationOf } from '../model/declaration';
import { ExternalIntent } from '../model/external-service';
import { gatewayNamespacesOf } from '../model/visibility';

/** The ServiceEntries by hand that lead hosts of the app elsewhere: of two for a host, gateways use the older one. */
export function rivalServiceEntries(root: IConstruct, app: AppModel): LateRefusal[] {
  const byHand = objectsOfKind(root, 'ServiceEntry').filter(({ node: { scope } }) => !declarationOf(scope));
  // most apps have none, and this runs again for each chart
  if (byHand.length === 0) return [];
  const services = app.externalServices.all().map(service => ({ service, gateways: gatewayNamespacesOf(app, service.path) }));
  return byHand.flatMap(entry => {
    const spec = specOf(entry);
    const [hosts, exportTo, own] = [asList(spec.hosts), asList(spec.exportTo ?? ['*']), namespaceOf(entry)];
    const isVisible = (namespace: string) => exportTo.some(viewer => viewer === '*' || (viewer === '.' ? own : viewer) === namespace);
    return services.flatMap(({ service, gateways }) => {
      const gateway = gateways.find(isVisible);
      const index = hosts.findIndex(host => service.service.hosts.includes(String(host)));
      if (index >= 0 && waypointOf(app, service.path)) return [{ ...atWaypoint(service, index), got: hosts[index], construct: entry }];
      if (gateway === undefined || index < 0 || leadsThere(spec, service.service)) return [];
      return [{ ...refusalOf(service, index, gateway), got: hosts[index], construct: entry }];
    });
  });
}

/** Wherever it stands, and whatever it is exported to, ztunnel prefers it for callers of its namespace, and for others if it is the older one. */
function atWaypoint({ path }: ExternalServiceModel, index: number): Omit<LateRefusal, 'got'> {
  return {
    code: 'ServiceEntryConflict',
    prop: `spec.hosts[${index}]`,
    allowed: `hosts that ${path} does not declare, because some callers would be led by this one, past the waypoint`,
    fix: `delete it: ${path} makes a ServiceEntry for the host beside the waypoint`,
  };
}

function refusalOf({ path }: ExternalServiceModel, index: number, gateway: string): Omit<LateRefusal, 'got'> {
  return {
    code: 'ServiceEntryConflict',
    prop: `spec.hosts[${index}]`,
    allowed: `hosts that ${path} does not declare, because the gateway in ${gateway} uses the older of two ServiceEntries for a host`,
    fix: `delete it, do not export it to ${gateway}, or lead it where ${path} does, with the same resolution, endpoints and ports`,
  };
}

/** Whether it does not matter which of the two is used. */
function leadsThere(spec: Spec, { resolution, endpoints, workloads, ports }: ExternalIntent): boolean {
  const isSame = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);
  const { labels } = (spec.workloadSelector ?? {}) as { readonly labels?: unknown };
  const written = asList(spec.ports) as { readonly number?: unknown; readonly targetPort?: unknown; readonly protocol?: unknown }[];
  return spec.resolution === resolution && isSame(spec.endpoints ?? [], endpoints) && isSame(labels, workloads) && ports.every(port => (
    written.some(({ number, targetPort = number, protocol }) => (
      number === port.number && targetPort === port.targetPort && readingOf(protocol) === readingOf(port.protocol)
    ))
  ));
}

/** What gateways make of a protocol: they do not read what they pass on as TLS or TCP. */
function readingOf(protocol: unknown): 'HTTP/1' | 'HTTP/2' | 'none' {
  switch (protocol) {
    case 'HTTP': return 'HTTP/1';
    case 'HTTP2': case 'GRPC': return 'HTTP/2';
    default: return 'none';
  }
}
