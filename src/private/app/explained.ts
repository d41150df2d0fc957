import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { appModelOf } from './declared';
import { covers, isWildcard } from '../basics/hosts';
import { asList, namespaceOf, Spec, specOf } from '../basics/objects-by-kind';
import { Known } from '../explain/explain';
import { Hop, ObjectRef } from '../explain/explanation';
import { objectText } from '../explain/text';
import { declarationOf } from '../model/declaration';

/** What explanations of requests of an app, as it is now, are made from. */
export function knownOf(scope: IConstruct, mesh: { readonly clusterDomain: string; readonly rootNamespace: string }): Known {
  const { root } = scope.node;
  // most apps have few, and a page asks hundreds of times
  let uncertain: ApiObject[] | undefined;
  return {
    app: appModelOf(scope),
    mesh,
    objectAt: (construct, id) => {
      const found = construct.split('/').concat(id).reduce<IConstruct | undefined>((at, name) => at?.node.tryFindChild(name), root);
      return found instanceof ApiObject ? refOf(found) : undefined;
    },
    byHand: ({ request, hops, ending, client }) => {
      const asked = [request.host, ...hops.flatMap(({ sends }) => (sends ? [sends.host] : []))];
      const out = ending.kind === 'leaves' ? ending.to.map(({ host }) => host) : [];
      const place: Place = {
        hosts: [...new Set([...asked, ...out])],
        namespaces: new Set([...hops.map(({ namespace }) => namespace), ...client.kind === 'workload' ? [client.namespace] : []]),
        hops,
        rootNamespace: mesh.rootNamespace,
      };
      uncertain ??= root.node.findAll().filter((one): one is ApiObject => one instanceof ApiObject).filter(isUncertain);
      return uncertain.filter(one => mayChange(one, place)).map(nameOf).sort();
    },
  };
}

/** Where a request comes by. */
interface Place {
  readonly hosts: string[];
  readonly namespaces: ReadonlySet<string>;
  readonly hops: readonly Hop[];
  readonly rootNamespace: string;
}

const GROUPS = ['networking.istio.io', 'security.istio.io', 'extensions.istio.io', 'gateway.networking.k8s.io'];

/** Whether an object may say something beyond the model of the app: not one that the library made and nobody has patched. */
function isUncertain(object: ApiObject): boolean {
  return GROUPS.includes(object.apiVersion.split('/')[0]) && (!declarationOf(object.node.scope) || isPatched(object));
}

/** Whether such an object may change what happens to a request. */
function mayChange(object: ApiObject, place: Place): boolean {
  return isOnTheWay(object, place) || (!!declarationOf(object.node.scope) && isNamed(object, place));
}

/** Patches are private to cdk8s. */
function isPatched(object: ApiObject): boolean {
  return ((object as unknown as { readonly patches?: unknown[] }).patches ?? []).length > 0;
}

/** Whether the explanation names it already. */
function isNamed(object: ApiObject, { hops }: Place): boolean {
  const own = nameOf(object);
  const decisions = hops.flatMap(({ passes, decides }) => [...passes, ...decides ? [decides] : []]);
  return decisions.some(({ object: named }) => named && objectText(named) === own);
}

/** By its hosts where it has some, else by its namespace: that of a proxy on the way, or the one that holds for all. */
function isOnTheWay(object: ApiObject, { hosts, namespaces, rootNamespace, hops }: Place): boolean {
  const spec = specOf(object);
  const isNear = namespaces.has(namespaceOf(object)) || namespaceOf(object) === rootNamespace;
  switch (object.kind) {
    case 'VirtualService': case 'ServiceEntry': case 'HTTPRoute': case 'GRPCRoute': case 'TLSRoute':
      return concerns(asList(spec.hosts ?? spec.hostnames).map(String), hosts);
    case 'DestinationRule': return concerns([String(spec.host)], hosts);
    case 'Gateway': return hops.some(({ kind }) => kind !== 'sidecar' && kind !== 'ztunnel') && concerns(serverHosts(spec), hosts);
    default: return isNear;
  }
}

function serverHosts(spec: Spec): string[] {
  const servers = asList(spec.servers ?? spec.listeners) as { readonly hosts?: unknown; readonly hostname?: unknown }[];
  return servers.flatMap(({ hosts, hostname }) => (hosts === undefined ? [String(hostname ?? '*')] : asList(hosts).map(host => String(host).replace(/^.*\//, ''))));
}

function concerns(written: string[], hosts: string[]): boolean {
  return written.some(one => hosts.some(host => covers(one, host) || (isWildcard(host) && covers(host, one))));
}

function refOf(object: ApiObject): ObjectRef {
  const { kind, name, metadata: { namespace } } = object;
  return { kind, ...namespace !== undefined && { namespace }, name };
}

function nameOf(object: ApiObject): string {
  return `${object.kind} ${namespaceOf(object)}/${object.name}`;
}
