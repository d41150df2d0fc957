import { Fields, Labels, fieldsOf, labelsOf, listOf, numberOf, textOf, textsOf } from './fields';
import { RouteKind } from './gateway';
import { Manifest } from './manifest';
import { fullHost } from './names';
import { ExportTo } from './visible';

/** The name that stands for all sidecars. */
export const MESH = 'mesh';

export interface VirtualService {
  readonly object: Manifest;
  readonly hosts: readonly string[];
  /** `mesh`, or `namespace/name`; `mesh` alone where none is written. A delegate has neither hosts nor gateways. */
  readonly gateways: readonly GatewayRef[];
  readonly exportTo: ExportTo;
  readonly routes: readonly Route[];
}

export interface GatewayRef {
  readonly field: string;
  readonly written: string;
  readonly id: string;
}

export interface Route {
  readonly of: VirtualService;
  readonly field: string;
  readonly kind: RouteKind;
  readonly matches: readonly Match[];
  readonly destinations: readonly Destination[];
  readonly delegate: string | undefined;
  readonly rewritesHost: boolean;
  /** Request headers that the route takes away, in lower case. */
  readonly removes: readonly string[];
}

export interface Match {
  readonly field: string;
  readonly gateways: readonly GatewayRef[];
  readonly port: number | undefined;
  readonly sniHosts: readonly string[];
  /** Whether it asks for something of the request that other requests to the host lack. */
  readonly isNarrow: boolean;
}

export interface Destination {
  readonly field: string;
  readonly host: string;
  readonly written: string;
  readonly port: number | undefined;
  readonly subset: string | undefined;
  readonly removes: readonly string[];
}

const KINDS: readonly RouteKind[] = ['http', 'tls', 'tcp'];
/** Fields of an HTTP match that say what the request is, rather than who sends it. */
const NARROW = ['uri', 'scheme', 'method', 'headers', 'queryParams', 'withoutHeaders'];
/** Headers that name the host, which tells the hosts of a wildcard apart. */
const OF_HOST = /^(:authority|host)$/i;

export function readVirtualService(object: Manifest, clusterDomain: string): VirtualService {
  const { spec, namespace } = object;
  const hosts = textsOf(spec.hosts).map(host => fullHost(host, namespace, clusterDomain));
  const gateways = gatewayRefs(spec.gateways, 'spec.gateways', namespace);
  const routes: Route[] = [];
  const service: VirtualService = {
    object,
    hosts,
    gateways: gateways.length > 0 || hosts.length === 0 ? gateways : [{ field: 'spec.gateways', written: MESH, id: MESH }],
    exportTo: textsOf(spec.exportTo),
    routes,
  };
  for (const kind of KINDS) {
    listOf(spec[kind]).forEach((one, i) => routes.push(readRoute(service, kind, fieldsOf(one), `spec.${kind}[${i}]`, clusterDomain)));
  }
  return service;
}

function gatewayRefs(value: unknown, field: string, namespace: string): GatewayRef[] {
  return textsOf(value).map((written, i) => ({ field: `${field}[${i}]`, written, id: written === MESH || written.includes('/') ? written : `${namespace}/${written}` }));
}

function readRoute(of: VirtualService, kind: RouteKind, route: Fields, field: string, clusterDomain: string): Route {
  const { namespace } = of.object;
  return {
    of,
    field,
    kind,
    matches: listOf(route.match).map((one, i) => readMatch(fieldsOf(one), `${field}.match[${i}]`, namespace)),
    destinations: listOf(route.route).flatMap((one, i) => {
      const { destination, headers } = fieldsOf(one);
      const { host, port, subset } = fieldsOf(destination);
      const written = textOf(host);
      if (written === undefined) return [];
      const number = numberOf(fieldsOf(port).number);
      return [{
        field: `${field}.route[${i}].destination`, written, host: fullHost(written, namespace, clusterDomain), port: number, subset: textOf(subset), removes: removed(headers),
      }];
    }),
    delegate: textOf(fieldsOf(route.delegate).name),
    rewritesHost: textOf(fieldsOf(route.rewrite).authority) !== undefined || setsHost(route.headers),
    removes: removed(route.headers),
  };
}

function readMatch(match: Fields, field: string, namespace: string): Match {
  return {
    field,
    gateways: gatewayRefs(match.gateways, `${field}.gateways`, namespace),
    port: numberOf(match.port),
    sniHosts: textsOf(match.sniHosts).map(host => host.toLowerCase()),
    isNarrow: NARROW.some(name => isCondition(match[name])) && !isEveryPath(match),
  };
}

function isCondition(value: unknown): boolean {
  if (typeof value !== 'object') return value !== undefined;
  const keys = Object.keys(fieldsOf(value));
  return keys.some(key => !OF_HOST.test(key));
}

/** `prefix: /` beside nothing else. */
function isEveryPath(match: Fields): boolean {
  return fieldsOf(match.uri).prefix === '/' && NARROW.every(name => name === 'uri' || !isCondition(match[name]));
}

function removed(headers: unknown): string[] {
  return textsOf(fieldsOf(fieldsOf(headers).request).remove).map(name => name.toLowerCase());
}

function setsHost(headers: unknown): boolean {
  return Object.keys(labelsOf(fieldsOf(fieldsOf(headers).request).set) as Labels).some(name => /^(host|:authority)$/i.test(name));
}

/** Whether one of the gateways of a VirtualService has a route: `mesh`, or `namespace/name`. */
export function isRouteOf(gateway: string, { matches }: Route): boolean {
  return matches.length === 0 || matches.some(match => isMatchOf(gateway, match));
}

export function isMatchOf(gateway: string, { gateways }: Match): boolean {
  return gateways.length === 0 || gateways.some(({ id }) => id === gateway);
}

/** The matches of a route that count at a gateway. */
export function matchesAt(gateway: string, { matches }: Route): Match[] {
  return matches.filter(match => isMatchOf(gateway, match));
}

export function isBoundTo(gateway: string, { gateways }: VirtualService): boolean {
  return gateways.some(({ id }) => id === gateway);
}
