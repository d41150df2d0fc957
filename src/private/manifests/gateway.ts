import { Labels, fieldsOf, labelsOf, listOf, numberOf, textOf, textsOf } from './fields';
import { Manifest } from './manifest';

/** Which routes a server takes. `tcp` also stands for TLS that ends at the server and holds something else than HTTP. */
export type RouteKind = 'http' | 'tls' | 'tcp';

/** A Gateway of Istio's own API. */
export interface Gateway {
  readonly object: Manifest;
  /** As routes name it. */
  readonly id: string;
  readonly selector: Labels;
  readonly servers: readonly Server[];
}

export interface Server {
  readonly gateway: Gateway;
  readonly field: string;
  readonly port: number | undefined;
  readonly protocol: string;
  readonly bind: string | undefined;
  readonly hosts: readonly ServerHost[];
  /** Upper case; undefined without TLS. */
  readonly tlsMode: string | undefined;
  readonly takes: RouteKind;
}

export interface ServerHost {
  /** Where routes may come from: a namespace, `.`, or `*`. */
  readonly from: string;
  readonly name: string;
}

const HTTP = /^(HTTP|HTTPS|HTTP2|GRPC|GRPC-WEB)$/;

export function readGateway(object: Manifest): Gateway {
  const servers: Server[] = [];
  const gateway: Gateway = { object, id: `${object.namespace}/${object.name}`, selector: labelsOf(object.spec.selector), servers };
  listOf(object.spec.servers).forEach((one, i) => servers.push(readServer(gateway, one, `spec.servers[${i}]`)));
  return gateway;
}

function readServer(gateway: Gateway, value: unknown, field: string): Server {
  const { port, hosts, tls, bind } = fieldsOf(value);
  const { number, protocol } = fieldsOf(port);
  const { mode, httpsRedirect } = fieldsOf(tls);
  const spoken = (textOf(protocol) ?? '').toUpperCase();
  const secured = tls !== undefined && tls !== null && !(httpsRedirect === true && mode === undefined) && spoken !== 'HTTP';
  const tlsMode = secured ? (textOf(mode) ?? 'PASSTHROUGH').toUpperCase() : undefined;
  const passes = tlsMode === 'PASSTHROUGH' || tlsMode === 'AUTO_PASSTHROUGH';
  return {
    gateway,
    field,
    port: numberOf(number),
    protocol: spoken,
    bind: textOf(bind),
    hosts: textsOf(hosts).map(host => {
      const slash = host.indexOf('/');
      return { from: slash < 0 ? '*' : host.slice(0, slash), name: host.slice(slash + 1).toLowerCase() };
    }),
    tlsMode,
    takes: passes ? 'tls' : HTTP.test(spoken) ? 'http' : 'tcp',
  };
}

/** The hosts that a server has for routes of a namespace. */
export function hostsFor(server: Server, namespace: string): string[] {
  return server.hosts
    .filter(({ from }) => from === '*' || from === namespace || (from === '.' && server.gateway.object.namespace === namespace))
    .map(({ name }) => name);
}

/** A server whose way in tells who calls. */
export function knowsCallers({ tlsMode }: Server): boolean {
  return tlsMode === 'ISTIO_MUTUAL';
}
