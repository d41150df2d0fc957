import { IConstruct } from 'constructs';
import { anyNamespaceReason, checkCovered } from './callers';
import { checkConnectProxy } from './connect-proxy';
import { checkCallersNotEmpty, checkCallerLists, EgressInput } from './egress-route';
import { externalDestinations } from './external-destination';
import { checkNotDirect, checkSecrets } from './gateway-upstream';
import { checkOutbound } from './outbound-requests';
import { Caller } from '../../egress/caller';
import { MeshSettings } from '../../mesh-settings';
import { Refuse } from '../basics/errors';
import { isWildcard } from '../basics/hosts';
import { EVERY_NAMESPACE } from '../basics/names';
import { ExternalServiceModel } from '../model/app-model';
import { EgressIntent, meshRoute } from '../model/egress-route';
import { isHttp, Port } from '../model/external-service';
import { CALLER_HEADER, PORT_HEADER } from '../model/leg-one';
import { WaypointFacts, WaypointRouteIntent } from '../model/waypoint';
import { areInPolicy } from '../requests/sayable';

export interface WaypointSurroundings {
  /** The namespace of the chart. */
  readonly namespace: string;
  readonly name?: string;
  readonly service: ExternalServiceModel;
  readonly waypoint: WaypointFacts;
  /** Whether a gateway beside the waypoint serves workloads with sidecars. */
  readonly besideSidecars: boolean;
  readonly settings: MeshSettings;
  /** The service of the forward proxy. */
  readonly proxy?: ExternalServiceModel;
}

/** Checks a route through a waypoint. It says the same as one through a gateway for sidecars, but for options of leg 1. */
export function checkWaypointRoute(scope: IConstruct, input: EgressInput, around: WaypointSurroundings, refuse: Refuse): WaypointRouteIntent {
  const { namespace, name, service, waypoint, besideSidecars, settings, proxy } = around;
  checkOptions(input, besideSidecars, refuse);
  checkAtWaypoint(service, around, 'service', refuse);
  checkCallerLists(input, service.service, refuse);
  const wanted = input.callers ?? [Caller.namespace(namespace)];
  checkCovered(wanted, refuse);
  const { grants, rules, keepHeaders } = checkOutbound(scope, input, service.service, [CALLER_HEADER, PORT_HEADER], wanted, refuse);
  for (const other of externalDestinations(input.rules ?? [])) checkAtWaypoint(other, around, 'rules', refuse);
  if (proxy) checkAtWaypoint(proxy, around, 'connectProxy.service', refuse);
  checkCallersNotEmpty(input, grants.flatMap(({ callers }) => callers), refuse);
  checkListsInPolicy(wanted, grants, refuse);
  return {
    name,
    trustDomain: settings.trustDomain,
    anyNamespaceReason: anyNamespaceReason(wanted),
    service: service.service,
    serviceName: service.name,
    waypoint,
    grants,
    rules,
    keepHeaders,
    proxy: input.connectProxy && checkConnectProxy(scope, input.connectProxy, service.service, refuse),
  };
}

/** What concerns leg 1, which is always mTLS from ztunnel, by one port. That of sidecars may have its own layout, but the same callers. */
function checkOptions({ legOne, appTls, layout, gatewayPort, callers = [] }: EgressInput, besideSidecars: boolean, refuse: Refuse): void {
  const option = (prop: string, got: unknown, allowed: string, fix = 'leave it out') => refuse({ code: 'WaypointOptionUnused', prop, got, allowed, fix });
  if (legOne?.plaintextReason !== undefined) option('legOne', 'plaintext', 'mTLS: ztunnel speaks nothing else to a waypoint');
  if (appTls === 'PASSTHROUGH') option('appTls', appTls, 'WRAP: ztunnel wraps every connection to a waypoint in mTLS, and callers are always enforced');
  if (besideSidecars) return;
  if (layout === 'SINGLE') option('layout', layout, 'SPLIT: no VirtualService leads callers to a waypoint');
  if (gatewayPort !== undefined) option('gatewayPort', gatewayPort, 'no port: a waypoint has one for everything');
  const own = callers.findIndex(caller => caller._options.ownLeg);
  if (own >= 0) option(`callers[${own}].ownLeg`, true, 'callers without a leg of their own: they need no object to reach a waypoint', 'leave it out, and delete the EgressCaller');
}

/** A VirtualService for sidecars in the namespace of the waypoint would send what comes to the waypoint on to the gateway for sidecars. */
export function checkBesideWaypoint(route: EgressIntent, { namespace, gateway }: WaypointFacts, refuse: Refuse): void {
  const read = meshRoute(route);
  if (read.namespace !== namespace || ![namespace, EVERY_NAMESPACE].some(viewer => read.viewers.includes(viewer))) return;
  const because = `because ${namespace}/${gateway} would read the VirtualService for sidecars as well`;
  if (route.layout === 'SINGLE') {
    refuse({ code: 'WaypointReadsMeshRoute', prop: 'layout', got: 'SINGLE', allowed: `SPLIT, ${because}`, fix: 'leave it out' });
  }
  refuse({ code: 'WaypointReadsMeshRoute', prop: 'callers', got: namespace, allowed: `callers in other namespaces, ${because}`, fix: 'declare the route in the namespace of its callers, or leave these out while there is a sidecarGateway' });
}

/** A service to which a waypoint connects, by its route or by the rules of another. */
function checkAtWaypoint(
  model: ExternalServiceModel, { waypoint: { namespace }, besideSidecars, settings }: WaypointSurroundings, prop: string, refuse: Refuse,
): void {
  const { path, imported, exportTo, service } = model;
  checkNotDirect(model, prop, refuse);
  if (service.workloads && model.namespace !== namespace) {
    refuse({ code: 'WaypointWorkloadsElsewhere', prop: `${prop}.resolution`, got: service.workloads, allowed: `workloads in ${namespace}, because the ServiceEntry is there and finds no others`, fix: 'use Resolution.endpoints()' });
  }
  if (imported) {
    refuse({ code: 'WaypointServiceImported', prop, got: path, allowed: 'a service that this App declares, because its ServiceEntry names the waypoint', fix: 'declare the service beside the route, as an ExternalService' });
  }
  if (exportTo.length > 0 && !besideSidecars) {
    refuse({ code: 'WaypointOptionUnused', prop: `${prop}.exportTo`, got: exportTo, allowed: 'no namespaces: a service at a waypoint is hidden from sidecars, and all ambient workloads know it', fix: 'leave it out' });
  }
  if (service.resolution === 'NONE') {
    refuse({ code: 'ResolutionNoneBehindGateway', prop: `${prop}.resolution`, got: 'NONE', allowed: 'DNS, DNS_ROUND_ROBIN, STATIC, DYNAMIC_DNS', fix: 'use Resolution.dns(), endpoints() or dynamicDns()' });
  }
  checkWildcards(model, settings, prop, refuse);
  service.ports.forEach((port, i) => checkFiles(port, `${prop}.ports[${i}].tls`, refuse));
  checkSecrets(service, prop, namespace, refuse);
}

function checkWildcards({ service }: ExternalServiceModel, { wildcardTlsAtWaypoints }: MeshSettings, prop: string, refuse: Refuse): void {
  const { hosts, ports, resolution, addresses } = service;
  const wildcard = hosts.findIndex(isWildcard);
  if (wildcard < 0) return;
  if (resolution !== 'DYNAMIC_DNS') {
    if (addresses.length > 0) return;
    refuse({ code: 'WaypointAddressMissing', prop: `${prop}.addresses`, got: undefined, allowed: `an address for ${hosts[wildcard]}, which istiod allocates to names and to Resolution.dynamicDns() alone`, fix: 'set one that nothing else in the mesh has, or use Resolution.dynamicDns()' });
  }
  ports.forEach((port, i) => {
    if (!isHttp(port)) {
      if (wildcardTlsAtWaypoints) return;
      refuse({ code: 'WildcardTlsDisabled', prop: `${prop}.ports[${i}]`, got: `${port.protocol} for ${hosts[wildcard]}`, allowed: 'HTTP ports, unless MeshSettings say that waypoints serve TLS under wildcards', fix: 'set ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS at istiod, and wildcardTlsAtWaypoints in MeshSettings' });
    }
    const reached = port.tls ? 443 : 80;
    if (port.targetPort !== reached) {
      refuse({ code: 'DynamicDnsPort', prop: `${prop}.ports[${i}].targetPort`, got: port.targetPort, allowed: `${reached}, to which a waypoint sends requests ${port.tls ? 'with' : 'without'} TLS for ${hosts[wildcard]}`, fix: 'list each host in a service with Resolution.dns()' });
    }
  });
}

/** Istiod makes the pods, and mounts nothing. */
function checkFiles({ tls }: Port, prop: string, refuse: Refuse): void {
  const file = tls?.certificateFiles?.certificate ?? tls?.caFile ?? tls?.crlFile;
  if (file !== undefined) {
    refuse({ code: 'WaypointFileMissing', prop, got: file, allowed: 'Secrets, and ConfigMaps with authorities, in the namespace of the waypoint', fix: 'use ClientCertificate.secret, CaSource.secret or CaSource.configMap' });
  }
}

/** The list of the whole route can be left to its rules, which do not know the caller. */
function checkListsInPolicy(callers: Caller[], grants: WaypointRouteIntent['grants'], refuse: Refuse): void {
  const limited = callers.map((caller, i) => ({ caller, i })).filter(({ caller }) => caller._options.allow !== undefined);
  const lists = grants.slice(grants.length - limited.length);
  lists.forEach(({ allow }, k) => {
    if (areInPolicy(allow)) return;
    refuse({
      code: 'CallerListInexpressible',
      prop: `callers[${limited[k].i}].allow`,
      got: 'a list with a condition that no AuthorizationPolicy has',
      allowed: 'methods, exact paths, prefixes, headers by their exact value, prefix, presence or absence, and exact authorities, without `*` at an end or braces',
      fix: 'express it by these, within those of `allow`; or give the caller a route and a gateway of its own',
    });
  });
}
