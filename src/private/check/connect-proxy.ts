import { IConstruct } from 'constructs';
import { needDeclared } from './declared';
import { ConnectProxy } from '../../egress/connect-proxy';
import { Refuse } from '../basics/errors';
import { isWildcard } from '../basics/hosts';
import { ExternalServiceModel } from '../model/app-model';
import { ProxyIntent } from '../model/connect-proxy';
import { ExternalIntent, isHttp } from '../model/external-service';

/** Checks a forward proxy, and that connections to the service can be tunneled through it. */
export function checkConnectProxy(scope: IConstruct, proxy: ConnectProxy, service: ExternalIntent, refuse: Refuse): ProxyIntent {
  const through = needProxy(scope, proxy, refuse).service;
  checkSuited(service, refuse);
  const { hosts, ports, resolution, selector } = through;
  if (selector) {
    refuse({ code: 'ConnectProxyInvalid', prop: 'connectProxy.service', got: 'a service with `workloadSelector`', allowed: 'a service for all workloads of the namespace', fix: 'leave out workloadSelector: tunnel rules apply to all sidecars' });
  }
  if (hosts.length > 1 || isWildcard(hosts[0]) || resolution === 'NONE') {
    refuse({ code: 'ConnectProxyInvalid', prop: 'connectProxy.service', got: `${hosts.join(', ')} with ${resolution}`, allowed: 'a service with one full name, resolved by DNS or with endpoints', fix: 'declare the proxy in a separate service' });
  }
  const found = ports.filter(p => p.protocol === 'TCP' && (proxy.port === undefined || p.number === proxy.port));
  if (found.length !== 1) {
    refuse({ code: 'ConnectProxyInvalid', prop: 'connectProxy.port', got: proxy.port, allowed: `one TCP port of ${hosts[0]}; its ports are ${ports.map(p => `${p.number} (${p.protocol})`).join(', ')}`, fix: found.length > 1 ? 'name the port' : 'declare the proxy with ExternalPort.tcp()' });
  }
  return { host: hosts[0], port: found[0].number, protocol: proxy.protocol ?? 'CONNECT', service: through };
}

/** Like `checkConnectProxy`, for a service that sidecars connect to themselves. */
export function checkDirectProxy(scope: IConstruct, proxy: ConnectProxy,
  { direct, exportTo }: { readonly direct: boolean; readonly exportTo: string[] }, service: ExternalIntent, refuse: Refuse): ProxyIntent {
  if (!direct) {
    refuse({ code: 'RuleOptionUnused', prop: 'connectProxy', got: 'set', allowed: 'a direct service', fix: 'set connectProxy on the EgressRoute, or set `direct: true` if workloads may bypass the gateway' });
  }
  if (exportTo.length > 0) {
    refuse({ code: 'ConnectProxyUnsuited', prop: 'exportTo', got: exportTo, allowed: 'no namespaces beside `connectProxy`: sidecars in others would go around the proxy', fix: 'leave it out, and declare the service in each namespace' });
  }
  const through = needProxy(scope, proxy, refuse);
  if (!through.direct) {
    refuse({ code: 'ConnectProxyInvalid', prop: 'connectProxy.service', got: through.path, allowed: 'a direct service, because sidecars connect to it themselves', fix: 'set `direct: true` on the service of the proxy' });
  }
  return checkConnectProxy(scope, proxy, service, refuse);
}

/** The service of a forward proxy. */
export function needProxy(scope: IConstruct, proxy: ConnectProxy, refuse: Refuse): ExternalServiceModel {
  return needDeclared(scope, proxy.service, 'externalServices', 'connectProxy.service', refuse);
}

function checkSuited({ hosts, ports, traffic }: ExternalIntent, refuse: Refuse): void {
  const http = ports.find(isHttp);
  if (http) {
    refuse({ code: 'ConnectProxyUnsuited', prop: 'connectProxy', got: `a service with port ${http.number} (${http.protocol})`, allowed: 'services with only ExternalPort.https(), tls() or tcp() ports: Istio tunnels connections, not requests', fix: 'have the application call https://, and declare the port with ExternalPort.https(); or declare clear text with ExternalPort.tcp()' });
  }
  const secured = ports.find(p => p.tls);
  if (secured) {
    refuse({ code: 'ConnectProxyUnsuited', prop: 'connectProxy', got: `a service with \`tls\` on port ${secured.number}`, allowed: 'ports without `tls`: the mesh cannot originate TLS inside a tunnel', fix: 'leave out `tls`, and have the application speak TLS; for TLS to the proxy, set `tls` on the proxy\'s port' });
  }
  const wildcard = hosts.find(isWildcard);
  if (wildcard) {
    refuse({ code: 'ConnectProxyUnsuited', prop: 'connectProxy', got: `a service with the host ${wildcard}`, allowed: 'full names: the proxy is given one name', fix: 'list each host' });
  }
  if (traffic) {
    refuse({ code: 'TrafficPolicyUnused', prop: 'connectProxy', got: 'a service with a traffic policy', allowed: 'a traffic policy on the service of the proxy, which receives the connections', fix: 'move connectionPool, outlierDetection and loadBalancer to the service of the proxy' });
  }
}
