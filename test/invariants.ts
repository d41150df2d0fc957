import { Manifest, find } from './synth';
import { covers } from '../src/private/basics/hosts';
import { isDnsLabel } from '../src/private/basics/names';

/** What holds for every set of manifests. */
export interface Invariant {
  /** One entry for each thing that was looked at: a complaint, or nothing. */
  readonly look: (objects: Manifest[]) => Look[];
  /** How many things it sees in all cases, at least. */
  readonly atLeast: number;
  /** One for each kind of complaint. */
  readonly twins: readonly Twin[];
}

/** Damages a case in one place; what must be said of it, and nothing else; and the case, where it is not `TWIN_OF`. */
export type Twin = readonly [damage: (objects: Manifest[]) => void, complaint: string, of?: string];

type Look = string | undefined;

export const TWIN_OF = 'egress › https origination';
const DELEGATE = 'ingress › a part that a team has';
const STANDARD = 'ingress › Gateway API: http for every host';
const LEG_ONE_RETRIES = JSON.stringify({ attempts: 2, retryOn: 'connect-failure,refused-stream,reset-before-request' });
const UNTOLD = ['x-forwarded-client-cert', 'x-envoy-peer-metadata', 'x-forwarded-for'];

/** By titles of tests. */
export const INVARIANTS: Record<string, Invariant> = {
  'gateways are named in full, and exist': {
    look: objects => {
      const known = ['mesh', ...ofKind(objects, 'Gateway').map(id)];
      return boundTo(objects).flatMap(o => o.spec.gateways.map((name: string) => say(o, !known.includes(name) && `no Gateway is ${name}`)));
    },
    atLeast: 130,
    twins: [
      [o => { legTwo(o).spec.gateways = ['egress']; }, 'egress-api-example-com-80-leg-2: no Gateway is egress'],
    ],
  },

  'every match has a port': {
    look: objects => boundTo(objects).flatMap(o => routesOf(o).flatMap(({ match }) => [
      say(o, !match?.length && 'a route without a match'), ...(match ?? []).map(({ port }: any) => say(o, !isPort(port) && `a match on port ${port}`)),
    ])),
    atLeast: 450,
    twins: [
      [o => { delete legTwo(o).spec.http[0].match[0].port; }, 'egress-api-example-com-80-leg-2: a match on port undefined'],
      [o => { delete legOne(o).spec.http[0].match; }, 'shop-route-mesh-virtual-service-c8faafa8: a route without a match'],
    ],
  },

  'every destination has a port': {
    look: objects => boundTo(objects).flatMap(o => routesOf(o).flatMap(targetsOf).map(({ host, port }) => say(o, !isPort(port?.number) && `${host} without a port`))),
    atLeast: 160,
    twins: [
      [o => { delete legTwo(o).spec.http[0].route[0].destination.port; }, 'egress-api-example-com-80-leg-2: api.example.com without a port'],
    ],
  },

  'a delegate is handed over to, seen by the namespace that does so, and says nothing of hosts, gateways and ports': {
    look: objects => ofKind(objects, 'VirtualService').filter(o => !o.spec.hosts).flatMap(o => {
      const roots = boundTo(objects).filter(root => root.spec.http?.some(({ delegate: d }: any) => d && `${d.namespace}/${d.name}` === id(o)));
      return [
        say(o, roots.length !== 1 && `${roots.length} routes hand over to it`),
        say(o, roots.length === 1 && !same(o.spec.exportTo, [roots[0].metadata.namespace]) && `seen by ${o.spec.exportTo}`),
        say(o, o.spec.gateways && 'a delegate with gateways'),
        say(o, o.spec.http.some(({ match = [] }: any) => match.some((m: any) => m.port !== undefined)) && 'a delegate with a port'),
      ];
    }),
    atLeast: 4,
    twins: [
      [o => { Object.assign(delegateIn(o).metadata, { namespace: 'other' }); }, 'team-delegate-virtual-service-c86543e1: 0 routes hand over to it', DELEGATE],
      [o => { delegateIn(o).spec.exportTo = ['*']; }, 'team-delegate-virtual-service-c86543e1: seen by *', DELEGATE],
      [o => { delegateIn(o).spec.gateways = ['mesh']; }, 'team-delegate-virtual-service-c86543e1: a delegate with gateways', DELEGATE],
      [o => { delegateIn(o).spec.http[0].match = [{ port: 80 }]; }, 'team-delegate-virtual-service-c86543e1: a delegate with a port', DELEGATE],
    ],
  },

  'in an object of several gateways every match says of which': {
    look: objects => boundTo(objects).filter(o => o.spec.gateways.length > 1).flatMap(o => matchesOf(o).map(({ gateways = [] }) =>
      say(o, !(gateways.length === 1 && o.spec.gateways.includes(gateways[0])) && `a match of the gateways ${JSON.stringify(gateways)}`))),
    atLeast: 24,
    twins: [
      [o => { delete find(o, 'VirtualService').spec.http[0].match[0].gateways; }, 'egress-api-example-com: a match of the gateways []', 'egress › single layout'],
    ],
  },

  'every destination is known to all who read the route': {
    look: objects => boundTo(objects).flatMap(o => routesOf(o).flatMap(route => targetsOf(route).flatMap(({ host, port }) => {
      if (host.endsWith('.svc.cluster.local')) return [];
      const entry = ofKind(objects, 'ServiceEntry').find(e => e.spec.hosts.includes(host));
      if (!entry) return [say(o, `no ServiceEntry has ${host}`)];
      const blind = readersOf(o, route).filter(namespace => !['*', namespace].some(viewer => seenBy(entry).includes(viewer)));
      return [
        say(o, !entry.spec.ports.some((p: any) => p.number === port?.number) && `${host} has no port ${port?.number}`),
        say(o, blind.length > 0 && `${blind} cannot see ${host}`),
      ];
    }))),
    atLeast: 230,
    twins: [
      [o => { apiOf(o).spec.hosts = ['b.example.com']; }, 'egress-api-example-com-80-leg-2: no ServiceEntry has api.example.com'],
      [o => { apiOf(o).spec.ports[0].number = 8080; }, 'egress-api-example-com-80-leg-2: api.example.com has no port 80'],
      [o => { apiOf(o).spec.exportTo = ['.']; }, 'egress-api-example-com-80-leg-2: istio-system cannot see api.example.com'],
    ],
  },

  'a server of the gateway takes the hosts of the route': {
    look: objects => boundTo(objects).flatMap(o => o.spec.gateways.filter((name: string) => name !== 'mesh').map((name: string) => {
      const gateways = ofKind(objects, 'Gateway').filter(g => id(g) === name);
      const taken = gateways.flatMap(g => g.spec.servers.flatMap((s: any) => s.hosts).map((h: string) => h.replace(/^\.\//, `${g.metadata.namespace}/`).split('/')));
      const bound = taken.filter(parts => parts.length === 1 || parts[0] === o.metadata.namespace).map(parts => parts[parts.length - 1]);
      return say(o, !o.spec.hosts.some((host: string) => bound.some(pattern => covers(pattern, host))) && `no server of ${name} takes ${o.spec.hosts}`);
    })),
    atLeast: 80,
    twins: [
      [o => { gatewayIn(o).spec.servers[0].hosts = ['shop/*']; }, 'egress-api-example-com-80-leg-2: no server of istio-system/egress takes api.example.com'],
    ],
  },

  'TLS to the outside has a server name and names to verify, or neither, and says who signs': {
    look: objects => ofKind(objects, 'DestinationRule').flatMap(o => tlsOf(o).filter(t => t.mode !== 'ISTIO_MUTUAL' && !t.insecureSkipVerify).flatMap(tls => [
      say(o, 'sni' in tls !== 'subjectAltNames' in tls && `sni ${tls.sni} beside the names ${tls.subjectAltNames}`),
      say(o, 'caCertificates' in tls === 'credentialName' in tls && 'nobody or two sign'),
    ])),
    atLeast: 70,
    twins: [
      [o => { upstreamTls(o).sni = 'api.example.com'; }, 'egress-api-example-com-tls: sni api.example.com beside the names undefined'],
      [o => { delete upstreamTls(o).caCertificates; }, 'egress-api-example-com-tls: nobody or two sign'],
    ],
  },

  'TLS to the gateway asks for the name of leg 1': {
    look: objects => ofKind(objects, 'DestinationRule').filter(o => isMesh(o.spec.host)).map(o =>
      say(o, !same(o.spec.trafficPolicy?.tls, { mode: 'ISTIO_MUTUAL', sni: o.spec.host }) && `TLS is ${JSON.stringify(o.spec.trafficPolicy?.tls)}`)),
    atLeast: 75,
    twins: [
      [o => { find(o, 'DestinationRule', 'egress-leg-1-mtls').spec.trafficPolicy.tls.sni = 'api.example.com'; }, 'egress-leg-1-mtls: TLS is {"mode":"ISTIO_MUTUAL","sni":"api.example.com"}'],
    ],
  },

  'hosts outside are outside, and the gateway is inside': {
    look: objects => ofKind(objects, 'ServiceEntry').map(o =>
      say(o, o.spec.location !== (o.spec.hosts.every(isMesh) ? 'MESH_INTERNAL' : 'MESH_EXTERNAL') && `${o.spec.hosts} is ${o.spec.location}`)),
    atLeast: 140,
    twins: [
      [o => { apiOf(o).spec.location = 'MESH_INTERNAL'; }, 'shop-service-service-entry-c889bf87: api.example.com is MESH_INTERNAL'],
    ],
  },

  'a gateway is never left without an address': {
    look: objects => {
      const routed = boundTo(objects).flatMap(routesOf).flatMap(targetsOf).map(t => t.host);
      const leading = ofKind(objects, 'ServiceEntry').filter(o => o.spec.hosts.some((host: string) => routed.includes(host)));
      return leading.map(o => say(o, o.spec.resolution === 'NONE' && `${o.spec.hosts} has no address`));
    },
    atLeast: 95,
    twins: [
      [o => { apiOf(o).spec.resolution = 'NONE'; }, 'shop-service-service-entry-c889bf87: api.example.com has no address'],
    ],
  },

  'nothing is visible to everybody, unless a route is for every namespace and says why': {
    look: objects => ['VirtualService', 'ServiceEntry', 'DestinationRule'].flatMap(kind => ofKind(objects, kind)).map(o => {
      const open = (o.kind === 'VirtualService' ? [o] : objects).some(({ metadata }) => 'cdk8s-istio/any-namespace-reason' in (metadata.annotations ?? {}));
      return say(o, (!o.spec.exportTo?.length || (o.spec.exportTo.includes('*') && !(open && same(o.spec.exportTo, ['*'])))) && `visible to ${JSON.stringify(o.spec.exportTo)}`);
    }),
    atLeast: 380,
    twins: [
      [o => { delete legTwo(o).spec.exportTo; }, 'egress-api-example-com-80-leg-2: visible to undefined'],
      [o => { apiOf(o).spec.exportTo = ['shop', '*']; }, 'shop-service-service-entry-c889bf87: visible to ["shop","*"]'],
    ],
  },

  'leg 1 tries again only what never reached the gateway, and nothing waits for 0 s': {
    look: objects => boundTo(objects).flatMap(o => (o.spec.http ?? []).flatMap((route: any) => {
      const toGateway = targetsOf(route).some(t => isMesh(t.host) || t.host.startsWith('istio-egressgateway.'));
      return [
        say(o, JSON.stringify(route.retries) !== (toGateway ? LEG_ONE_RETRIES : undefined) && `retries are ${JSON.stringify(route.retries)}`),
        say(o, route.timeout === '0s' && 'the timeout is 0s'),
      ];
    })),
    atLeast: 320,
    twins: [
      [o => { delete legOne(o).spec.http[0].retries; }, 'shop-route-mesh-virtual-service-c8faafa8: retries are undefined'],
      [o => { legTwo(o).spec.http[0].timeout = '0s'; }, 'egress-api-example-com-80-leg-2: the timeout is 0s'],
    ],
  },

  'what leaves by the shared server is of the callers': {
    look: objects => boundTo(objects).filter(o => o.spec.gateways.includes('istio-system/egress')).flatMap(o =>
      (o.spec.http ?? []).filter((route: any) => targetsOf(route).some(t => !isMesh(t.host))).flatMap((route: any) => route.match.map((m: any) =>
        say(o, !/URI=spiffe:/.test(m.headers?.['x-forwarded-client-cert']?.regex) && 'a match without a caller')))),
    atLeast: 40,
    twins: [
      [o => { delete legTwo(o).spec.http[0].match[0].headers; }, 'egress-api-example-com-80-leg-2: a match without a caller'],
    ],
  },

  'what leaves by HTTP has no headers of the mesh': {
    look: objects => boundTo(objects).flatMap(o => (o.spec.http ?? []).filter((r: any) => targetsOf(r).some(t => t.host.endsWith('.example.com'))).map((route: any) => {
      const { remove = [] } = (route.headers ?? route.route[0].headers)?.request ?? {};
      return say(o, !UNTOLD.every(name => remove.includes(name)) && `only ${JSON.stringify(remove)} is removed`);
    })),
    atLeast: 43,
    twins: [
      [o => { legTwo(o).spec.http[0].headers.request.remove = ['x-forwarded-for']; }, 'egress-api-example-com-80-leg-2: only ["x-forwarded-for"] is removed'],
    ],
  },

  'policies are for the pods of a gateway alone, where these run': {
    look: objects => {
      const pods = serversOf(objects).map(g => JSON.stringify(g.spec.selector));
      const targets = standardGateways(objects).map(id);
      return ['AuthorizationPolicy', 'RequestAuthentication'].flatMap(kind => ofKind(objects, kind)).flatMap(o => [
        say(o, !pods.includes(JSON.stringify(o.spec.selector?.matchLabels)) && !targets.includes(`${o.metadata.namespace}/${o.spec.targetRefs?.[0].name}`)
          && `it selects ${JSON.stringify(o.spec.selector)}`),
        say(o, !['istio-system', 'istio-ingress'].includes(o.metadata.namespace) && `it is in ${o.metadata.namespace}`),
      ]);
    },
    atLeast: 110,
    twins: [
      [o => { delete policyIn(o).spec.selector; }, 'egress-api-example-com-80-callers: it selects undefined'],
      [o => { Object.assign(policyIn(o).metadata, { namespace: 'shop' }); }, 'egress-api-example-com-80-callers: it is in shop'],
    ],
  },

  'servers are for some pods alone': {
    look: objects => serversOf(objects).map(o => say(o, Object.keys(o.spec.selector ?? {}).length === 0 && 'it selects every pod')),
    atLeast: 110,
    twins: [
      [o => { gatewayIn(o).spec.selector = {}; }, 'egress: it selects every pod'],
    ],
  },

  'policies allow only what an egress gateway serves, and say for which hosts and ports they are': {
    look: objects => ofKind(objects, 'AuthorizationPolicy').flatMap(o => [
      say(o, !['DENY', 'CUSTOM'].includes(o.spec.action) && !/-(un)?declared$/.test(o.metadata.name) && `its action is ${o.spec.action}`),
      ...(o.spec.rules ?? []).flatMap(({ to = [], when = [] }: any) => {
        const sni = when.find((condition: any) => condition.key === 'connection.sni')?.values;
        return [say(o, to.length === 0 && 'a rule for everything'), ...to.flatMap(({ operation: { hosts, ports = [] } }: any) => [
          say(o, ports.length !== 1 && `a rule for the ports ${JSON.stringify(ports)}`),
          // what has no Host header is told by the name of leg 1
          say(o, !(hosts ?? sni?.filter((name: string) => isMesh(name) || o.spec.action === 'ALLOW') ?? []).length && 'a rule for every host'),
          // TCP on the same port has neither
          say(o, ports[0] !== '80' && !sni && 'a rule for whatever comes to its port'),
        ])];
      }),
    ]),
    atLeast: 300,
    twins: [
      [o => { policyIn(o).spec.action = 'ALLOW'; }, 'egress-api-example-com-80-callers: its action is ALLOW'],
      [o => { delete policyIn(o).spec.rules[0].to; }, 'egress-api-example-com-80-callers: a rule for everything'],
      [o => { policyIn(o).spec.rules[0].to[0].operation.ports.push('80'); }, 'egress-api-example-com-80-callers: a rule for the ports ["443","80"]'],
      [o => { policyIn(o).spec.rules[0].to[0].operation.hosts = []; }, 'egress-api-example-com-80-callers: a rule for every host'],
      [o => { delete policyIn(o).spec.rules[0].when; }, 'egress-api-example-com-80-callers: a rule for whatever comes to its port'],
      [o => { delete policyIn(o, 'declared').spec.rules[0].to; }, 'egress-api-example-com-80-declared: a rule for everything'],
      [o => { delete policyIn(o, 'declared').spec.rules[0].when; }, 'egress-api-example-com-80-declared: a rule for whatever comes to its port'],
    ],
  },

  'names are DNS labels, and distinct': {
    look: objects => objects.flatMap((o, i) => [
      say(o, !isDnsLabel(o.metadata.name) && 'not a DNS label'),
      say(o, objects.slice(0, i).some(other => other.kind === o.kind && id(other) === id(o)) && `a second ${o.kind} of this name`),
    ]),
    atLeast: 1100,
    twins: [
      [o => { Object.assign(legOne(o).metadata, { name: 'a.b' }); }, 'a.b: not a DNS label'],
      [o => { Object.assign(legOne(o).metadata, legTwo(o).metadata); }, 'egress-api-example-com-80-leg-2: a second VirtualService of this name'],
    ],
  },

  'routes of the Gateway API bind to a listener by its name, which is open to their namespace': {
    look: objects => objects.filter(isStandardRoute).flatMap(o => o.spec.parentRefs.map(({ kind, namespace, name, sectionName }: any) => {
      const parent = ofKind(objects, kind).filter(isStandard).find(g => id(g) === `${namespace}/${name}`);
      const listener = parent?.spec.listeners.find((l: any) => l.name === sectionName);
      return say(o, !listener?.allowedRoutes.namespaces.selector.matchExpressions[0].values.includes(o.metadata.namespace) && `it has no leave at ${sectionName}`);
    })),
    atLeast: 20,
    twins: [
      [o => { delete routeIn(o).spec.parentRefs[0].sectionName; }, 'shop-route-http-route-c808a952: it has no leave at undefined', STANDARD],
      [o => { Object.assign(routeIn(o).metadata, { namespace: 'other' }); }, 'shop-route-http-route-c808a952: it has no leave at http-80', STANDARD],
    ],
  },

  'Services of other namespaces are granted to routes of the Gateway API': {
    look: objects => objects.filter(isStandardRoute).flatMap(o => (
      backendsOf(o).filter(({ namespace }: any) => namespace !== undefined).map(({ namespace, name }: any) => say(o, !ofKind(objects, 'ReferenceGrant').some(grant => (
        grant.metadata.namespace === namespace && grant.spec.from[0].kind === o.kind && grant.spec.from[0].namespace === o.metadata.namespace
          && grant.spec.to.some((to: any) => to.name === name)
      )) && `nobody grants ${namespace}/${name}`))
    )),
    atLeast: 4,
    twins: [
      [o => { find(o, 'ReferenceGrant').spec.to = find(o, 'ReferenceGrant').spec.to.slice(0, 1); }, 'shop-route-http-route-c808a952: nobody grants lab/copy', 'ingress › Gateway API: mirror'],
    ],
  },

  'no field is empty, but for matches on presence': {
    look: objects => objects.flatMap(o => leaves(withoutCoreGroup(o.spec)).map(value =>
      say(o, (value === null || value === '' || Array.isArray(value) && value.length === 0) && `a field is ${JSON.stringify(value)}`))),
    atLeast: 5500,
    twins: [
      [o => { apiOf(o).spec.addresses = []; }, 'shop-service-service-entry-c889bf87: a field is []'],
    ],
  },
};

const ofKind = (objects: Manifest[], kind: string) => objects.filter(o => o.kind === kind);
/** All VirtualServices but delegates. */
const boundTo = (objects: Manifest[]) => ofKind(objects, 'VirtualService').filter(o => o.spec.hosts);
const id = ({ metadata }: Manifest) => `${metadata.namespace}/${metadata.name}`;
const say = ({ metadata }: Manifest, wrong: string | boolean | undefined): Look => wrong ? `${metadata.name}: ${wrong}` : undefined;
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
const isPort = (port: unknown) => Number.isInteger(port);
const isMesh = (host: string) => host.endsWith('.mesh.internal');
const routesOf = ({ spec }: Manifest): any[] => [...spec.http ?? [], ...spec.tls ?? [], ...spec.tcp ?? []];
const matchesOf = (object: Manifest): any[] => routesOf(object).flatMap(route => route.match ?? []);
const targetsOf = (route: any): { host: string; port?: { number: number } }[] => (route.route ?? []).map((r: any) => r.destination);
const tlsOf = ({ spec: { trafficPolicy: all = {} } }: Manifest): any[] => [all, ...all.portLevelSettings ?? []].map(p => p.tls).filter(Boolean);
const seenBy = ({ metadata, spec }: Manifest): string[] => spec.exportTo.map((ns: string) => (ns === '.' ? metadata.namespace : ns));

/** The namespaces of the proxies that read a route: sidecars of all who see the object, or the gateway's pods. */
function readersOf(object: Manifest, route: any): string[] {
  const gateways: string[] = route.match[0].gateways ?? object.spec.gateways;
  const seen = seenBy(object);
  // the pods of an ingress gateway need not be where its Gateway is
  return gateways.map(gateway => gateway.split('/')[0]).flatMap(namespace => (['*', namespace].some(one => seen.includes(one)) ? namespace : seen));
}

/** All values in an object, however deep. */
function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0 ? Object.values(value).flatMap(leaves) : [value];
}

/** Istio's own Gateways. */
function serversOf(objects: Manifest[]): Manifest[] {
  return ofKind(objects, 'Gateway').filter(o => !isStandard(o));
}

function standardGateways(objects: Manifest[]): Manifest[] {
  return ofKind(objects, 'Gateway').filter(isStandard);
}

function isStandard({ apiVersion }: Manifest): boolean {
  return apiVersion.startsWith('gateway.networking.k8s.io/');
}

function isStandardRoute(o: Manifest): boolean {
  return isStandard(o) && o.kind.endsWith('Route');
}

function backendsOf({ spec }: Manifest): any[] {
  const mirrorsOf = ({ filters = [] }: any) => filters.flatMap((filter: any) => filter.requestMirror?.backendRef ?? []);
  return spec.rules.flatMap((rule: any) => [...rule.backendRefs ?? [], ...mirrorsOf(rule)]);
}

/** The API group of Services and Secrets is empty. */
function withoutCoreGroup(spec: unknown): unknown {
  return JSON.parse(JSON.stringify(spec).replaceAll('"group":"",', ''));
}

// what twins damage
const routeIn = (objects: Manifest[]) => find(objects, 'HTTPRoute');
const gatewayIn = (objects: Manifest[]) => find(objects, 'Gateway');
const legTwo = (objects: Manifest[]) => find(objects, 'VirtualService', 'egress-api-example-com-80-leg-2');
const legOne = (objects: Manifest[]) => find(objects, 'VirtualService', 'shop-route-mesh-virtual-service-c8faafa8');
const apiOf = (objects: Manifest[]) => find(objects, 'ServiceEntry', 'shop-service-service-entry-c889bf87');
const policyIn = (objects: Manifest[], purpose = 'callers') => find(objects, 'AuthorizationPolicy', `egress-api-example-com-80-${purpose}`);
const upstreamTls = (objects: Manifest[]) => find(objects, 'DestinationRule', 'egress-api-example-com-tls').spec.trafficPolicy.portLevelSettings[0].tls;
const delegateIn = (objects: Manifest[]) => ofKind(objects, 'VirtualService').find(o => !o.spec.hosts)!;
