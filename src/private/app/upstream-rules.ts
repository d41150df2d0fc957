import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { appModelOf } from './declared';
import { addObjects } from './objects';
import { upstreamRules } from '../istio/external';
import { rendered } from '../istio/manifest/object';
import { ExternalServiceModel, Upstream } from '../model/app-model';
import { Declaration } from '../model/declaration';
import { Pods } from '../model/pods';

/** Gateway pods that lead to external services. */
interface UpstreamUser extends Pods {
  /** What the names of the rules begin with: it tells gateways of a namespace apart. */
  readonly name: string[];
}

const UPSTREAMS = 'upstreams';

function idOf({ namespace, name }: UpstreamUser): string {
  return [namespace, ...name].join('.');
}

/** The rules by which a gateway reaches the hosts of services. */
export function upstreamRulesOf(scope: IConstruct, upstreams: Upstream[], user: UpstreamUser): ApiObject[] {
  const { externalServices } = appModelOf(scope);
  return upstreams.flatMap(({ service }) => externalServices.ownersWith(['path', service]).flatMap(owner => rulesOf(owner as Declaration<'externalServices'>, user)));
}

/**
 * The rules by which a gateway reaches the hosts of a service. They belong to the service, and are the same whichever of several routes
 * comes first. The selector keeps them from sidecars, which would wrap TLS twice or, given a Secret, send clear text (R18, R19).
 */
function rulesOf({ construct, model: { service: upstream, metadata } }: Declaration<'externalServices'>, user: UpstreamUser): ApiObject[] {
  const service = construct as Construct;
  const all = (service.node.tryFindChild(UPSTREAMS) as Construct | undefined) ?? new Construct(service, UPSTREAMS);
  const made = all.node.tryFindChild(idOf(user));
  if (made) return objectsIn(made);
  const scope = new Construct(all, idOf(user));
  const { namespace, name, selector } = user;
  const plans = upstream.hosts.flatMap(host => upstreamRules(host, upstream, { namespace, name: [...name, host] }, selector));
  return addObjects(scope, plans.map(rendered), metadata);
}

/** The rules of all gateways. */
export function allUpstreamRules(service: IConstruct): ApiObject[] {
  return service.node.tryFindChild(UPSTREAMS)?.node.children.flatMap(objectsIn) ?? [];
}

/** Takes out the rules of gateways whose routes have been removed. */
export function removeUnusedRules(service: IConstruct, { path }: ExternalServiceModel): void {
  const app = appModelOf(service);
  const used = new Set([
    ...app.egressRoutes.with('service', path).map(({ route: { gateway } }) => idOf({ ...gateway, name: [gateway.name] })),
    ...app.ingressRoutes.with('service', path).map(({ route: { pods, gateway } }) => idOf({ ...pods, name: gateway.split('/') })),
  ]);
  const all = service.node.tryFindChild(UPSTREAMS);
  for (const { node: { id } } of all?.node.children ?? []) if (!used.has(id)) all!.node.tryRemoveChild(id);
}

function objectsIn(construct: IConstruct): ApiObject[] {
  return construct.node.children.filter(child => child instanceof ApiObject);
}
