import { Resolution } from '../../egress/resolution';
import { Refuse } from '../basics/errors';
import { checkHost } from '../basics/hosts';
import { checkLabels } from '../basics/labels';
import { Port, ServiceLocation } from '../model/external-service';
import { Labels } from '../model/labels';

export interface MembershipInput {
  readonly location?: ServiceLocation;
  readonly direct?: boolean;
  readonly resolution?: Resolution;
  readonly subjectAltNames?: string[];
}

/** Whether a service is a part of the mesh. */
export function checkLocation({ location = 'MESH_EXTERNAL', direct, resolution }: MembershipInput, refuse: Refuse): ServiceLocation {
  if (location === 'MESH_INTERNAL' && !direct) {
    refuse({ code: 'MeshInternalNotDirect', prop: 'location', got: location, allowed: 'MESH_EXTERNAL, or `direct: true`', fix: 'set `direct: true`: services in the mesh are not reached through an egress gateway' });
  }
  const endpoints = resolution?._endpoints ?? [];
  const odd = location === 'MESH_INTERNAL' ? -1 : endpoints.findIndex(e => e._options.serviceAccount !== undefined);
  if (odd >= 0) {
    refuse({ code: 'EndpointInvalid', prop: `resolution.endpoints[${odd}].serviceAccount`, got: endpoints[odd]._options.serviceAccount, allowed: 'service accounts only for endpoints in the mesh', fix: 'set location to ServiceLocation.MESH_INTERNAL, or leave it out' });
  }
  return location;
}

/** The labels of the workloads in the namespace that serve as endpoints. */
export function checkWorkloads(resolution: Resolution | undefined, refuse: Refuse): Labels | undefined {
  const workloads = checkLabels(resolution?._workloads, 'resolution.workloads', refuse);
  if (workloads && Object.keys(workloads).length === 0) {
    refuse({ code: 'EndpointsMissing', prop: 'resolution.workloads', got: workloads, allowed: 'at least one label', fix: 'set the labels of the WorkloadEntries or pods: without labels, all workloads of the namespace would be endpoints' });
  }
  return workloads;
}

const SPIFFE = /^spiffe:\/\/[a-z0-9.-]+\/\S+$/;

/** Subject alternative names for all ports. A port's own names take precedence, so at least one port must have none. */
export function checkSubjectAltNames(input: MembershipInput, ports: Port[], refuse: Refuse): string[] | undefined {
  const names = input.subjectAltNames;
  if (names === undefined) return undefined;
  names.forEach((name, i) => {
    if (!(input.location === 'MESH_INTERNAL' && SPIFFE.test(name))) checkHost(name, `subjectAltNames[${i}]`, { wildcard: false, short: true }, refuse);
  });
  const open = input.location === 'MESH_INTERNAL' || ports.some(({ tls }) => tls && tls.mode !== 'INSECURE' && tls.subjectAltNames === undefined);
  if (names.length === 0 || !open) {
    refuse({ code: 'SubjectAltNamesUnused', prop: 'subjectAltNames', got: names, allowed: 'at least one name, on a service that the mesh reaches by TLS and whose UpstreamTls sets no names', fix: 'leave it out, or use ExternalPort.httpToHttps() without subjectAltNames in its UpstreamTls' });
  }
  return names;
}

/** The DestinationRule repeats them for the port: otherwise Envoy would verify the host of each request instead. */
export function withNames(port: Port, names: string[] | undefined): Port {
  const { tls } = port;
  if (!tls || !names || tls.mode === 'INSECURE' || tls.subjectAltNames) return port;
  return { ...port, tls: { ...tls, subjectAltNames: names } };
}
