import { stringify } from 'yaml';
import { internet } from './internet';
import type { Failed } from './matchers';
import { Answer, Channel, External, ServicePort, Workload, ambient, egressGateway, external, ingressGateway, managedGateway, runMesh, sidecar, waypoint } from './mesh';
import { ISSUER, PagePromise } from './promise';
import { REGISTRY_ONLY } from './traffic';
import { Manifest } from '../synth';

interface Asking {
  readonly isolated?: boolean;
  readonly channel?: Channel;
}

/** In this mesh pods have no way out but the gateway, if there is one, and sidecars know nothing that is not declared. */
export async function ask(all: Manifest[], promises: PagePromise[], { isolated = true, channel }: Asking = {}): Promise<readonly Answer[]> {
  if (all.some(isWaypoint)) return askAmbient(all, promises);
  const objects = all.filter(({ apiVersion, kind }) => /istio\.io\/|^gateway\.networking|^rbac\./.test(apiVersion) || kind === 'NetworkPolicy');
  const callers = [...new Set(promises.map(({ from }) => from))].filter(from => from !== 'outside');
  const egress = serving(objects).some(({ metadata }) => EGRESS_NAMESPACES.includes(metadata.namespace));
  const [managed] = objects.filter(({ spec }) => spec?.gatewayClassName === 'istio');
  const { externals, fixtures } = internet(objects);
  const ports = Object.fromEntries([80, 443, ...listened(objects)].map(port => [port, port]));
  const { answers } = await runMesh({
    manifests: objects.map(o => stringify(o, { version: '1.1' })).join('---\n'),
    fixtures,
    externals: [...externals, ...undeclared(externals, promises), ...issuers(objects)],
    workloads: [
      ...callers.map(namespace => sidecar(namespace, { namespace, isolated: isolated && egress })),
      ...egress ? [] : [...destinations(objects), ...backends(objects)],
      ...managed ? [podsOf(managed, egress ? 'egress' : 'ingress')] : [
        ...egress ? [egressGateway({ ports })] : [],
        ...callers.length > 0 ? [] : [ingressGateway({ ports })],
      ],
    ],
    meshConfig: REGISTRY_ONLY,
    steps: promises.map(({ step }) => step),
    channel,
  });
  return answers;
}

/** In this mesh pods are ambient, and can also leave by themselves. */
async function askAmbient(objects: Manifest[], promises: PagePromise[]): Promise<readonly Answer[]> {
  const { externals, fixtures } = internet(objects);
  const wildcardTls = objects.some(({ kind, spec }) => kind === 'ServiceEntry' && spec.resolution === 'DYNAMIC_DNS' && spec.ports.some(({ protocol }: any) => protocol === 'TLS'));
  const { answers } = await runMesh({
    manifests: objects.map(o => stringify(o, { version: '1.1' })).join('---\n'),
    fixtures,
    externals: [...externals, ...undeclared(externals, promises)],
    workloads: [...[...new Set(promises.map(({ from }) => from))].map(namespace => ambient(namespace, { namespace })), waypoint()],
    steps: promises.map(({ step }) => step),
    env: wildcardTls ? { ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS: 'true' } : {},
  });
  return answers;
}

/** Of which istiod makes a waypoint's pods. */
export function isWaypoint({ kind, spec }: Manifest): boolean {
  return kind === 'Gateway' && spec?.gatewayClassName === 'istio-waypoint';
}

/** The hosts that are called and that no chart declares: they are there all the same. */
function undeclared(externals: External[], promises: PagePromise[]): External[] {
  const urls = promises.filter(({ from }) => from !== 'outside').flatMap(({ step }) => 'request' in step ? [step.request.url.replace('tcp:', 'http:')] : []);
  const known = (called: string) => externals.some(({ host }) => host === called || host.startsWith('*.') && called.endsWith(host.slice(1)));
  return [...new Set(urls.map(url => new URL(url).hostname))].filter(host => !known(host)).map(host => external(host, { http: 80, https: 443 }, { name: `${host}, undeclared` }));
}

/** The Services to which routes lead; what passes by server name or port is served as such. */
function destinations(objects: Manifest[]): Workload[] {
  const leading = objects.filter(o => o.kind === 'VirtualService').flatMap(({ spec }) => (['http', 'tls', 'tcp'] as const).map(kind => ({ kind, hosts: spec.hosts, text: JSON.stringify(spec[kind] ?? []) })));
  return [...new Map(leading.flatMap(({ kind, hosts, text }) => {
    const found = [...text.matchAll(/"host":"([^".]+)\.([^".]+)\.svc\.cluster\.local","port":\{"number":(\d+)\}/g)];
    return found.flatMap(([same, name, namespace, number]): [string, Workload][] => {
      const port = Number(number);
      const { subsets = [] } = objects.find(o => o.kind === 'DestinationRule' && o.spec.host === `${name}.${namespace}.svc.cluster.local`)?.spec ?? {};
      const ports: ServicePort[] = [kind === 'http' ? { name: 'http', port, serve: 'http' }
        : kind === 'tls' ? { name: 'tls', port, serve: 'https', certHost: hosts[0], certCA: 'ingress' } : { name: 'tcp', port, serve: 'tcp' }];
      if (subsets.length === 0) return [[same, sidecar(name, { namespace, service: name, ports })]];
      return subsets.map(({ name: subset, labels }: any) => [`${same} ${subset}`, sidecar(`${name}-${subset}`, { namespace, service: name, ports, labels })]);
    });
  })).values()];
}

/** The Services to which routes of the Gateway API lead. */
function backends(objects: Manifest[]): Workload[] {
  const found = objects.filter(({ kind }) => kind in SERVED).flatMap(({ kind, metadata, spec }) => {
    const copied = ({ filters = [] }: any) => filters.flatMap(({ requestMirror }: any) => requestMirror?.backendRef ?? []);
    const ofRule = (rule: any) => [...rule.backendRefs ?? [], ...copied(rule)];
    return spec.rules.flatMap(ofRule).map(({ name, namespace = metadata.namespace, port }: any): [string, Workload] => (
      [`${namespace}/${name}`, sidecar(name, { namespace, service: name, ports: [{ port, ...SERVED[kind](spec.hostnames?.[0]) }] })]
    ));
  });
  return [...new Map<string, Workload>(found).values()];
}

const SERVED: Record<string, (host: string) => Omit<ServicePort, 'port'>> = {
  HTTPRoute: () => ({ name: 'http', serve: 'http' }),
  TLSRoute: certHost => ({ name: 'tls', serve: 'https', certHost, certCA: 'ingress' }),
  TCPRoute: () => ({ name: 'tcp', serve: 'tcp' }),
};

/** Where the pods of egress gateways run on the pages. */
const EGRESS_NAMESPACES = ['istio-system', 'istio-egress'];

/** Istio's own Gateways; those of the Gateway API say of which pods they are. */
function serving(objects: Manifest[]): Manifest[] {
  return objects.filter(({ apiVersion, kind }) => kind === 'Gateway' && apiVersion.startsWith('networking.istio.io/'));
}

/** The pods that istiod makes of a Gateway, whose Service has the ports of its listeners. */
export function podsOf({ metadata, spec }: Manifest, name: string): Workload {
  const ports = Object.fromEntries(spec.listeners.map(({ port }: { readonly port: number }) => [port, port]));
  return managedGateway({ name, gateway: metadata.name, namespace: metadata.namespace, ports });
}

function listened(objects: Manifest[]): number[] {
  return serving(objects).flatMap(({ spec }) => spec.servers.map((server: any) => server.port.number));
}

/** Where istiod reads the keys of those who sign tokens. */
function issuers(objects: Manifest[]): External[] {
  const uris = objects.filter(o => o.kind === 'RequestAuthentication').flatMap(({ spec }) => spec.jwtRules.map(({ jwksUri }: any) => jwksUri));
  return [...new Set(uris)].map(uri => external(new URL(uri).hostname, { https: 443 }, { body: ISSUER.jwks, certCA: 'public' }));
}

/** How what was reached before may fail once it is `unbound`. */
export const UNBOUND: readonly [Failed, ...Failed[]] = [
  { status: 404, at: 'egress', flags: 'NR' },
  { status: 404, at: 'ingress', flags: 'NR' },
  // connections come to the gateway's shared server, which expects HTTP
  { at: 'egress', flags: 'DPE' },
  // TLS that is passed through meets the gateway's own certificate
  { error: /certificate is not valid for any names/ },
  // a port of the gateway that nothing else uses is closed: to sidecars, and to clients outside
  { flags: 'UF,URX', details: /Connection refused/ },
  { error: /^dial .* connection refused$/ },
  // the service of a direct call is hidden
  { flags: 'UH' },
];

/** Unbinds what leaves or comes in from its gateway; where there is none, hides the service from those who call it. No ServiceEntry names a waypoint. */
export function unbound(objects: Manifest[]): Manifest[] {
  if (objects.some(isWaypoint)) return objects.map(o => o.kind === 'ServiceEntry' ? { ...o, metadata: { ...o.metadata, labels: {} } } : o);
  const bound = objects.filter(o => o.kind === 'VirtualService' && o.spec.gateways?.some((name: string) => name !== 'mesh'));
  for (const { spec } of bound) spec.gateways = spec.gateways.map((name: string) => name === 'mesh' ? name : 'elsewhere/none');
  const routes = objects.filter(o => o.kind in SERVED && ['Gateway', 'ListenerSet'].includes(o.spec.parentRefs[0].kind));
  for (const { spec } of routes) spec.parentRefs = spec.parentRefs.map((parent: object) => ({ ...parent, name: 'none' }));
  if (bound.length + routes.length === 0) for (const { kind, spec } of objects) if (kind === 'ServiceEntry') spec.exportTo = ['elsewhere'];
  return objects;
}

/** In clear text, also where the host expects TLS: it says so, or closes what does not look like HTTP/1.1 to it. Where a lock is, that holds it. */
export function expectStraightOut(answer: Answer, from: string): void {
  expect(answer.hops.filter(({ proxy }) => proxy !== from)).toEqual([]);
  if (answer.denied.length > 0) expect(answer.denied.filter(one => one.from !== from || one.to === 'egress')).toEqual([]);
  else if (answer.server) expect(answer.server.peer).toBe(from);
  else expect(answer).toFail({ status: 400, details: /HTTP request to an HTTPS server/ }, { error: /EOF/ });
}
