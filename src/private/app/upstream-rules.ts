import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { appModelOf } from './declared';
import { addObjects } from './objects';
import { ExternalServiceModel, Upstream } from '../model/app-model';
import { Declaration } from '../model/declaration';
import { Labels } from '../model/labels';
import { besideSelected, upstreamRules } from '../objects/external';
import { rendered } from '../objects/manifest/object';

/** Gateway pods that lead to external services: all of a namespace that knows the host, where it has no selector. */
interface UpstreamUser {
  readonly namespace: string;
  readonly selector?: Labels;
  /** The first parts of the rules' names, which distinguish the gateways of a namespace. */
  readonly name: string[];
}

/** The prefix of the ids of one gateway's rules. */
function prefixOf({ namespace, name }: UpstreamUser): string {
  return `${['upstream', namespace, ...name].join('.')}:`;
}

/** The rules by which a gateway reaches the hosts of services. */
export function upstreamRulesOf(scope: IConstruct, upstreams: Upstream[], user: UpstreamUser): ApiObject[] {
  const { externalServices } = appModelOf(scope);
  return upstreams.flatMap(({ service }) => externalServices.ownersWith(['path', service]).flatMap(owner => rulesOf(owner as Declaration<'externalServices'>, user)));
}

/**
 * The rules by which a gateway reaches the hosts of a service. They belong to the service, and are the same whichever route
 * comes first. The selector hides them from sidecars, which would wrap TLS twice or, given a Secret, send clear text (R18, R19). A waypoint
 * heeds no rule with a selector; from sidecars, its hosts are hidden.
 */
function rulesOf({ construct, model: { service, metadata } }: Declaration<'externalServices'>, user: UpstreamUser): ApiObject[] {
  const prefix = prefixOf(user);
  const made = allUpstreamRules(construct).filter(({ node: { id } }) => id.startsWith(prefix));
  if (made.length > 0) return made;
  const { namespace, name, selector } = user;
  // a gateway for sidecars may run beside a waypoint
  const exportTo = selector ? undefined : besideSelected(namespace);
  const plans = service.hosts.flatMap(host => upstreamRules(host, service, { namespace, name: [...name, host], exportTo }, selector));
  return addObjects(construct as Construct, plans.map(plan => rendered({ ...plan, id: prefix + plan.id })), metadata);
}

/** The rules of all gateways. */
export function allUpstreamRules(service: IConstruct): ApiObject[] {
  return service.node.children.filter((child): child is ApiObject => child.node.id.startsWith('upstream.') && child instanceof ApiObject);
}

/** Removes the rules of gateways whose routes have been removed. */
export function removeUnusedRules(service: IConstruct, { path }: ExternalServiceModel): void {
  const rules = allUpstreamRules(service);
  if (rules.length === 0) return;
  const app = appModelOf(service);
  const used = [
    ...app.egressRoutes.with('service', path).map(({ route: { gateway } }) => prefixOf({ ...gateway, name: [gateway.name] })),
    ...app.waypointRoutes.with('service', path).map(({ route: { waypoint } }) => prefixOf({ ...waypoint, name: [waypoint.name] })),
    ...app.ingressRoutes.with('service', path).map(({ route: { pods, gateway } }) => prefixOf({ ...pods, name: gateway.split('/') })),
  ];
  for (const { node: { id } } of rules) if (!used.some(prefix => id.startsWith(prefix))) service.node.tryRemoveChild(id);
}
