import { Asking, MeshFacts } from './asking';
import { bySidecar } from './egress';
import { AskedClient, AskedRequest, Client, Ending, ExplanationModel } from './explanation';
import { atIngress, Outside } from './ingress';
import { Workload } from './outbound';
import { byZtunnel } from './waypoint';
import { covers } from '../basics/hosts';
import { AppModel } from '../model/app-model';

/** Everything that a question is answered from. */
export interface Known {
  readonly app: AppModel;
  readonly mesh: MeshFacts;
  readonly objectAt: Asking['objectAt'];
  /** The objects that no construct of the library made, and that may change what happens at these places. */
  readonly byHand: (answer: Pick<ExplanationModel, 'client' | 'request' | 'hops' | 'ending'>) => string[];
}

/** What becomes of a request. */
export function explain({ app, mesh, objectAt, byHand }: Known, asked: AskedClient, request: AskedRequest): ExplanationModel {
  const findings = { hops: [], conditions: [], nearMisses: [] };
  const ask = { app, mesh, request, objectAt, ...findings };
  const client = clientOf(ask, asked);
  const ending = endingOf({ ...ask, client });
  const { hops } = findings;
  return { client, request, hops, ending, conditions: findings.conditions, nearMisses: findings.nearMisses, decidedUnless: byHand({ client, request, hops, ending }) };
}

/** Where routes of both kinds lead to the host, a workload is taken for one with a sidecar. */
function clientOf({ app, request, conditions }: Omit<Asking, 'client'>, asked: AskedClient): Client {
  if (asked.kind === 'outside') return asked;
  if (asked.ambient !== undefined) return { ...asked, ambient: asked.ambient };
  const leads = ({ route }: { readonly route: { readonly service: { readonly hosts: readonly string[] } } }) => route.service.hosts.some(host => covers(host, request.host));
  const atWaypoint = app.waypointRoutes.all().find(leads);
  const bySidecars = [...app.egressRoutes.all(), ...app.directRoutes.all()].some(leads) || app.egressCallers.all().some(({ hosts }) => hosts.some(host => covers(host, request.host)));
  if (atWaypoint && bySidecars) {
    const { namespace, gateway } = atWaypoint.route.waypoint;
    conditions.push({ that: 'the workload has a sidecar', otherwise: `the waypoint ${namespace}/${gateway} decides` });
  }
  return { ...asked, ambient: atWaypoint !== undefined && !bySidecars };
}

function endingOf(ask: Asking): Ending {
  if (ask.client.kind === 'outside') return atIngress(ask as Asking<Outside>);
  return ask.client.ambient ? byZtunnel(ask as Asking<Workload>) : bySidecar(ask as Asking<Workload>);
}
