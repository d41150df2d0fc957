import { Labels, fieldsOf, labelsOf, listOf, numberOf, textOf, textsOf } from './fields';
import { Manifest } from './manifest';
import { covers } from '../basics/hosts';

export interface Sidecar {
  readonly object: Manifest;
  /** The pods of its namespace for which it is; undefined for all. */
  readonly selector: Labels | undefined;
  readonly egress: readonly EgressListener[];
  readonly isRegistryOnly: boolean;
}

export interface EgressListener {
  readonly field: string;
  readonly port: number | undefined;
  readonly imports: readonly Import[];
  readonly excludes: readonly Import[];
}

interface Import { readonly from: string; readonly name: string }

export function readSidecar(object: Manifest): Sidecar {
  const { workloadSelector, egress, outboundTrafficPolicy } = object.spec;
  return {
    object,
    selector: workloadSelector ? labelsOf(fieldsOf(workloadSelector).labels) : undefined,
    egress: listOf(egress).map((one, i) => {
      const { port, hosts } = fieldsOf(one);
      const all = textsOf(hosts);
      return {
        field: `spec.egress[${i}].hosts`,
        port: numberOf(fieldsOf(port).number),
        imports: all.filter(host => !host.startsWith('~')).map(readImport),
        excludes: all.filter(host => host.startsWith('~')).map(host => readImport(host.slice(1))),
      };
    }),
    isRegistryOnly: textOf(fieldsOf(outboundTrafficPolicy).mode)?.toUpperCase() === 'REGISTRY_ONLY',
  };
}

function readImport(host: string): Import {
  const slash = host.indexOf('/');
  return { from: slash < 0 ? '*' : host.slice(0, slash), name: host.slice(slash + 1).toLowerCase() };
}

/** Whether sidecars in its scope know a host that stands in a namespace. Without `egress` they know all. */
export function importsHost(sidecar: Sidecar, host: string, from: string): boolean {
  const { namespace } = sidecar.object;
  const has = (all: readonly Import[]) => all.some(one => (
    (one.from === '*' || one.from === from || (one.from === '.' && from === namespace)) && (covers(one.name, host) || covers(host, one.name))
  ));
  return sidecar.egress.length === 0 || sidecar.egress.some(({ imports, excludes }) => has(imports) && !has(excludes));
}
