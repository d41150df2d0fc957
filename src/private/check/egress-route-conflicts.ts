import { Refuse } from '../basics/errors';
import { AppModel, EgressRouteModel, Upstream } from '../model/app-model';
import { meshRoutesOf, rivalUpstream } from '../model/collisions';
import { Pods } from '../model/pods';

/** A host has one route through a gateway, and one in each calling namespace: Istio would silently ignore a second. */
export function checkEgressRouteConflicts({ route, service, upstreams }: EgressRouteModel, app: AppModel, refuse: Refuse): void {
  const { gateway, service: { hosts, ports }, proxy, sharedLegNamespaces } = route;
  const { name, namespace } = gateway;
  hosts.forEach((host, i) => {
    const [other] = app.egressRoutes.with('host', namespace, name, host);
    if (other) {
      const tls = (some: typeof ports) => JSON.stringify(some.map(port => port.tls));
      const same = tls(other.route.service.ports) === tls(ports);
      refuse({
        code: same ? 'HostAlreadyRouted' : 'UpstreamTlsConflict',
        prop: `service.hosts[${i}]`,
        got: host,
        allowed: `hosts that ${other.path} does not route through ${namespace}/${name}`,
        fix: `add the callers of this route to ${other.path}${same ? '' : ', and use the same TLS settings: the gateway keeps one setting per host'}`,
      });
    }
    for (const caller of sharedLegNamespaces) {
      const [rival] = meshRoutesOf(app, caller, host);
      if (rival) {
        refuse({
          code: 'MeshHostConflict',
          prop: 'callers',
          got: `${host} from ${caller}`,
          allowed: `hosts and callers that ${rival.path} does not use`,
          fix: 'use only one route per host and calling namespace',
        });
      }
    }
  });
  upstreams.forEach((upstream, i) => {
    checkUpstream(upstream, gateway, app, i > 0 ? 'rules' : proxy ? 'connectProxy.service' : upstream.service === service ? 'service.hosts' : 'rules', refuse);
  });
}

/** The pods of a gateway reach a host in only one way, as declared by one service. */
export function checkUpstream(
  { service, hosts }: Upstream, pods: Pods & { readonly name?: string }, app: AppModel, prop: string, refuse: Refuse,
): void {
  for (const host of hosts) {
    const rival = rivalUpstream(app, pods, host, service);
    if (rival) {
      refuse({ code: 'UpstreamTlsConflict', prop, got: host, allowed: `hosts that ${rival} does not declare for ${pods.name === undefined ? 'the same gateway' : `${pods.namespace}/${pods.name}`}`, fix: 'declare the host in one service, and pass that service to all routes' });
    }
  }
}
