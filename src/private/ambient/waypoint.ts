import { WaypointFacts } from '../model/waypoint';
import { ObjectPlan } from '../objects/plans';

/** Default deny: a policy that allows nothing, beside those that routes set on their hosts. It also closes hosts that others bind to the waypoint. */
export function planWaypoint({ name, namespace, gateway }: WaypointFacts, existing: boolean): ObjectPlan[] {
  const deny: ObjectPlan = {
    kind: 'AuthorizationPolicy',
    id: 'undeclared',
    namespace,
    name: `${name}-undeclared`,
    spec: { target: { kind: 'Gateway', name: gateway }, action: 'ALLOW', rules: [] },
  };
  if (existing) return [deny];
  return [
    {
      kind: 'ManagedGateway',
      id: 'gateway',
      namespace,
      name: gateway,
      labels: { 'istio.io/waypoint-for': 'service' },
      spec: { className: 'istio-waypoint', listeners: [{ name: 'mesh', port: 15008, protocol: 'HBONE' }] },
    },
    deny,
  ];
}
