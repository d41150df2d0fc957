import { gatewayNetworkPolicy, gatewayRules } from './network-policy';
import { lockSidecar } from './sidecar';
import { hashOf } from '../basics/names';
import { AppModel, EgressGatewayModel, EgressLockModel } from '../model/app-model';
import { Labels } from '../model/labels';
import { hasPart, LockIntent, PlaintextException } from '../model/lock';
import { RenderedObject } from '../model/rendered-object';
import { lockedNetwork, reasonsOf } from '../objects/locked-network';
import { rendered, renderedLate } from '../objects/manifest/object';
import { ObjectHead } from '../objects/plans';

const PLAINTEXT_REASON = 'cdk8s-istio/plaintext-port-reason';

/** A second Sidecar, or PeerAuthentication, for all pods of a namespace then has the same name, instead of quietly losing against the older one. */
export const DEFAULT_NAME = 'default';

/** What sidecars let pass to hosts that they do not know, and what came in as clear text: all that an enforced lock would refuse. */
const OBSERVED = "xds.cluster_name == 'PassthroughCluster'";
const REFUSED = "xds.cluster_name in ['PassthroughCluster', 'BlackHoleCluster'] || xds.route_name == 'block_all'";

/** The objects of a locked namespace, in the order in which they should be applied. */
export function planLockedNamespace(app: AppModel, namespace: string, lock: LockIntent, name: string): RenderedObject[] {
  const annotations = reasonsOf(lock);
  const head = { namespace, annotations };
  const id = (what: string) => `${namespace}.${what}`;
  return [
    ...hasPart(lock, 'telemetry') ? [rendered({ ...head, kind: 'Telemetry', id: id('telemetry'), name, spec: { accessLogging: loggingOf(lock) } })] : [],
    ...hasPart(lock, 'sidecar') ? [renderedLate({ ...head, kind: 'Sidecar', id: id('sidecar'), name: DEFAULT_NAME }, () => lockSidecar(app, namespace, lock))] : [],
    ...hasPart(lock, 'peerAuthentication') ? peerAuthentications(namespace, lock, annotations) : [],
    ...lockedNetwork(app, namespace, lock, name, () => gatewayRules(app, namespace)),
  ];
}

/** What keeps others from the pods of the gateway, and these from what no route declares. */
export function planLockedGateway(app: AppModel, model: EgressLockModel, gateway: EgressGatewayModel, name: string): RenderedObject[] {
  if (!hasPart(model.lock, 'gatewayNetworkPolicy')) return [];
  const head: ObjectHead<'NetworkPolicy'> = {
    kind: 'NetworkPolicy', id: 'gateway-network-policy', namespace: gateway.gateway.namespace, name, annotations: reasonsOf(model.lock),
  };
  return [renderedLate(head, () => gatewayNetworkPolicy(app, model, gateway))];
}

function loggingOf({ logging, phase }: LockIntent): NonNullable<LockIntent['logging']> {
  return logging ?? { provider: 'envoy', filter: phase === 'OBSERVE' ? OBSERVED : REFUSED };
}

/** Ports are let off in objects for their pods: in that of a namespace Istio ignores ports. */
function peerAuthentications(namespace: string, { plaintextPorts }: LockIntent, annotations: Labels | undefined): RenderedObject[] {
  const byPods = new Map<string, PlaintextException[]>();
  for (const exception of plaintextPorts.filter(one => one.namespace === namespace)) {
    const key = podsKey(exception.selector);
    byPods.set(key, [...byPods.get(key) ?? [], exception]);
  }
  const exceptions = [...byPods].map(([key, list]) => rendered({
    kind: 'PeerAuthentication',
    id: `${namespace}.plaintext.${key}`,
    namespace,
    name: `plaintext-${key}`,
    annotations: { ...annotations, [PLAINTEXT_REASON]: list.map(({ port, reason }) => `${port}: ${reason}`).join('; ') },
    spec: { selector: list[0].selector, permissivePorts: list.map(({ port }) => port) },
  }));
  return [...exceptions, rendered({ kind: 'PeerAuthentication', id: `${namespace}.peer-authentication`, namespace, name: DEFAULT_NAME, annotations, spec: { mode: 'STRICT' } })];
}

function podsKey(selector: Labels): string {
  return hashOf(JSON.stringify(Object.entries(selector).sort()));
}
