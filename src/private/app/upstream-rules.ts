import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { appModelOf } from './declared';
import { addObject, addObjects } from './objects';
import { patternsOver } from '../basics/host-index';
import { AppModel, ExternalServiceModel, Upstream } from '../model/app-model';
import { Declaration } from '../model/declaration';
import { Labels } from '../model/labels';
import { canBeSamePods } from '../model/pods';
import { bareRule, besideSelected, tellsHow, UpstreamRuleHead, upstreamRules } from '../objects/external';
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
  const plans = service.hosts.flatMap(host => upstreamRules(host, service, headOf(host, user), user.selector));
  return addObjects(construct as Construct, plans.map(plan => rendered({ ...plan, id: prefix + plan.id })), metadata);
}

function headOf(host: string, { namespace, name, selector }: UpstreamUser): UpstreamRuleHead {
  // a gateway for sidecars may run beside a waypoint
  return { namespace, name: [...name, host], exportTo: selector ? undefined : besideSelected(namespace) };
}

/** The rules of all gateways. */
export function allUpstreamRules(service: IConstruct): ApiObject[] {
  return service.node.children.filter((child): child is ApiObject => child.node.id.startsWith('upstream.') && child instanceof ApiObject);
}

/**
 * Gives a host of its own a rule that says nothing, where the gateway has one for a wildcard over it: Istio would have that decide, and send TLS to a port
 * for clear text. It is made when the app is synthesized, because later services decide.
 */
export function addBareRules(construct: Construct, { path, service, metadata }: ExternalServiceModel): void {
  if (tellsHow(service)) return;
  const app = appModelOf(construct);
  for (const user of usersOf(app, path)) {
    for (const host of service.hosts) {
      const { id, ...plan } = bareRule(host, headOf(host, user), user.selector);
      const own = construct.node.tryFindChild(prefixOf(user) + id);
      const isWanted = patternsOver(host).some(wide => wide !== host && app.externalServices.with('anywhere', wide).some(other => (
        tellsHow(other.service) && usersOf(app, other.path).some(one => mayBeSame(one, user))
      )));
      if (isWanted && !own) addObject(construct, rendered({ ...plan, id: prefixOf(user) + id }), metadata);
      if (!isWanted && own) construct.node.tryRemoveChild(own.node.id);
    }
  }
}

function mayBeSame(a: UpstreamUser, b: UpstreamUser): boolean {
  if (!a.selector || !b.selector) return a.namespace === b.namespace && a.selector === b.selector;
  return canBeSamePods({ ...a, selector: a.selector }, { ...b, selector: b.selector });
}

/** The gateways that lead to a service. */
function usersOf(app: AppModel, path: string): UpstreamUser[] {
  const users = [
    ...app.egressRoutes.with('service', path).map(({ route: { gateway: { namespace, name, selector } } }) => ({ namespace, name: [name], selector })),
    ...app.waypointRoutes.with('service', path).map(({ route: { waypoint: { namespace, name } } }) => ({ namespace, name: [name] })),
    ...app.ingressRoutes.with('service', path).map(({ route: { pods: { namespace, selector }, gateway } }) => ({ namespace, name: gateway.split('/'), selector })),
  ];
  return [...new Map(users.map(user => [prefixOf(user), user])).values()];
}

/** Removes the rules of gateways whose routes have been removed. */
export function removeUnusedRules(service: IConstruct, { path }: ExternalServiceModel): void {
  const rules = allUpstreamRules(service);
  if (rules.length === 0) return;
  const used = usersOf(appModelOf(service), path).map(prefixOf);
  for (const { node: { id } } of rules) if (!used.some(prefix => id.startsWith(prefix))) service.node.tryRemoveChild(id);
}
