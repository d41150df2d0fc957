import { legOneEntry, legOneRule } from './egress-gateway';
import { labelOf } from '../basics/names';
import { EgressIntent } from '../model/egress-route';
import { Leg } from '../model/legs';
import { ObjectPlan, Server } from '../objects/plans';

const PLAINTEXT_REASON = 'cdk8s-istio/plaintext-leg-one-reason';

/** The objects that a leg needs to enter the gateway by a server of its own. */
export type Entrance = (route: EgressIntent, leg: Leg) => ObjectPlan[];

function gatewayObject({ gateway }: EgressIntent, leg: Leg, server: Pick<Server, 'protocol' | 'hosts' | 'tls'>, reason?: string): ObjectPlan {
  return {
    kind: 'Gateway',
    id: `${leg.host}-${leg.port.number}-gateway`,
    namespace: gateway.namespace,
    name: leg.gatewayName,
    annotations: reason === undefined ? undefined : { [PLAINTEXT_REASON]: reason },
    spec: { selector: gateway.selector, servers: [{ name: `${server.protocol.toLowerCase()}-${leg.serverPort}`, number: leg.serverPort, ...server }] },
  };
}

/** Mesh mTLS under a name of its own, which can wrap any protocol. */
export const ownEntrance: Entrance = (route, leg) => {
  const { gateway, callerNamespaces } = route;
  const { host, port, entrance, serverPort, podPort } = leg;
  return [
    gatewayObject(route, leg, { protocol: 'TLS', hosts: [`./${entrance.host}`], tls: { mode: 'ISTIO_MUTUAL' } }),
    {
      kind: 'ServiceEntry',
      id: `${host}-${port.number}-leg-1`,
      namespace: gateway.namespace,
      name: labelOf(gateway.name, host, port.number, 'leg', 1),
      spec: legOneEntry(gateway, entrance.host, callerNamespaces, [{ name: 'tls', number: serverPort, protocol: 'TLS', targetPort: podPort }]),
    },
    {
      kind: 'DestinationRule',
      id: `${host}-${port.number}-leg-1-mtls`,
      namespace: gateway.namespace,
      name: labelOf(gateway.name, host, port.number, 'leg', 1, 'mtls'),
      spec: legOneRule(gateway, entrance.host, callerNamespaces),
    },
  ];
};

/** The bare host, because other namespaces may list it on a TLS server too: `./host` from two namespaces breaks the whole port (R15). */
export const passthroughServer: Entrance = (route, leg) => [gatewayObject(route, leg, { protocol: 'TLS', hosts: [leg.host], tls: { mode: 'PASSTHROUGH' } })];

export const plaintextServer: Entrance = (route, leg) => [gatewayObject(route, leg, { protocol: 'HTTP', hosts: [`./${leg.host}`] }, route.plaintextReason)];
