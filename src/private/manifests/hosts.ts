import { Fields, Labels, fieldsOf, labelsOf, listOf, numberOf, textOf, textsOf } from './fields';
import { Manifest } from './manifest';
import { serviceHost } from './names';
import { ExportTo } from './visible';

/** What proxies know by a host: a Service, or a host of a ServiceEntry. */
export interface KnownHost {
  readonly object: Manifest;
  readonly host: string;
  readonly exportTo: ExportTo;
  readonly ports: readonly KnownPort[];
  /** Of the pods in its namespace that are behind it. */
  readonly selector: Labels | undefined;
  /** Of a ServiceEntry. */
  readonly entry?: {
    readonly resolution: string;
    readonly isOutside: boolean;
    readonly subjectAltNames: readonly string[];
  };
}

export interface KnownPort {
  readonly number: number;
  /** Upper case. */
  readonly protocol: string;
  /** Undefined where it has a name that only the pods know. */
  readonly target: number | undefined;
}

export function readServiceEntry(object: Manifest): KnownHost[] {
  const { hosts, ports, resolution, location, workloadSelector, exportTo, subjectAltNames } = object.spec;
  const common = {
    object,
    exportTo: textsOf(exportTo),
    ports: listOf(ports).flatMap(one => readPort(fieldsOf(one), fieldsOf(one).number, fieldsOf(one).protocol)),
    selector: workloadSelector ? labelsOf(fieldsOf(workloadSelector).labels) : undefined,
    entry: {
      resolution: (textOf(resolution) ?? 'NONE').toUpperCase(),
      isOutside: textOf(location)?.toUpperCase() !== 'MESH_INTERNAL',
      subjectAltNames: textsOf(subjectAltNames),
    },
  };
  return textsOf(hosts).map(host => ({ ...common, host: host.toLowerCase() }));
}

const EXPORT = 'networking.istio.io/exportTo';

export function readService(object: Manifest, clusterDomain: string): KnownHost {
  const { selector, ports } = object.spec;
  const labels = labelsOf(selector);
  return {
    object,
    host: serviceHost(object.name, object.namespace, clusterDomain),
    exportTo: (object.annotations[EXPORT] ?? '').split(',').map(name => name.trim()).filter(Boolean),
    ports: listOf(ports).flatMap(one => {
      const port = fieldsOf(one);
      return readPort(port, port.port, port.appProtocol ?? textOf(port.name)?.replace(/-.*/, ''));
    }),
    selector: Object.keys(labels).length > 0 ? labels : undefined,
  };
}

function readPort({ targetPort }: Fields, number: unknown, protocol: unknown): KnownPort[] {
  const port = numberOf(number);
  if (port === undefined) return [];
  return [{ number: port, protocol: (textOf(protocol) ?? '').toUpperCase(), target: targetPort === undefined ? port : numberOf(targetPort) }];
}
