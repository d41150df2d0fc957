import { IConstruct } from 'constructs';
import { Refuse } from '../basics/errors';
import { podsKey, WorkloadFacts } from '../model/gateway';
import { certificatesOf, ListenedHost } from '../model/listener';
import { claim, claimant } from '../registry';
import { portUse } from './ingress-gateway';

/** Claims what a gateway listens for on its pods: of two Gateways that want the same, Istio serves one. */
export function claimServers(gateway: IConstruct, workload: WorkloadFacts, listened: ListenedHost[], refuse: Refuse): void {
  const pods = podsKey(workload);
  for (const one of listened) {
    const { host, port, podPort } = one;
    const other = claim(gateway, 'ingress server', pods, podPort, host);
    if (other && other !== gateway) {
      refuse({ code: 'ListenerConflict', prop: 'listeners', got: `${host} on port ${port}`, allowed: `hosts and ports that ${other.node.path} does not have on the same pods`, fix: `add the listener to ${other.node.path}, and let routes use that gateway: Istio serves one of two` });
    }
    const use = portUse(one);
    claim(gateway, 'ingress port', pods, podPort, use);
    for (const another of ['clear-text HTTP', 'TLS', 'TCP'].filter(u => u !== use)) {
      const user = claimant(gateway, 'ingress port', pods, podPort, another);
      if (user) {
        refuse({ code: 'ListenerProtocolConflict', prop: 'listeners', got: `${use} on port ${port}`, allowed: `${another}, for which ${user.node.path} has the port on the same pods`, fix: 'listen on another port' });
      }
    }
    for (const certificate of certificatesOf(one)) {
      const owner = claim(gateway, 'certificate', pods, podPort, certificate);
      if (owner && owner !== gateway) {
        refuse({ code: 'CertificateConflict', prop: 'listeners', got: `${certificate} on port ${port}`, allowed: `certificates that ${owner.node.path} does not have on the same pods`, fix: `add the listener to ${owner.node.path}, and let routes use that gateway; or take a certificate of its own` });
      }
    }
  }
}
