import { Asking } from './asking';
import { Ending, SentRequest, TlsTo, WayOut } from './explanation';
import { shareOf, withShares } from './outcome';
import { ExternalServiceModel, Upstream } from '../model/app-model';
import { ProxyIntent } from '../model/connect-proxy';
import { ExternalIntent, Port, portName, TlsIntent } from '../model/external-service';
import { PORT } from '../model/match';
import { Target, WeightedTarget } from '../model/rule';
import { namesOf } from '../model/upstream-names';

export const NO_TLS: TlsTo = { mode: 'NONE', verifies: [] };

/** To Services of the mesh. */
export const AUTO_TLS: TlsTo = { mode: 'AUTO', verifies: [] };

/** Mutual TLS between proxies of the mesh, under a name. */
export function meshTls(sni: string): TlsTo {
  return { mode: 'MESH', sni, verifies: [] };
}

/** How a proxy speaks TLS to a host, where the stream carries requests for an authority. */
export function upstreamTls(tls: TlsIntent | undefined, host: string, authority?: string): TlsTo {
  if (!tls) return NO_TLS;
  const { sni, subjectAltNames } = namesOf(tls, host);
  const asked = authority?.replace(PORT, '');
  const presents = tls.mode === 'MUTUAL' ? tls.secret ?? tls.certificateFiles?.certificate : undefined;
  return {
    mode: tls.mode === 'MUTUAL' ? 'MUTUAL' : 'SIMPLE',
    sni: sni ?? asked,
    verifies: tls.mode === 'INSECURE' ? [] : subjectAltNames ?? (asked === undefined ? [] : [asked]),
    ...presents !== undefined && { presents },
  };
}

/** Where a proxy connects to for a host and port of an external service. */
export function wayOut(service: ExternalIntent, port: Port, host: string, asked: string, authority: string | undefined, proxy?: ProxyIntent): WayOut {
  if (proxy) {
    const { port: at, service: through } = proxy;
    const tls = upstreamTls(through.ports.find(({ number }) => number === at)?.tls, proxy.host);
    return { host: asked, port: port.targetPort, percent: 100, tls, endpoints: [], proxy: { host: proxy.host, port: at, protocol: proxy.protocol } };
  }
  return { host: asked, port: port.targetPort, percent: 100, tls: upstreamTls(port.tls, host, authority), endpoints: endpointsOf(service, port) };
}

function endpointsOf({ endpoints, workloads }: ExternalIntent, port: Port): string[] {
  if (workloads) return [`pods with ${Object.entries(workloads).map(([name, value]) => `${name}=${value}`).join(', ')}`];
  return endpoints.map(({ address, ports }) => (address.startsWith('unix:') ? address : `${address}:${ports?.[portName(port)] ?? port.targetPort}`));
}

/** Where requests go that no rule sends elsewhere. */
export interface OwnWay {
  readonly target: Target;
  readonly wayOf: (authority: string) => WayOut;
}

/** What becomes of requests that a proxy sends to these destinations: hosts outside, Services of the mesh, or both. */
export function sentTo(
  { app }: Asking, by: string, targets: WeightedTarget[], sent: SentRequest, upstreams: readonly Upstream[], own?: OwnWay,
): Ending {
  const ways = withShares(targets).map(({ target, percent }): WayOut => {
    const authority = target.requestHeaders?.set?.host ?? sent.authority;
    if (own && target.host === own.target.host && target.port === own.target.port) return { ...own.wayOf(authority), percent };
    const service = upstreams.filter(({ hosts }) => hosts.includes(target.host)).flatMap(({ service: path }): readonly ExternalServiceModel[] => app.externalServices.with('path', path))[0];
    const port = service?.service.ports.find(({ number }) => number === target.port);
    if (!port) return { ...shareOf(target, percent), tls: AUTO_TLS, endpoints: [], inMesh: true };
    return { ...wayOut(service.service, port, target.host, target.host, authority), percent };
  });
  const [first] = targets;
  const request = { ...sent, authority: first.requestHeaders?.set?.host ?? sent.authority };
  if (ways.every(({ inMesh }) => inMesh)) return { kind: 'served', by: ways.map(({ host, port, subset, percent }) => ({ host, port, ...subset !== undefined && { subset }, percent })), request };
  return { kind: 'leaves', by, to: ways, request };
}
