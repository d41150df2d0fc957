import { WorkloadFacts, workloadPortsText } from './workload';
import { IngressListener } from '../../ingress/ingress-listener';
import { checkPort } from '../checks';
import { Refuse } from '../errors';
import { checkHosts } from '../hosts';
import { isDnsName } from '../names';

/** One host on one port of an ingress gateway, and what becomes of requests for it. */
export interface ListenedHost {
  readonly host: string;
  readonly port: number;
  readonly credentialName?: string;
  /** The HTTPS port to which requests are sent away; they are served where it is left out. */
  readonly redirectTo?: number;
}

const PLAIN_PORT = 80;

export function checkListeners(listeners: IngressListener[], workload: WorkloadFacts, refuse: Refuse): ListenedHost[] {
  if (listeners.length === 0) {
    refuse({ code: 'ListenersEmpty', prop: 'listeners', got: listeners, allowed: 'one listener or more', fix: 'leave it out for clear-text HTTP on port 80' });
  }
  const all = listeners.flatMap((listener, i) => checkListener(listener, `listeners[${i}]`, workload, refuse));
  const seen = new Set<string>();
  for (const { host, port } of all) {
    const key = `${host} on port ${port}`;
    if (seen.has(key)) {
      refuse({ code: 'ListenerConflict', prop: 'listeners', got: key, allowed: 'each host once on a port', fix: 'delete one of the two listeners, or say PlainHttp.closed() at the HTTPS listener' });
    }
    seen.add(key);
  }
  return all;
}

function checkListener(listener: IngressListener, prop: string, workload: WorkloadFacts, refuse: Refuse): ListenedHost[] {
  const { protocol, port, credentialName, plainHttp } = listener._spec;
  const needsPort = (number: number, what: string, otherwise: string) => {
    if (!workload.ports.some(p => p.number === number)) {
      refuse({ code: 'IngressGatewayPortMissing', prop: `${prop}.${what}`, got: `port ${number}`, allowed: workloadPortsText(workload), fix: `add port ${number} to the Service and to the GatewayWorkload, or ${otherwise}` });
    }
  };
  needsPort(checkPort(port, `${prop}.port`, refuse), 'port', 'listen on another port');
  const hosts = checkHosts(listener._spec.hosts, `${prop}.hosts`, { wildcard: true, catchAll: true }, refuse);
  if (protocol === 'HTTP') return hosts.map(host => ({ host, port }));
  if (!credentialName || !isDnsName(credentialName)) {
    refuse({ code: 'CredentialNameMissing', prop: `${prop}.credentialName`, got: credentialName, allowed: 'the name of a Secret, without its namespace', fix: `make a TLS Secret in namespace ${workload.namespace} and name it here` });
  }
  const tls = hosts.map(host => ({ host, port, credentialName }));
  if (plainHttp!._kind === 'closed') return tls;
  needsPort(PLAIN_PORT, 'plainHttp', 'say PlainHttp.closed()');
  return [...tls, ...hosts.map(host => ({ host, port: PLAIN_PORT, redirectTo: plainHttp!._kind === 'redirect' ? port : undefined }))];
}
