import { guards } from './access';
import { authorityMatch, ruleRoute } from './http';
import { ListenedHost } from './ingress-gateway';
import { Action, HttpRoute, VirtualServiceSpec } from './objects';
import { exportTo } from './visibility';
import { isWildcard } from '../hosts';
import { AccessIntent } from '../intent/access';
import { Rule } from '../intent/rule';

export interface IngressRouteIntent {
  readonly namespace: string;
  readonly hosts: string[];
  readonly rules: Rule[];
  /** `namespace/name` of the Gateway. */
  readonly gateway: string;
  readonly podNamespace: string;
  readonly listeners: ListenedHost[];
  readonly access: AccessIntent;
  /** Whether preflights are answered. */
  readonly cors: boolean;
}

/** The route, visible to the gateway's pods and nobody else. */
export function ingressVirtualService(intent: IngressRouteIntent): VirtualServiceSpec {
  const away = intent.listeners.filter(l => l.redirectTo !== undefined);
  const served = intent.listeners.filter(l => l.redirectTo === undefined);
  const at = served.map(({ port }) => ({ port }));
  return {
    hosts: intent.hosts,
    gateways: [intent.gateway],
    exportTo: exportTo([intent.podNamespace], intent.namespace),
    http: [
      ...away.flatMap(l => redirects(l, intent.hosts)),
      ...guards({ ...intent, served }),
      ...intent.rules.map(rule => ruleRoute(rule, at)),
    ],
    tls: [],
    tcp: [],
  };
}

/**
 * Without an authority Envoy keeps the port that the client wrote into the Host header, even where Istio's `port` says 443.
 * A wildcard has no authority to name, so it comes last and keeps that port.
 */
function redirects({ port, redirectTo }: ListenedHost, hosts: string[]): HttpRoute[] {
  const exact = hosts.filter(host => !isWildcard(host));
  const away = (authority?: string): Action => ({ kind: 'redirect', scheme: 'https', authority, port: redirectTo === 443 ? undefined : redirectTo, code: 301 });
  return [
    ...exact.map(host => ({ matches: [{ port, ...(hosts.length > 1 && { authority: authorityMatch({ kind: 'exact', value: host }) }) }], action: away(host) })),
    ...(exact.length < hosts.length ? [{ matches: [{ port }], action: away() }] : []),
  ];
}
