import { Asking, MeshFacts } from './asking';
import { bySidecar } from './egress';
import { AskedClient, AskedRequest, Client, Ending, ExplanationModel } from './explanation';
import { atIngress, Outside } from './ingress';
import { Workload } from './outbound';
import { byZtunnel } from './waypoint';
import { covers } from '../basics/hosts';
import { AppModel } from '../model/app-model';
import { ambientCallers } from '../model/at-waypoints';
import { routesFrom } from '../model/visibility';

/** Everything that a question is answered from. */
export interface Known {
  readonly app: AppModel;
  readonly mesh: MeshFacts;
  readonly objectAt: Asking['objectAt'];
  /** The objects that no construct of the library made, and that may change what happens at these places. */
  readonly byHand: (answer: Pick<ExplanationModel, 'client' | 'request' | 'hops' | 'ending'>) => string[];
}

/** What becomes of a request. */
export function explain(known: Known, asked: AskedClient, request: AskedRequest): ExplanationModel {
  const { app, mesh, objectAt, byHand } = known;
  const findings = { hops: [], conditions: [], nearMisses: [] };
  const ask = { known, app, mesh, request, objectAt, ...findings };
  const client = clientOf(ask, asked);
  const ending = endingOf({ ...ask, client });
  return { client, request, ...findings, ending, decidedUnless: byHand({ client, request, hops: findings.hops, ending }) };
}

/** Where routes of both kinds lead to the host, a workload is taken for one with a sidecar. */
function clientOf({ app, request, conditions }: Omit<Asking, 'client'>, asked: AskedClient): Client {
  if (asked.kind === 'outside') return asked;
  if (asked.ambient !== undefined) return { ...asked, ambient: asked.ambient };
  const isFor = (hosts: readonly string[]) => hosts.some(host => covers(host, request.host));
  const atWaypoint = app.waypointRoutes.all().find(({ route }) => isFor(route.service.hosts));
  const bySidecars = app.egressCallers.all().some(({ hosts }) => isFor(hosts))
    || [...app.egressRoutes.all(), ...app.directRoutes.all()].some(({ route }) => isFor(route.service.hosts));
  if (atWaypoint && bySidecars) {
    const { namespace, gateway } = atWaypoint.route.waypoint;
    conditions.push({ that: 'the workload has a sidecar', otherwise: `the waypoint ${namespace}/${gateway} decides` });
  }
  if (atWaypoint || bySidecars) return { ...asked, ambient: !bySidecars };
  // the host tells nothing, but other routes from the namespace may
  const { namespace } = asked;
  return { ...asked, ambient: ambientCallers(app).has(namespace) && routesFrom(app, namespace).length + app.egressCallers.with('caller', namespace).length === 0 };
}

function endingOf(ask: Asking): Ending {
  if (ask.client.kind === 'outside') return atIngress(ask as Asking<Outside>);
  return ask.client.ambient ? byZtunnel(ask as Asking<Workload>) : bySidecar(ask as Asking<Workload>);
}
