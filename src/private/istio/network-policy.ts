import { AppModel, EgressGatewayModel, EgressLockModel } from '../model/app-model';
import { LegOneIntent } from '../model/leg-one';
import { legsOf } from '../model/legs';
import { callersOf, gatewayAt } from '../model/locked';
import { callersThrough, routesFrom } from '../model/visibility';
import { controlRules, namespacePeers, outsideRules, peerRule, present, scraperRules, serviceRules, tcp, upstreamServices } from '../objects/network-rules';
import { NetworkPolicySpec, NetworkRule } from '../objects/plans';

/** Who may reach the pods of a gateway, and what these may reach. */
export function gatewayNetworkPolicy(app: AppModel, model: EgressLockModel, { gateway, workload }: EgressGatewayModel): NetworkPolicySpec {
  const { lock } = model;
  const routes = app.egressRoutes.with('gateway', model.gateway);
  const upstreams = upstreamServices(app, routes);
  const callers = callersOf(app, model);
  const own = callersThrough(app, model.gateway);
  const foreign = callers.filter(caller => !own.includes(caller));
  return {
    selector: gateway.selector,
    ingress: present([
      { peers: namespacePeers(own), ports: tcp(enteredPorts(app, model.gateway)) },
      // which port routes of other apps use is not known
      { peers: namespacePeers(foreign), ports: tcp(workload.ports.map(({ targetPort }) => targetPort)) },
      ...scraperRules(lock),
    ]),
    egress: present([
      ...controlRules(lock),
      ...lock.telemetry.map(peerRule),
      ...serviceRules(routes, lock),
      ...outsideRules(upstreams, lock, lock.outsidePorts),
    ]),
  };
}

/** The ports of a gateway's pods at which routes of the app enter. */
function enteredPorts(app: AppModel, gateway: string): number[] {
  const legs = [...app.egressRoutes.with('gateway', gateway).map(({ route }) => route), ...app.egressCallers.with('gateway', gateway).map(({ leg }) => leg)];
  return legs.flatMap(leg => podPorts(app, gateway, leg));
}

/** NetworkPolicies judge connections to pods, behind the Service. */
function podPorts(app: AppModel, gateway: string, leg: LegOneIntent): number[] {
  const ports = gatewayAt(app, gateway)?.workload.ports;
  return legsOf(leg).map(({ legOne, podPort, serverPort }) => (legOne === 'plaintext' && ports?.find(({ number }) => number === serverPort)?.targetPort) || podPort);
}

/** The pods of the gateways that routes of the app lead to from a namespace. */
export function gatewayRules(app: AppModel, namespace: string): NetworkRule[] {
  const legs = [
    ...routesFrom(app, namespace).map(({ route, gateway }) => ({ leg: route as LegOneIntent, gateway })),
    ...app.egressCallers.with('caller', namespace),
  ];
  return legs.map(({ leg, gateway }) => ({
    peers: [{ namespaces: [leg.gateway.namespace], pods: leg.gateway.selector }], ports: tcp(podPorts(app, gateway, leg)),
  }));
}
