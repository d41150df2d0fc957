import { Certificate, Connection, Content, Layer } from './connection';
import { Message, isType, known, notConsidered } from './message';
import { Proxy, Weighted, endpointsOf } from './proxy';
import { fits } from './text';

/** Certificates by the names under which proxies ask for them; undefined if it is not known what a Secret holds. */
export interface Vault {
  identity(secret: string): Certificate | undefined;
  /** The authority that somebody trusts. */
  authority(secret: string): string | undefined;
}

/** A way on, or why there is none. */
export type Onward =
  | To
  | { readonly flags: string; readonly details: string };

interface To extends Speaking { readonly host: string; readonly port: number }
interface Speaking {
  /** The TLS that the proxy puts around it. */
  readonly adds?: Layer;
  /** The protocol of its HTTP; undefined if it stays what it is. */
  readonly http2: boolean | undefined;
}

/** Where a proxy sends a request by one of its clusters, and in which TLS. */
export function onward(name: string, proxy: Proxy, connection: Connection, content: Content, vault: Vault): Weighted<Onward>[] {
  const found = proxy.cluster(name);
  if (found === undefined) return [{ share: 1, of: { flags: 'NC', details: 'cluster_not_found' } }];
  const cluster = known('Cluster', found);
  if (cluster.name === 'BlackHoleCluster') return [{ share: 1, of: { flags: 'UH', details: 'BlackHoleCluster' } }];
  if (cluster.type === 'ORIGINAL_DST') {
    const port = known('OriginalDst', cluster.original_dst_lb_config ?? {}).upstream_port_override ?? connection.port;
    return [{ share: 1, of: { host: connection.ip, port, ...speaking(cluster, {}, content, vault) } }];
  }
  if (!['EDS', 'STRICT_DNS', 'LOGICAL_DNS', 'STATIC', undefined].includes(cluster.type)) notConsidered(`cluster of type ${cluster.type}`);
  const endpoints = endpointsOf(cluster, proxy);
  if (endpoints.length === 0) return [{ share: 1, of: { flags: 'UH', details: 'no_healthy_upstream' } }];
  return endpoints.map(({ share, of: { endpoint, metadata } }) => {
    const { socket_address: at, ...others } = known('Endpoint', endpoint).address as Message;
    if (at === undefined) notConsidered(`endpoint at ${Object.keys(others)[0]}`);
    const labels = metadata?.filter_metadata?.['envoy.transport_socket_match'] ?? {};
    return { share, of: { host: at.address, port: at.port_value, ...speaking(cluster, labels, content, vault) } };
  });
}

function speaking(cluster: Message, labels: Message, content: Content, vault: Vault): Speaking {
  const options = known('HttpProtocolOptions', cluster.typed_extension_protocol_options?.['envoy.extensions.upstreams.http.v3.HttpProtocolOptions'] ?? {});
  const http2 = options.use_downstream_protocol_config ? undefined : options.explicit_http_config?.http2_protocol_options !== undefined;
  const matching = (cluster.transport_socket_matches as Message[] | undefined ?? [])
    .find(({ match = {} }) => Object.entries(match).every(([label, value]) => labels[label] === value));
  const socket = matching?.transport_socket ?? cluster.transport_socket;
  if (socket === undefined || /raw_buffer$/.test(socket.name)) return { http2 };
  if (!isType(socket.typed_config, 'UpstreamTlsContext')) notConsidered(`transport socket ${socket.name}`);
  const context = known('UpstreamTlsContext', socket.typed_config);
  const common = known('CommonTlsContext', context.common_tls_context ?? {});
  const upstream = known('UpstreamHttpProtocolOptions', options.upstream_http_protocol_options ?? {});
  const named = upstream.auto_sni && content !== 'bytes' ? content.authority.replace(/:\d+$/, '') : undefined;
  const secret = common.tls_certificate_sds_secret_configs?.[0]?.name;
  const layer = {
    sni: named ?? (context.sni || undefined),
    alpn: common.alpn_protocols ?? (http2 ? ['h2'] : []),
    shows: secret === undefined ? undefined : vault.identity(secret),
    refuses: verifier(common, vault, upstream.auto_san_validation ? named : undefined),
  };
  return { adds: layer, http2 };
}

/** What is asked of the certificate of the other side. */
export function verifier(common: Message, vault: Vault, mustBeFor?: string): Layer['refuses'] {
  const combined = common.combined_validation_context ?? {};
  const given = combined.default_validation_context ?? common.validation_context ?? {};
  const roots = combined.validation_context_sds_secret_config ?? common.validation_context_sds_secret_config;
  known('ValidationContext', given);
  const matchers: Message[] = [
    ...given.match_subject_alt_names ?? [],
    ...(given.match_typed_subject_alt_names ?? []).map(({ matcher }: Message) => matcher),
  ];
  const trusted = roots && vault.authority(roots.name);
  return certificate => {
    if (trusted !== undefined && trusted !== certificate.authority) return 'CERTIFICATE_VERIFY_FAILED';
    const isNamed = matchers.length > 0 ? matchers.some(matcher => certificate.names.some(name => fits(matcher, name)))
      : mustBeFor === undefined || certificate.names.some(name => covers(name, mustBeFor));
    return roots === undefined || isNamed ? undefined : 'verify_SAN_list';
  };
}

/** Whether a name in a certificate is for a host. */
export function covers(name: string, host: string): boolean {
  return name === host || name.startsWith('*.') && host.slice(host.indexOf('.')) === name.slice(1);
}
