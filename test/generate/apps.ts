import { Arbitrary } from 'fast-check';
import { Draw, drawn } from './draw';
import { Expression, Program, Statement, call, list, literal, make, plain, struct, variable } from './expression';
import { Place, SENSE } from './sense';
import { StructOptions, structOf } from './values';

/** Apps of several charts, with all constructs, that mostly make sense. */
export function apps(): Arbitrary<Program> {
  return drawn(draw => new AppMaker(draw).make());
}

interface ChartOf { readonly name: string; readonly namespace: string }
interface Service {
  readonly name: string;
  readonly chart: ChartOf;
  readonly isDirect: boolean;
  readonly isHttp: boolean;
  readonly hasTls: boolean;
  readonly isDestination: boolean;
}
interface Ingress { readonly name: string; readonly hosts: readonly string[]; readonly opaqueHosts: readonly string[]; readonly hasTcp: boolean }

const RULE_OPTIONS = ['timeout', 'retries', 'rewrite', 'requestHeaders', 'fault', 'mirror', 'cors'];

class AppMaker {
  private readonly statements: Statement[] = [];
  private readonly constants = new Map<string, string[]>();
  private readonly services: Service[] = [];
  /** The gateways that are waypoints. */
  private readonly waypoints = new Set<string>();
  private readonly junk: number;
  private count = 0;

  constructor(private readonly draw: Draw) {
    this.junk = draw.pick([0, 0, 0, 0, 0, 0.005, 0.01, 0.05]);
  }

  public make(): Program {
    const { draw } = this;
    if (draw.chance(0.2)) this.add(call('MeshSettings.of', variable('app'), this.struct('MeshSettingsOptions', this.place({ name: 'app', namespace: '' }))));
    const platform = this.chart('platform', 'istio-system');
    const edge = this.chart('edge', draw.pick(['istio-ingress', 'edge']));
    const tenants = draw.some(['shop', 'blog', 'billing']).map(namespace => this.chart(namespace, namespace));
    if (draw.chance(0.1)) tenants.push(this.chart(`${tenants[0].namespace}Two`, tenants[0].namespace));
    for (const chart of tenants) this.holders(chart);
    const sides = draw.pick(['egress', 'ingress', 'both']);
    if (sides !== 'ingress') this.egress(platform, tenants);
    if (sides !== 'egress') this.ingress(edge, tenants);
    if (draw.chance(0.1)) this.add(call('IstioRules.of', variable('app'), this.struct('IstioRulesOptions', this.place({ name: 'app', namespace: '' }))));
    return this.statements;
  }

  private chart(name: string, namespace: string): ChartOf {
    const constant = this.declare('Chart', name, make('Chart', variable('app'), literal(name), struct([['namespace', literal(namespace)]])));
    return { name: constant, namespace };
  }

  /** Objects that others have declared, by which the library learns of Services and Secrets. */
  private holders(chart: ChartOf): void {
    const { draw } = this;
    if (draw.chance(0.3)) {
      const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'held' }, spec: { selector: { app: 'held' }, ports: draw.pick([[{ port: 80 }], [{ port: 80, name: 'http' }, { port: 81, name: 'grpc' }], [{ port: 80, targetPort: 8080 }]]) } };
      this.construct('Service', chart, 'ApiObject', plain(service));
    }
  }

  private egress(platform: ChartOf, tenants: readonly ChartOf[]): void {
    const { draw } = this;
    const gateways: string[] = [];
    for (const release of draw.some(['istio-egressgateway', 'second-egress'])) {
      const isWaypoint = draw.chance(0.12);
      const workload = this.declare('GatewayWorkload', 'workload', isWaypoint ? this.waypoint(platform, release) : this.egressWorkload(platform, release));
      if (!isWaypoint || draw.chance(0.03)) this.telemetry(platform, workload);
      const unheeded = isWaypoint && !draw.chance(0.05) ? ['port', 'exportTo', 'undeclared'] : [];
      const beside = isWaypoint && draw.chance(0.5) ? gateways.filter(gateway => !this.waypoints.has(gateway)) : [];
      const given = { workload: variable(workload), ...beside.length > 0 && { sidecarGateway: variable(draw.pick(beside)) } };
      const gateway = draw.chance(0.12)
        ? this.imported('IEgressGateway', platform, 'EgressGateway.fromEgressGatewayAttributes', 'EgressGatewayAttributes', given)
        : this.construct('IEgressGateway', platform, 'EgressGateway', this.struct('EgressGatewayProps', this.place(platform), { given, without: unheeded }));
      if (isWaypoint) this.waypoints.add(gateway);
      gateways.push(gateway);
    }
    for (const chart of tenants) {
      for (let n = draw.whole(0, 3); n > 0; n--) this.routed(this.service(chart, draw.chance(0.35)), gateways);
      if (draw.chance(0.05)) this.construct('SidecarScope', chart, 'SidecarScope', this.struct('SidecarScopeProps', this.place(chart)));
    }
    if (draw.chance(0.12)) this.lock(draw.pick([platform, ...tenants]), draw.pick(gateways));
  }

  private lock(chart: ChartOf, gateway: string): void {
    const direct = this.services.filter(({ isDirect }) => isDirect).map(({ name }) => variable(name));
    const given = { gateway: variable(gateway), ...direct.length > 0 && { direct: list(direct) } };
    const isWaypoint = this.waypoints.has(gateway) && !this.draw.chance(0.05);
    const without = ['direct', ...isWaypoint ? ['phase', 'plaintextPorts', 'accessLogging', 'outsidePorts', 'omit'] : []];
    const lock = this.construct('EgressLock', chart, 'EgressLock', this.struct('EgressLockProps', this.place(chart), { given, without }));
    if (isWaypoint) return;
    if (this.draw.chance(0.3)) this.construct('EgressAdmission', chart, 'EgressAdmission', this.struct('EgressAdmissionProps', this.place(chart), { given: { lock: variable(lock) } }));
    if (this.draw.chance(0.3)) this.construct('EgressVerification', chart, 'EgressVerification', this.struct('EgressVerificationProps', this.place(chart), { given: { lock: variable(lock) } }));
  }

  private waypoint(platform: ChartOf, name: string): Expression {
    return call('GatewayWorkload.waypoint', literal(name), this.struct('WaypointOptions', this.place(platform), { given: { namespace: literal('istio-egress') } }));
  }

  private egressWorkload(platform: ChartOf, release: string): Expression {
    const { draw } = this;
    const namespace = draw.chance(0.9) ? 'istio-system' : 'edge';
    const ports = draw.chance(0.2) ? [{ number: 80 }, { number: 443 }, { number: 15443 }] : undefined;
    const selector = { istio: release, app: release };
    switch (draw.pick(['helm', 'helm', 'helm', 'helm', 'istioctl', 'managed', 'of', 'service'])) {
      case 'helm': return call('GatewayWorkload.helmRelease', literal(release), plain({ namespace, ...ports && { ports } }));
      case 'istioctl': return call('GatewayWorkload.istioctl', literal(release));
      case 'managed': return this.managedWorkload(release, namespace);
      case 'of': return call('GatewayWorkload.of', this.struct('GatewayWorkloadProps', this.place(platform), { given: { namespace: literal(namespace), selector: plain(selector), ports: plain(ports ?? [{ number: 443, targetPort: 8443 }, { number: 80 }]), serviceName: literal(release) } }));
      default: {
        const service = { apiVersion: 'v1', kind: 'Service', metadata: { name: release }, spec: { selector, ports: [{ port: 80, targetPort: 8080 }, { port: 443, targetPort: 8443 }] } };
        return call('GatewayWorkload.fromService', variable(this.construct('GatewayService', platform, 'ApiObject', plain(service))));
      }
    }
  }

  private managedWorkload(name: string, namespace: string, without: readonly string[] = []): Expression {
    return call('GatewayWorkload.gatewayApi', literal(name), this.struct('GatewayApiOptions', this.place({ name: 'app', namespace: '' }), { given: { namespace: literal(namespace) }, without }));
  }

  private service(chart: ChartOf, isDirect: boolean): Service {
    const { draw } = this;
    const kind = draw.pick(['http', 'http', 'http', 'tls', 'tcp', 'mixed', 'wildcard'] as const);
    const id = draw.chance(0.1) ? 'shared' : `api${this.count}`;
    const place = this.place(chart, { side: isDirect ? 'direct' : 'egress' });
    const ports = this.ports(kind, place);
    const hosts = kind === 'wildcard' ? [`*.${id}.example.com`] : kind === 'tcp' || draw.chance(0.7) ? [`${id}.example.com`] : [`${id}.example.com`, `${id}-eu.example.com`];
    const given: Record<string, Expression | undefined> = {
      hosts: plain(hosts),
      ports: list(ports),
      ...kind === 'tcp' && { addresses: plain([`192.0.2.${this.count}`]) },
      ...isDirect && { direct: literal(true) },
      ...kind === 'wildcard' && { resolution: draw.pick([call('Resolution.servedBy', literal('www.example.com')), call('Resolution.endpoints', list([call('Endpoint.ip', literal('192.0.2.9'))]))]) },
    };
    const without = ['direct', ...kind === 'tcp' ? [] : ['addresses'], ...isDirect ? [] : ['location', 'workloadSelector', 'connectProxy'], ...kind === 'http' ? [] : ['connectionPool', 'loadBalancer', 'subjectAltNames']];
    const name = kind !== 'wildcard' && draw.chance(0.08)
      ? this.imported('IExternalService', chart, 'ExternalService.fromExternalServiceAttributes', 'ExternalServiceAttributes', { hosts: given.hosts!, ports: given.ports!, ...isDirect && { direct: literal(true) } })
      : this.construct('IExternalService', chart, 'ExternalService', this.struct('ExternalServiceProps', place, { given, without }));
    const isHttp = ports.every(p => p.kind === 'call' && /http(To|2?$)|grpc/.test(p.callee));
    const service = { name, chart, isDirect, isHttp, hasTls: kind === 'tls' || kind === 'mixed', isDestination: kind === 'http' && ports.length === 1 && hosts.length === 1 };
    this.services.push(service);
    return service;
  }

  private ports(kind: 'http' | 'tls' | 'tcp' | 'mixed' | 'wildcard', place: Place): Expression[] {
    const { draw } = this;
    const port = (factory: string, options: string, given: Record<string, Expression> = {}) =>
      call(`ExternalPort.${factory}`, this.struct(options, place, { given, without: ['number', 'targetPort'] }));
    const http = (number: number) => {
      const factory = draw.pick(['http', 'httpToHttps', 'httpToHttps', 'grpc', 'grpcToGrpcs', 'http2']);
      return port(factory, /To/.test(factory) ? 'HttpToHttpsOptions' : 'PortOptions', { number: literal(number) });
    };
    switch (kind) {
      case 'http': return draw.chance(0.75) ? [http(80)] : [http(80), http(8080)];
      case 'tls': return draw.pick([() => [port('https', 'PortOptions')], () => [port('tls', 'TlsPortOptions', { number: literal(8443) })]])();
      case 'tcp': return draw.pick([() => [port('tcp', 'TcpPortOptions', { number: literal(draw.pick([22, 25, 3128, 9000])) })], () => [port(draw.pick(['postgres', 'mysql', 'mongo', 'redis']), 'WellKnownPortOptions')]])();
      case 'mixed': return [http(80), port('https', 'PortOptions')];
      case 'wildcard': return draw.pick([() => [http(80)], () => [port('https', 'PortOptions')]])();
    }
  }

  private routed(service: Service, gateways: readonly string[]): void {
    const { draw } = this;
    const { chart, isHttp } = service;
    const opaque = isHttp ? [] : ['rules', 'allow', 'keepHeaders'];
    const gateway = draw.pick(gateways);
    const isWaypoint = this.waypoints.has(gateway) && !draw.chance(0.05);
    const never = [...isHttp ? [] : ['CallerOptions.allow', 'AnyNamespaceOptions.allow'], ...isWaypoint ? ['CallerOptions.ownLeg'] : []];
    const place = this.place(chart, { side: service.isDirect ? 'direct' : 'egress', never });
    const rules = isHttp && draw.chance(0.5) ? { rules: this.rules(place, draw.pick([1, 1, 2, 3])) } : {};
    if (service.isDirect) {
      if (isHttp && draw.chance(0.6)) this.construct('DirectRoute', chart, 'DirectRoute', this.struct('DirectRouteProps', place, { given: { service: variable(service.name), ...rules }, without: [...opaque, 'allow'] }));
      return;
    }
    const given = { service: variable(service.name), gateway: variable(gateway), ...rules };
    const legs = isWaypoint ? ['appTls', 'legOne', 'layout', 'gatewayPort'] : [];
    const without = [...legs, ...opaque, ...service.hasTls ? [] : ['appTls'], ...isHttp ? [] : ['legOne'], ...'rules' in rules ? ['allow'] : []];
    if (draw.chance(0.93)) this.construct('EgressRoute', chart, 'EgressRoute', this.struct('EgressRouteProps', place, { given, without }));
    else this.construct('EgressCaller', chart, 'EgressCaller', this.struct('EgressCallerProps', place, { given: { service: given.service, gateway: given.gateway }, without }));
  }

  private ingress(edge: ChartOf, tenants: readonly ChartOf[]): void {
    const { draw } = this;
    for (const chart of tenants) {
      if (!draw.chance(0.3)) continue;
      const place = this.place(chart);
      const destination = call('Destination.service', literal('web'), struct([['port', literal(80)], ...draw.chance(0.1) ? [['namespace', literal(draw.pick(tenants).namespace)] as const] : []]));
      this.construct('DestinationPolicy', chart, 'DestinationPolicy', this.struct('DestinationPolicyProps', place, { given: { destination, exportTo: plain([chart.namespace]) } }));
    }
    const gateways = draw.some(['istio-ingressgateway', 'internal']).map(release => this.ingressGateway(edge, release));
    for (const gateway of gateways) {
      const hosts = [...gateway.hosts];
      for (let n = draw.whole(1, 3); n > 0 && hosts.length > 0; n--) {
        const own = draw.chance(0.8) ? hosts.splice(draw.whole(0, hosts.length - 1), 1) : [draw.pick(hosts)];
        this.ingressRoute(draw.pick(tenants), tenants, gateway, own);
      }
      for (const host of gateway.opaqueHosts) this.opaqueRoute(draw.pick(tenants), gateway, { hosts: plain([host]) });
      if (gateway.hasTcp) this.opaqueRoute(draw.pick(tenants), gateway, { tcpPort: literal(5432) });
    }
  }

  private ingressGateway(edge: ChartOf, release: string): Ingress {
    const { draw } = this;
    const hasTcp = draw.chance(0.12);
    const isStandard = draw.chance(0.15);
    const ports = [{ number: 80, ...draw.chance(0.2) && { targetPort: 8080 } }, { number: 443 }, ...hasTcp ? [{ number: 5432 }] : []];
    const options = () => struct([['namespace', literal(draw.chance(0.8) ? edge.namespace : 'istio-system')], ['ports', plain(ports)]]);
    const workload = this.declare('GatewayWorkload', 'workload', isStandard || draw.chance(0.1) && !hasTcp
      ? this.managedWorkload(release, edge.namespace, isStandard ? ['existing', 'ports'] : [])
      : call('GatewayWorkload.helmRelease', literal(release), options()));
    this.telemetry(edge, workload);
    const place = this.place(edge);
    if (draw.chance(0.3)) {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `held-${this.count}` }, data: { 'tls.crt': 'YQ==', 'tls.key': 'YQ==', 'ca.crt': 'YQ==' } };
      this.construct('Secret', edge, 'ApiObject', plain(secret));
    }
    const listeners: Expression[] = [];
    const hosts: string[] = [];
    const opaqueHosts: string[] = [];
    if (draw.chance(0.6)) {
      for (const group of draw.some([['shop.example.com'], ['www.example.com', 'example.com'], ['*.apps.example.com'], ['blog.example.com']])) {
        const certificate = draw.chance(0.15) && this.construct('Certificate', edge, 'Certificate', this.struct('CertificateProps', place, { given: { workload: variable(workload), dnsNames: plain(group) } }));
        const credential = certificate ? variable(`${certificate}.credentialName`) : literal(`${group[0].replace('*.', '')}-tls`);
        listeners.push(call('IngressListener.https', this.struct('HttpsListenerOptions', place, { given: draw.chance(0.9) ? { hosts: plain(group), credentialName: credential } : { hosts: plain(group), credentialName: undefined, credentials: list([this.credential(place)]) }, without: ['credentials', 'cipherSuites', 'port'] })));
        hosts.push(...group.map(host => host.replace('*', draw.pick(['a', 'b', '*']))));
      }
      if (draw.chance(0.2)) {
        listeners.push(call('IngressListener.tlsPassthrough', this.struct('TlsPassthroughListenerOptions', place, { given: { hosts: plain(['pass.example.com']) }, without: ['port'] })));
        opaqueHosts.push('pass.example.com');
      }
    } else {
      listeners.push(call('IngressListener.http', ...draw.chance(0.5) ? [] : [this.struct('HttpListenerOptions', place)]));
      hosts.push('shop.example.com', 'blog.example.com', 'www.example.com');
    }
    if (hasTcp) listeners.push(call('IngressListener.tcp', struct([['port', literal(5432)]])));
    const given = { workload: variable(workload), listeners: list(listeners), ...isStandard && { routeApi: variable('RouteApi.GATEWAY_API') } };
    const name = draw.chance(0.12)
      ? this.imported('IIngressGateway', edge, 'IngressGateway.fromIngressGatewayAttributes', 'IngressGatewayAttributes', { ...given, namespace: literal(edge.namespace) })
      : this.construct('IIngressGateway', edge, 'IngressGateway', this.struct('IngressGatewayProps', place, { given, without: isStandard ? [] : ['listenerNamespaces'] }));
    return { name, hosts, opaqueHosts, hasTcp };
  }

  private ingressRoute(chart: ChartOf, tenants: readonly ChartOf[], gateway: Ingress, hosts: readonly string[]): void {
    const { draw } = this;
    const place = this.place(chart);
    const rules = this.rules(place, draw.pick([1, 1, 2, 3, 4]));
    const items = rules.kind === 'list' ? [...rules.items] : [];
    if (draw.chance(0.15)) {
      const prefix = `/d${this.count}`;
      const other = draw.pick(tenants);
      const delegate = draw.chance(0.8)
        ? this.construct('IIngressDelegate', other, 'IngressDelegate', this.struct('IngressDelegateProps', this.place(other, { side: 'delegate' }), {
          given: { routeNamespace: literal(chart.namespace), prefixes: plain([prefix]), rules: this.rules(this.place(other, { side: 'delegate', path: prefix }), draw.pick([1, 2])) },
        }))
        : this.imported('IIngressDelegate', other, 'IngressDelegate.fromIngressDelegateAttributes', 'IngressDelegateAttributes', { namespace: literal(other.namespace) });
      const match = call('PathMatch.prefix', literal(prefix));
      items.unshift(this.struct('IngressRule', place, { given: { matches: list([struct([['path', match]])]), action: call('RouteAction.delegate', variable(delegate)) }, without: [...RULE_OPTIONS, 'responseHeaders'] }));
    }
    const late = draw.chance(0.15) && items.length > 1 ? items.pop() : undefined;
    const name = this.construct('IngressRoute', chart, 'IngressRoute', this.struct('IngressRouteProps', place, { given: { gateway: variable(gateway.name), hosts: plain(hosts), rules: list(items) }, without: ['tcpPort', 'tlsPort', 'destinations', ...draw.chance(0.5) ? ['access', 'openPaths'] : []] }));
    if (late) this.add(call(`${name}.addRule`, late));
  }

  private opaqueRoute(chart: ChartOf, gateway: Ingress, how: Record<string, Expression>): void {
    const place = this.place(chart);
    const without = ['access', 'rules', 'deny', 'openPaths', 'hosts', 'tcpPort'];
    this.construct('IngressRoute', chart, 'IngressRoute', this.struct('IngressRouteProps', place, {
      given: { gateway: variable(gateway.name), ...how, destinations: list([call('Destination.service', literal('db'), struct([['port', literal(5432)]]))]) }, without,
    }));
  }

  /** Rules whose paths do not hide each other, mostly. */
  private rules(place: Place, count: number): Expression {
    const { draw } = this;
    const isIngress = place.side === 'ingress' || place.side === 'delegate';
    return list(Array.from({ length: count }, (_, i) => {
      const within = { ...place, path: `${place.path ?? ''}/r${i}`, depth: 1 };
      const acts = isIngress || draw.chance(0.25);
      const action = acts ? this.action(within) : undefined;
      const forwards = action === undefined || action.kind === 'call' && /forward|split/.test(action.callee);
      const matches = i === count - 1 && draw.chance(0.3) ? undefined : list(Array.from({ length: draw.pick([1, 1, 1, 2]) }, () => this.struct('RouteMatch', within)));
      return this.struct(isIngress ? 'IngressRule' : 'EgressRule', within, {
        given: { ...matches && { matches }, ...action && { action } },
        without: ['action', 'matches', ...forwards ? [] : RULE_OPTIONS, ...place.side === 'delegate' ? ['cors'] : []],
      });
    }));
  }

  private action(place: Place): Expression {
    const { draw } = this;
    const kind = place.side === 'ingress' || place.side === 'delegate' ? draw.pick(['forward', 'forward', 'forward', 'split', 'redirect', 'respond']) : draw.pick(['respond', 'redirect', ...place.made('IExternalService').length > 0 ? ['forward'] : []]);
    const destination = () => this.destination(place);
    switch (kind) {
      case 'forward': return call('RouteAction.forward', destination());
      case 'split': return call('RouteAction.split', list(Array.from({ length: draw.whole(1, 3) }, () => this.weighted(destination(), place))));
      case 'redirect': return call('RouteAction.redirect', this.struct('RedirectOptions', place));
      default: return call('RouteAction.respond', literal(draw.pick([200, 204, 404, 503])), ...draw.chance(0.5) ? [literal(draw.pick(['no\n', '{"a": "b"}', '100%', '%FOO%', 'ünïcode', '']))] : []);
    }
  }

  private weighted(destination: Expression, place: Place): Expression {
    if (destination.kind !== 'call') return destination; // junk has no methods
    const name = this.declare('Destination', 'destination', destination);
    return call(`${name}.weighted`, SENSE['Destination.weighted.weight'](place));
  }

  private destination(place: Place): Expression {
    const one = structOf('Mirror', { ...place, depth: 3 }, { without: ['percent'] });
    const destination = one?.kind === 'struct' ? one.fields.find(([name]) => name === 'destination')?.[1] : undefined;
    if (destination && (place.side === 'ingress' || place.side === 'delegate')) return destination;
    const external = place.made('IExternalService');
    return external.length > 0 ? call('Destination.external', variable(this.draw.pick(external))) : call('Destination.service', literal('web'), struct([['port', literal(80)]]));
  }

  private credential(place: Place): Expression {
    const made = place.made('Secret');
    return made.length > 0 ? call('Credential.fromSecret', variable(this.draw.pick(made))) : call('Credential.secret', literal(`tls-${this.count}`));
  }

  private telemetry(chart: ChartOf, workload: string): void {
    if (this.draw.chance(0.15)) this.construct('GatewayTelemetry', chart, 'GatewayTelemetry', this.struct('GatewayTelemetryProps', this.place(chart), { given: { workload: variable(workload) } }));
  }

  private struct(name: string, place: Place, options?: StructOptions): Expression {
    return structOf(name, place, options) ?? struct([]);
  }

  private place(chart: ChartOf, more: Partial<Place> = {}): Place {
    const { side = 'ingress', never = [] } = more;
    const within = ['PathMatch.regex', 'PathMatch.rawPrefix', 'PathMatch.grpc', 'PathMatchOptions.ignoreCase'];
    const fitting = () => this.services.filter(s => s.isDestination && s.isDirect === (side === 'direct') && (side !== 'direct' || s.chart === chart)).map(s => s.name);
    const made = (type: string) => (type === 'IExternalService' && this.draw.chance(0.98) ? fitting() : this.constants.get(type) ?? []);
    return { draw: this.draw, junk: this.junk, namespace: chart.namespace, side, depth: 0, made, ...more, never: [...never, ...side === 'delegate' ? within : [], ...side === 'egress' || side === 'direct' ? ['RouteMatch.scheme'] : []] };
  }

  private construct(type: string, chart: ChartOf, of: string, props: Expression): string {
    // ids repeat in other charts, as those of tenants do
    const isAlike = ({ value }: Statement) => value.kind === 'call' && value.callee === of && value.args[0]?.kind === 'name' && value.args[0].name === chart.name;
    const number = this.statements.filter(isAlike).length;
    const id = `${of.replace(/(?!^)[A-Z]/g, letter => `-${letter}`).toLowerCase()}-${number}`;
    return this.declare(type, `${chart.name}${of}${number}`, make(of, variable(chart.name), literal(id), props));
  }

  private imported(type: string, chart: ChartOf, factory: string, attributes: string, given: Record<string, Expression>): string {
    const id = `imported${this.count}`;
    return this.declare(type, `${chart.name}I${id.slice(1)}`, call(factory, variable(chart.name), literal(id), this.struct(attributes, this.place(chart), { given })));
  }

  private declare(type: string, wanted: string, value: Expression): string {
    const name = this.statements.some(s => s.name === wanted) ? `${wanted}_${this.count}` : wanted;
    this.count++;
    this.constants.set(type, [...this.constants.get(type) ?? [], name]);
    this.add(value, name);
    return name;
  }

  private add(value: Expression, name?: string): void {
    this.statements.push({ value, name });
  }
}
