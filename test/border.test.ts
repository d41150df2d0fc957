import { inspect } from 'node:util';
import { App, Chart, Duration } from 'cdk8s';
import { Anything, CONSTRUCTS, ENTRIES, Entry, PUBLIC, fieldsOf, sample, spotsOf, wrongFor } from './border';
import { mesh } from './fixtures';
import { synth } from './synth';
import * as library from '../src';
import {
  Access, Caller, CertificateIssuer, Destination, ExternalPort, ExternalService, GatewayWorkload, HeaderMatch, IngressDelegate, IngressGateway,
  IngressListener, IngressRoute, MeshSettings, PathMatch, PlainHttp, RouteAction, StringMatch, Tracing,
} from '../src';
import { ENUMS, METHODS, STRUCTS } from '../src/private/basics/api.generated';
import { IstioValidationError } from '../src/private/basics/errors';

function refusalOf(act: () => unknown): { readonly code?: string; readonly prop?: string } {
  try {
    act();
    return {};
  } catch (e) {
    if (e instanceof IstioValidationError) return e;
    return { code: (e as Error).message };
  }
}

/** What an invariant saw, and where it does not hold. */
interface Seen { readonly count: number; readonly complaints: string[] }

interface Trial { readonly what: string; readonly act: () => unknown; readonly code: string; readonly prop: string }

function seen(entries: Entry[], trials: (entry: Entry) => Trial[]): Seen {
  const all = entries.flatMap(entry => trials(entry).map(trial => ({ entry, ...trial })));
  const complaints = all.flatMap(({ entry, what, act, code, prop }) => {
    const refusal = refusalOf(act);
    return refusal.code === code && refusal.prop === prop ? [] : [`${entry.name}: ${what}: ${refusal.code} ${refusal.prop}`];
  });
  return { count: all.length, complaints };
}

const wrongTypes = (entries: Entry[]) => seen(entries, entry => spotsOf(entry).flatMap(({ path, type, args }) => wrongFor(type).map(value => (
  { what: `${path} = ${inspect(value)}`, act: () => entry.call(args(value)), code: 'TypeInvalid', prop: path }
))));

const unreadable = (entries: Entry[]) => seen(entries, entry => spotsOf(entry).filter(({ type }) => type === 'string').flatMap(({ path, args }) => (
  ['a\x7f', 'a\ud800', 'a\u2028'].map(value => ({ what: path, act: () => entry.call(args(value)), code: 'TextInvalid', prop: path }))
)));

const unknownMembers = (entries: Entry[]) => seen(entries, entry => spotsOf(entry).filter(({ type }) => type in ENUMS).map(({ path, args }) => (
  { what: path, act: () => entry.call(args('UNHEARD_OF')), code: 'ValueUnknown', prop: path })));

const structsOf = (entry: Entry) => spotsOf(entry).filter(({ type }) => type in STRUCTS);

const unknownProps = (entries: Entry[]) => seen(entries, entry => structsOf(entry).flatMap(({ path, type, args }) => {
  const prefix = entry.bare && path === entry.fields[0].name ? '' : `${path}.`;
  return ['unheardOf', '__proto__', '_internal'].map(key => {
    const struct = Object.fromEntries([...Object.entries(sample(type)), [key, undefined]]);
    return { what: `${path} with ${key}`, act: () => entry.call(args(struct)), code: 'PropUnknown', prop: prefix + key };
  });
}));

const missingValues = (entries: Entry[]) => seen(entries, entry => spotsOf(entry)
  // who needs a list that is missing says so in its own words
  .filter(({ optional, type, path }) => !optional && !(/[\]}]$/.test(type) && (path.includes('.') || entry.bare)) && !['MeshSettings.of', 'IstioRules.of'].includes(entry.name))
  .map(({ path, args }) => ({ what: `no ${path}`, act: () => entry.call(args(undefined)), code: 'TypeInvalid', prop: path })));

const unwritableKeys = (entries: Entry[]) => seen(entries, entry => spotsOf(entry).filter(({ type }) => type.endsWith('{}')).flatMap(({ path, type, args }) => (
  ['__proto__', 'constructor'].map(key => (
    { what: `${path} with ${key}`, act: () => entry.call(args(Object.fromEntries([[key, sample(type.slice(0, -2))]]))), code: 'NameReserved', prop: path })))));

const more = (entries: Entry[]) => seen(entries, entry => (entry.bare ? [] : [
  { what: 'one more', act: () => entry.call([...entry.fields.map(field => field.value ?? sample(field.type)), {}]), code: 'TypeInvalid', prop: `argument ${entry.fields.length + 1}` },
]));

describe('whatever takes values from a program', () => {
  test('is in the description, and all of that can be reached', () => {
    const reached = new Set(ENTRIES.flatMap(entry => spotsOf(entry).map(({ type }) => type.replace(/\W+$/, ''))));
    const bases = ['ConnectionPortOptions', 'RouteRule'];
    expect(Object.keys(STRUCTS).filter(struct => !reached.has(struct))).toEqual(bases);
    // programs are given findings and explanations, and give none
    const exported = Object.keys(PUBLIC).filter(name => typeof PUBLIC[name] === 'function' && !CONSTRUCTS.includes(name) && !['MeshSettings', 'Explanation', 'LockFinding', 'IstioRules', 'IstioValidation', 'RuleFinding'].includes(name));
    expect([...new Set(ENTRIES.filter(entry => !entry.bare).map(entry => entry.name.split(/[.#]/)[0]))]).toEqual(exported.sort());
    expect(CONSTRUCTS.length).toBeGreaterThan(9);
    const ofConstructs = Object.keys(METHODS).filter(method => CONSTRUCTS.includes(method.split(/[.#]/)[0]));
    expect(ofConstructs).toEqual(['DestinationPolicy#subset', 'IngressRoute#addRule']);
  });

  test('has enums whose values are their names', () => {
    for (const [name, members] of Object.entries(ENUMS)) expect(Object.values(PUBLIC[name])).toEqual(members.split(', '));
  });

  test('takes what is of the type', () => {
    const factories = ENTRIES.filter(entry => !entry.bare);
    const call = (entry: Entry) => entry.call(entry.fields.map(field => field.value ?? sample(field.type)));
    expect(factories.flatMap(entry => refusalOf(() => call(entry)).code ?? [])).toEqual([]);
    const codes = ENTRIES.filter(entry => entry.bare).map(entry => refusalOf(() => entry.call([sample(entry.fields[0].type)])).code);
    expect(codes.filter(code => /TypeInvalid|PropUnknown|NameReserved|^[^A-Z]|read|undefined/.test(code ?? ''))).toEqual([]);
  });

  test.each<[string, (entries: Entry[]) => Seen, number]>([
    ['refuses what is of another type, and says where', wrongTypes, 5000],
    ['refuses texts that nobody could read', unreadable, 300],
    ['refuses what is no member of an enum', unknownMembers, 6],
    ['refuses props that do not exist', unknownProps, 200],
    ['refuses what lacks a value that is needed', missingValues, 100],
    ['refuses keys that cannot be written', unwritableKeys, 40],
    ['refuses more arguments than it has', more, 60],
  ])('%s', (_, look, atLeast) => {
    const { count, complaints } = look(ENTRIES);
    expect(complaints).toEqual([]);
    expect(count).toBeGreaterThanOrEqual(atLeast);
    // what takes anything fails
    const blind = look(ENTRIES.map(entry => ({ ...entry, call: () => undefined })));
    expect(blind.complaints).toHaveLength(count);
  });
});

describe('a list or map that is missing', () => {
  const workload = GatewayWorkload.istioctl('a');
  const chart = () => mesh().shop;
  const rules = [{ action: RouteAction.respond(204) }];
  const gateway = (listener: IngressListener) => new IngressGateway(chart(), 'it', { workload, listeners: [listener] });
  const rule = (given: Anything) => {
    const scope = chart();
    const web = { action: RouteAction.forward(Destination.service('a', { port: 1 })) };
    new IngressRoute(scope, 'it', { gateway: new IngressGateway(scope, 'gateway', { workload }), hosts: ['a.test'], rules: [{ ...web, ...given }] });
  };
  const service = (props: Anything) => new ExternalService(chart(), 'it', { hosts: ['a.test'], ports: [ExternalPort.http()], direct: true, ...props });
  const lock = (props: Anything) => {
    const { shop, egress } = mesh();
    new library.EgressLock(shop, 'it', { gateway: egress, ...props });
  };
  const needed: { readonly [prop: string]: [act: () => unknown, code: string] } = {
    'CertificateProps.dnsNames': [() => new library.Certificate(chart(), 'it', { workload, issuer: CertificateIssuer.issuer('a') } as Anything), 'HostsEmpty'],
    'ClusterDnsProps.pods': [() => lock({ dns: library.ClusterDns.of({ namespace: 'a' } as Anything) }), 'ClusterDnsInvalid'],
    'Cors.allowOrigins': [() => rule({ cors: {} }), 'CorsOriginsEmpty'],
    'DestinationSubset.labels': [() => new library.DestinationPolicy(chart(), 'it', { destination: Destination.service('a', { port: 1 }), subsets: { v1: {} as Anything } }), 'SubsetInvalid'],
    'ExternalServiceAttributes.hosts': [() => ExternalService.fromExternalServiceAttributes(chart(), 'it', { ports: [ExternalPort.http()] } as Anything), 'HostsEmpty'],
    'ExternalServiceAttributes.ports': [() => ExternalService.fromExternalServiceAttributes(chart(), 'it', { hosts: ['a.test'] } as Anything), 'PortsEmpty'],
    'ExternalServiceProps.hosts': [() => service({ hosts: undefined }), 'HostsEmpty'],
    'ExternalServiceProps.ports': [() => service({ ports: undefined }), 'PortsEmpty'],
    'GatewayWorkloadProps.selector': [() => new library.EgressGateway(chart(), 'it', { workload: GatewayWorkload.of({ namespace: 'a', serviceName: 'a', ports: [{ number: 443 }] } as Anything) }), 'WorkloadInvalid'],
    'GatewayWorkloadProps.ports': [() => new library.EgressGateway(chart(), 'it', { workload: GatewayWorkload.of({ namespace: 'a', serviceName: 'a', selector: { a: 'b' } } as Anything) }), 'EgressGatewayPortMissing'],
    'HttpsListenerOptions.hosts': [() => gateway(IngressListener.https({ credentialName: 'a' } as Anything)), 'HostsEmpty'],
    'IngressDelegateProps.prefixes': [() => new IngressDelegate(chart(), 'it', { routeNamespace: 'shop', rules } as Anything), 'DelegateInvalid'],
    'IngressDelegateProps.rules': [() => new IngressDelegate(chart(), 'it', { routeNamespace: 'shop', prefixes: ['/a'] } as Anything), 'RulesEmpty'],
    'IngressGatewayAttributes.listeners': [() => IngressGateway.fromIngressGatewayAttributes(chart(), 'it', { name: 'a', namespace: 'a', workload } as Anything), 'ListenersEmpty'],
    'KubeApi.addresses': [() => lock({ kubeApi: {} }), 'AddressInvalid'],
    'PlaintextPort.pods': [() => lock({ plaintextPorts: [{ namespace: 'a', port: 1, reason: 'b' }] }), 'MeshPeerInvalid'],
    'TlsPassthroughListenerOptions.hosts': [() => gateway(IngressListener.tlsPassthrough({} as Anything)), 'HostsEmpty'],
  };

  test('is refused by those who need it, all of whom are here', () => {
    const described = Object.entries(STRUCTS).flatMap(([struct, text]) => fieldsOf(text).filter(f => !f.optional && /[\]}]$/.test(f.type)).map(f => `${struct}.${f.name}`));
    expect(Object.keys(needed)).toEqual(described);
  });

  test.each(Object.entries(needed))('%s', (_, [act, code]) => {
    expect(refusalOf(act).code).toBe(code);
  });
});

function isOwn(given: Anything): boolean {
  return typeof given === 'object' && given !== null && (Array.isArray(given) || Object.getPrototypeOf(given) === Object.prototype);
}

/** Empties every list and struct, however deep; constructs, durations and values of classes are not the program's own. */
function spoil(given: Anything): void {
  if (!isOwn(given)) return;
  Object.values(given).forEach(spoil);
  for (const key of Object.keys(given)) delete given[key];
  if (Array.isArray(given)) given.length = 0;
}

/** Whether arguments keep their values through `act`, and can still be changed. */
function staysSame(args: Anything[], act: () => void): boolean {
  const shown = () => JSON.stringify(args, (_, value) => (isOwn(value) ? { frozen: Object.isFrozen(value), ...value } : typeof value === 'object' ? value.constructor.name : value));
  const before = shown();
  act();
  return shown() === before;
}

describe('what a program changes afterwards changes nothing', () => {
  const keepers = (entries: Entry[]) => entries.filter(entry => {
    const args = entry.fields.map(field => field.value ?? sample(field.type));
    let value: unknown;
    const left = staysSame(args, () => (value = entry.call(args)));
    const before = inspect(value, { depth: 12 });
    spoil(args);
    return !left || inspect(value, { depth: 12 }) !== before;
  }).map(({ name }) => name);

  test('in values', () => {
    const factories = ENTRIES.filter(entry => !entry.bare);
    expect(keepers(factories)).toEqual([]);
    // what keeps the arguments themselves is seen
    expect(keepers(factories.map(entry => ({ ...entry, call: args => [...args] }))).length).toBeGreaterThan(40);
  });

  const workload = () => GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'edge', ports: [{ number: 80 }, { number: 443 }] });
  const metadata = () => ({ labels: { team: 'shop' }, annotations: { note: 'a' } });
  const matches = () => [{ path: PathMatch.prefix('/a'), headers: [HeaderMatch.exact('x-a', 'b')], methods: ['GET'] }];
  const rules = () => [{
    matches: matches(),
    action: RouteAction.split([Destination.service('a', { port: 80 }).weighted(9), Destination.service('b', { port: 80 }).weighted(1)]),
    retries: { attempts: 2, retryOn: ['5xx'] },
    requestHeaders: { set: { 'x-set': 'a' }, add: { 'x-add': 'b' }, remove: ['x-remove'] },
    cors: { allowOrigins: [StringMatch.exact('https://a.test')], allowHeaders: ['x-a'] },
  }];
  const egressRules = () => rules().map(({ action, cors, ...rule }) => rule);
  const service = (chart: Chart, props: Anything = {}) => new ExternalService(chart, 'service', { hosts: ['api.test'], ports: [ExternalPort.http()], ...props });
  const valid: { readonly [construct: string]: (chart: Chart, egress: library.EgressGateway) => Anything } = {
    Certificate: () => ({ workload: workload(), dnsNames: ['a.test', 'b.test'], issuer: CertificateIssuer.issuer('a'), metadata: metadata() }),
    DestinationPolicy: () => ({ destination: Destination.service('a', { port: 80 }), subsets: { v1: { labels: { version: 'v1' } } }, exportTo: ['shop'], outlierDetection: { consecutiveServerErrors: 3 }, metadata: metadata() }),
    DirectRoute: chart => ({ service: service(chart, { direct: true }), allow: matches(), rules: egressRules(), keepHeaders: ['x-request-id'], metadata: metadata() }),
    EgressAdmission: (chart, egress) => {
      new library.EgressRoute(chart, 'route', { service: service(chart), gateway: egress });
      return { lock: new library.EgressLock(chart, 'lock', { gateway: egress }), metadata: metadata() };
    },
    EgressCaller: (chart, egress) => ({ service: service(chart), gateway: egress, metadata: metadata() }),
    EgressGateway: () => ({ workload: workload(), exportTo: ['shop'], metadata: metadata() }),
    EgressLock: (chart, egress) => {
      new library.EgressRoute(chart, 'route', { service: service(chart), gateway: egress });
      return {
        gateway: egress,
        namespaces: ['shop'],
        calls: [library.MeshPeer.service('a', { namespace: 'b', pods: { app: 'a' }, ports: [80] })],
        dns: library.ClusterDns.of({ namespace: 'a', pods: { app: 'dns' }, ports: [53], nodeLocal: ['169.254.20.10'] }),
        istiod: { pods: { app: 'istiod' } },
        kubeApi: { addresses: ['192.0.2.1'] },
        clusterRanges: ['10.0.0.0/8'],
        outsidePorts: [8443],
        plaintextPorts: [{ namespace: 'shop', pods: { app: 'a' }, port: 80, reason: 'b' }],
        metadata: metadata(),
      };
    },
    EgressRoute: (chart, egress) => ({
      service: service(chart),
      gateway: egress,
      callers: [Caller.namespace('shop'), Caller.serviceAccount('shop', 'a', { allow: matches() })],
      allow: matches(),
      rules: egressRules(),
      keepHeaders: ['x-request-id'],
      metadata: metadata(),
    }),
    EgressVerification: (chart, egress) => {
      new library.EgressRoute(chart, 'route', { service: service(chart), gateway: egress });
      return { lock: new library.EgressLock(chart, 'lock', { gateway: egress }), metadata: metadata() };
    },
    ExternalService: () => ({
      hosts: ['a.test'],
      ports: [ExternalPort.tcp({ number: 5432 })],
      direct: true,
      addresses: ['192.0.2.1'],
      exportTo: ['shop', 'other'],
      connectionPool: { maxConnections: 5, tcpKeepalive: { probes: 3 } },
      workloadSelector: { app: 'a' },
      metadata: metadata(),
    }),
    GatewayTelemetry: () => ({ workload: workload(), tracing: Tracing.sampled({ provider: 'zipkin', percent: 1 }), metadata: metadata() }),
    IngressDelegate: () => ({ routeNamespace: 'shop', prefixes: ['/a'], rules: rules(), metadata: metadata() }),
    IngressGateway: () => ({ workload: workload(), listeners: [IngressListener.https({ hosts: ['a.test'], credentialName: 'a', plainHttp: PlainHttp.redirect({ exemptPaths: [PathMatch.prefix('/a')] }) })], routeNamespaces: ['shop'], metadata: metadata() }),
    IngressRoute: chart => ({
      gateway: new IngressGateway(chart, 'gateway', { workload: workload(), listeners: [IngressListener.http({ hosts: ['shop.test'] })] }),
      hosts: ['shop.test'],
      rules: rules(),
      access: [Access.jwt({ issuer: 'a', jwksUri: 'https://a.test/keys', audiences: ['shop'] }), Access.anyOf([Access.ipBlocks(['192.0.2.0/24']), Access.ipBlocks(['198.51.100.0/24'])])],
      openPaths: ['/open'],
      deny: [{ path: PathMatch.prefix('/admin') }],
      metadata: metadata(),
    }),
    SidecarScope: () => ({ calls: [library.MeshPeer.service('a', { namespace: 'b', pods: { app: 'a' }, ports: [80] })], metadata: metadata() }),
  };

  /** What is synthesized without and with the change. */
  function twice(make: (chart: Chart, egress: library.EgressGateway) => { readonly props: Anything; readonly add: () => void }) {
    return [false, true].map(changes => {
      const { app, shop, egress } = mesh();
      const { props, add } = make(shop, egress);
      expect(staysSame([props], add)).toBe(true);
      if (changes) spoil(props);
      return synth(app, { admissible: false });
    });
  }

  test('in constructs, all of which are here', () => {
    expect(Object.keys(valid)).toEqual([...CONSTRUCTS].sort());
  });

  test.each(Object.entries(valid))('in %s', (name, propsOf) => {
    const [before, after] = twice((chart, egress) => {
      const props = propsOf(chart, egress);
      return { props, add: () => new PUBLIC[name](chart, 'it', props) };
    });
    expect(after).toEqual(before);
    expect(before.length).toBeGreaterThan(0);
  });

  test('in rules that are added', () => {
    const [before, after] = twice(chart => {
      const route = new IngressRoute(chart, 'it', { gateway: new IngressGateway(chart, 'gateway', { workload: workload() }), hosts: ['shop.test'] });
      const [props] = rules();
      return { props, add: () => route.addRule(props) };
    });
    expect(after).toEqual(before);
  });

  test('and what constructs show cannot be changed', () => {
    const { hosts } = service(mesh().shop);
    expect(() => hosts.push('other.test')).toThrow(TypeError);
  });
});

describe('a second copy of the package', () => {
  test('makes values that the first one takes', () => {
    let second: Anything;
    jest.isolateModules(() => (second = jest.requireActual('../src')));
    expect(second.ExternalPort).not.toBe(ExternalPort);
    const { app, shop } = mesh();
    new ExternalService(shop, 'api', { hosts: ['api.test'], ports: [second.ExternalPort.http()], resolution: second.Resolution.dns([library.Endpoint.host('b.test')]), direct: true });
    expect(synth(app).map(({ kind }) => kind)).toContain('ServiceEntry');
    expect(refusalOf(() => ExternalPort.httpToHttps({ tls: second.PathMatch.exact('/') }))).toMatchObject({ code: 'TypeInvalid', prop: 'options.tls' });
  });

  test('of cdk8s makes durations that are taken', () => {
    let second: Anything;
    jest.isolateModules(() => (second = jest.requireActual('cdk8s')));
    expect(second.Duration).not.toBe(Duration);
    const { app, shop, egress } = mesh();
    new library.EgressRoute(shop, 'route', { service: sampleService(shop), gateway: egress, rules: [{ timeout: second.Duration.seconds(5) }] });
    expect(JSON.stringify(synth(app))).toContain('"timeout":"5s"');
  });

  function sampleService(chart: Chart) {
    return new ExternalService(chart, 'service', { hosts: ['api.test'], ports: [ExternalPort.http()] });
  }
});

test('settings are a copy, too', () => {
  const options = { istioVersion: '1.30' };
  const app = new App();
  MeshSettings.of(app, options);
  options.istioVersion = '1.22';
  expect(MeshSettings.of(app).istioVersion).toBe('1.30');
});
