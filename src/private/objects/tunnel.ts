import { insecureReasons, upstreamPolicies, UpstreamRuleHead } from './external';
import { ObjectPlan, VirtualServiceSpec } from './plans';
import { labelOf } from '../basics/names';
import { ProxyIntent } from '../model/connect-proxy';
import { ExternalIntent, Port } from '../model/external-service';
import { Labels } from '../model/labels';
import { Target } from '../model/rule';

/** The subset of the forward proxy that asks it for a host. */
export function tunnelEntrance(proxy: ProxyIntent, host: string, port: Port): Target {
  return { host: proxy.host, port: proxy.port, subset: subsetName(host, port) };
}

function subsetName(host: string, port: Port): string {
  return labelOf(host, port.number);
}

/**
 * How proxies of the mesh use the forward proxy for one host: those that a selector matches, or all of the namespace. Istio merges the rules
 * of one namespace for the same forward proxy: it collects their subsets, and their general settings are the same.
 */
export function tunnelRule(
  proxy: ProxyIntent, host: string, ports: Port[], { namespace, name, exportTo = ['.'] }: UpstreamRuleHead, workloadSelector?: Labels,
): ObjectPlan {
  return {
    kind: 'DestinationRule',
    id: `${host}-tunnel`,
    namespace,
    name: labelOf(...name, 'tunnel'),
    annotations: insecureReasons(proxy.service),
    spec: {
      host: proxy.host,
      exportTo,
      workloadSelector,
      ...upstreamPolicies(proxy.host, proxy.service, namespace),
      subsets: ports.map(port => ({
        name: subsetName(host, port), policy: { tunnel: { protocol: proxy.protocol, targetHost: host, targetPort: port.targetPort } },
      })),
    },
  };
}

/** The route by which sidecars themselves use the forward proxy. */
export function directTunnels(proxy: ProxyIntent, { hosts, ports }: ExternalIntent): VirtualServiceSpec {
  const ways = hosts.flatMap(host => ports.map(port => ({ host, port, to: tunnelEntrance(proxy, host, port) })));
  return {
    hosts,
    gateways: ['mesh'],
    exportTo: ['.'],
    http: [],
    tls: ways.filter(way => way.port.protocol !== 'TCP').map(({ host, port, to }) => ({ port: port.number, sniHosts: [host], to: [to] })),
    tcp: ways.filter(way => way.port.protocol === 'TCP').map(({ port, to }) => ({ port: port.number, to: [to] })),
  };
}
