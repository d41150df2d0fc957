import { waypointRefusals } from './waypoint-conflicts';
import { Refusal, Refuse } from '../basics/errors';
import { AppModel, ExternalServiceModel } from '../model/app-model';
import { waypointOf } from '../model/at-waypoints';
import { meshRoutesOf } from '../model/collisions';
import { namespacesSeeing, namespacesSendingTo } from '../model/visibility';
import { addressConflict } from '../requests/address-conflicts';

/** Only one service of a namespace may declare a host. */
export function checkHostsUndeclared(app: AppModel, hosts: string[], namespace: string, refuse: Refuse): void {
  hosts.forEach((host, i) => {
    const [other] = app.externalServices.with('host', namespace, host);
    if (other) {
      refuse({ code: 'HostDuplicate', prop: `hosts[${i}]`, got: host, allowed: `hosts that no other service of ${namespace} declares; ${other.path} declares this one`, fix: 'put all ports of a host in one ExternalService' });
    }
  });
}

/** The route of a direct service to its forward proxy must be the only one for its hosts. */
export function checkHostsUnrouted(app: AppModel, hosts: string[], namespace: string, refuse: Refuse): void {
  for (const host of hosts) {
    const [rival] = meshRoutesOf(app, namespace, host);
    if (rival) {
      refuse({ code: 'MeshHostConflict', prop: 'connectProxy', got: `${host} from ${namespace}`, allowed: `hosts that ${rival.path} does not use`, fix: 'use only one route per host and calling namespace' });
    }
  }
}

/** What is wrong with a service once all constructs of the app are known. */
export function externalServiceRefusals(app: AppModel, model: ExternalServiceModel, clusterDomain: string): Refusal[] {
  return [...unused(app, model), ...rivals(app, model, clusterDomain), ...sharedAddresses(app, model), ...waypointRefusals(app, model)];
}

function unused(app: AppModel, model: ExternalServiceModel): Refusal[] {
  if (namespacesSeeing(app, model).length > 0 || waypointOf(app, model.path)) return [];
  return [{
    code: 'ExternalServiceUnused',
    prop: 'direct',
    got: undefined,
    allowed: 'a service that an EgressRoute uses, or `direct: true`',
    fix: 'add an EgressRoute for it, or set `direct: true` if workloads may bypass the gateway',
  }];
}

/** To sidecars, `web.shop` is also the Service `web` in namespace `shop`. That there is such a Service is known only if a route leads to it. */
function rivals(app: AppModel, { service: { hosts } }: ExternalServiceModel, clusterDomain: string): Refusal[] {
  return hosts.flatMap((host, i) => {
    const service = `${host}.svc.${clusterDomain}`;
    if (!/^[^.*]+\.[^.]+$/.test(host) || namespacesSendingTo(app, service).length === 0) return [];
    return [{ code: 'HostInCluster', prop: `hosts[${i}]`, got: host, allowed: `names that sidecars do not resolve to ${service}, a destination of a route in this app`, fix: 'rename the Service or the external host' }];
  });
}

function sharedAddresses(app: AppModel, model: ExternalServiceModel): Refusal[] {
  const conflict = addressConflict(app, model);
  if (!conflict) return [];
  const { index, other, otherAddress, port, caller } = conflict;
  return [{
    code: 'TcpAddressConflict',
    prop: `addresses[${index}]`,
    got: model.service.addresses[index],
    allowed: `addresses that do not overlap ${otherAddress} of ${other} on port ${port}, which sidecars of ${caller} see as well`,
    fix: 'remove the address from one of the two: sidecars have one listener for it; put all ports of a host in one ExternalService',
  }];
}
