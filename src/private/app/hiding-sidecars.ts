import { ApiObject } from 'cdk8s';
import { IConstruct } from 'constructs';
import { LateRefusal } from './declared';
import { covers } from '../basics/hosts';
import { asList, namespaceOf, objectsOfKind, specOf } from '../basics/objects-by-kind';
import { entrancesForSidecars, hostsForSidecars, ListedHost, namespacesOfSidecars, SidecarHost } from '../istio/sidecar-hosts';
import { AppModel } from '../model/app-model';
import { declarationOf } from '../model/declaration';

/** What is read of a Sidecar. */
interface Scope {
  readonly object: ApiObject;
  readonly namespace: string;
  readonly forAllWorkloads: boolean;
  readonly listeners: readonly Listener[];
}

/** A port stands for requests that applications send to it; the listener without one takes all others. */
interface Listener {
  readonly port?: number;
  readonly hosts: readonly string[];
  readonly imports: readonly Pattern[];
  /** Taken out of the imports again. */
  readonly excludes: readonly Pattern[];
}

/** Hosts of a namespace: `.` is that of the sidecar, `*` any. */
interface Pattern {
  readonly from: string;
  readonly name: string;
}

/** A host that a Sidecar does not import, as the Sidecar would list it. */
interface Missing {
  readonly listener: number;
  readonly entry: string;
  readonly neededBy: string;
}

/** The Sidecars, written by hand, that hide from sidecars what the routes of the app need. */
export function hidingSidecars(root: IConstruct, app: AppModel, rootNamespace: string): LateRefusal[] {
  const scopes = objectsOfKind(root, 'Sidecar').map(scopeOf);
  return scopes.filter(({ object, listeners }) => listeners.length > 0 && !declarationOf(object.node.scope)).flatMap(scope => {
    const byPort = scope.listeners.some(({ port }) => port !== undefined);
    const all = namespacesOf(scope, scopes, app, rootNamespace).flatMap(namespace => (
      [...missingHosts(scope, namespace, app), ...byPort ? missingEntrances(scope, namespace, app) : []]
    ));
    const lacking = [...new Set(all.map(({ listener }) => listener))];
    return lacking.map(listener => refusal(scope, listener, all.filter(one => one.listener === listener)));
  });
}

function scopeOf(object: ApiObject): Scope {
  const { workloadSelector, egress } = specOf(object);
  return { object, namespace: namespaceOf(object), forAllWorkloads: !workloadSelector, listeners: asList(egress).map(listenerOf) };
}

function listenerOf(written: unknown): Listener {
  const { port, hosts: list } = (written ?? {}) as { readonly port?: { readonly number?: unknown }; readonly hosts?: unknown };
  const hosts = asList(list).map(String);
  const patternsOf = (entries: string[]) => entries.map(entry => {
    const [from, name = ''] = entry.split('/');
    return { from: from || '*', name };
  });
  return {
    port: port && Number(port.number),
    hosts,
    imports: patternsOf(hosts.filter(host => !host.startsWith('~'))),
    excludes: patternsOf(hosts.filter(host => host.startsWith('~')).map(host => host.slice(1))),
  };
}

/** One of the root namespace that selects no workloads holds wherever a namespace has none of that kind itself. */
function namespacesOf(scope: Scope, scopes: Scope[], app: AppModel, rootNamespace: string): string[] {
  if (scope.namespace !== rootNamespace || !scope.forAllWorkloads) return [scope.namespace];
  const hasOwn = (namespace: string) => scopes.some(other => other !== scope && other.namespace === namespace && other.forAllWorkloads);
  return [rootNamespace, ...namespacesOfSidecars(app).filter(namespace => namespace !== rootNamespace && !hasOwn(namespace))];
}

/** The first listener for a port has all of its requests. */
function missingHosts({ listeners }: Scope, namespace: string, app: AppModel): Missing[] {
  return hostsForSidecars(app, namespace).filter(({ port, ...host }) => {
    const listener = listeners.find(one => isFor(port, one));
    return !listener || !imports(listener, namespace, host);
  }).map(host => missing(host, listeners, namespace));
}

/** A destination is known by whichever listener imports it, or the route to it. */
function missingEntrances({ listeners }: Scope, namespace: string, app: AppModel): Missing[] {
  return entrancesForSidecars(app, namespace).filter(({ port, route, ...host }) => (
    !listeners.some(listener => isFor(port, listener) && [route, host].some(one => imports(listener, namespace, one)))
  )).map(host => missing(host, listeners, namespace));
}

function isFor(port: number, listener: Listener): boolean {
  return listener.port === undefined || listener.port === port;
}

function imports(listener: Listener, namespace: string, { namespace: declaredIn, host }: ListedHost): boolean {
  const isMeant = ({ from, name }: Pattern) => (
    (declaredIn === '*' || from === '*' || (from === '.' ? namespace : from) === declaredIn) && covers(name, host)
  );
  return listener.imports.some(isMeant) && !listener.excludes.some(isMeant);
}

function missing({ namespace: declaredIn, host, port, neededBy }: SidecarHost, listeners: readonly Listener[], namespace: string): Missing {
  const found = listeners.findIndex(listener => isFor(port, listener));
  return { listener: found < 0 ? listeners.length : found, entry: `${declaredIn === namespace ? '.' : declaredIn}/${host}`, neededBy };
}

function refusal({ object, listeners }: Scope, listener: number, all: Missing[]): LateRefusal {
  const entries = [...new Set(all.map(({ entry }) => entry))].map(entry => {
    const [first, ...others] = new Set(all.filter(one => one.entry === entry).map(({ neededBy }) => neededBy));
    return `${entry} (for ${first}${others.length > 0 ? ` and ${others.length} more` : ''})`;
  });
  return {
    construct: object,
    code: 'SidecarHidesRoute',
    prop: `spec.egress[${listener}].hosts`,
    got: listeners[listener]?.hosts,
    allowed: `a list that imports ${entries.join(', ')}`,
    fix: 'add what is missing to `hosts`: sidecars refuse requests for hosts that they do not know, or let them leave directly and in clear text',
  };
}
