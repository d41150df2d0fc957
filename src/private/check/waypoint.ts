import { IConstruct } from 'constructs';
import { declaredWaypoint, needDeclared } from './declared';
import { UndeclaredTraffic } from '../../gateway/undeclared-traffic';
import { MeshSettings } from '../../mesh-settings';
import { checkLabel } from '../basics/checks';
import { Refuse } from '../basics/errors';
import { AppModel, EgressGatewayModel } from '../model/app-model';
import { WaypointFacts } from '../model/waypoint';

export interface WaypointInput {
  readonly port?: number;
  readonly exportTo?: string[];
  readonly undeclared?: UndeclaredTraffic;
}

/** Policies hold at a waypoint from 1.24, and what a route may need beside them from 1.26. */
const FIRST_VERSION = '1.26';
/** Routes for services are known from 1.1, their timeouts from 1.2. */
const FIRST_GATEWAY_API = '1.2';

/** Checks an egress gateway whose workload is a waypoint, made by this app or by another. */
export function checkWaypoint(facts: WaypointFacts, input: WaypointInput, settings: MeshSettings, refuse: Refuse): WaypointFacts {
  if (!settings._isAtLeast(FIRST_VERSION)) {
    refuse({ code: 'IstioVersionTooOld', prop: 'workload', got: `a waypoint with Istio ${settings.istioVersion}`, allowed: `Istio ${FIRST_VERSION} or later`, fix: 'use a gateway for sidecars, or raise istioVersion in MeshSettings.of once the mesh is upgraded' });
  }
  if (!settings._gatewayApiIsAtLeast(FIRST_GATEWAY_API)) {
    refuse({ code: 'GatewayApiVersionTooOld', prop: 'workload', got: `a waypoint with Gateway API ${settings.gatewayApiVersion}`, allowed: `Gateway API ${FIRST_GATEWAY_API} or later`, fix: 'upgrade the CRDs, and raise gatewayApiVersion in MeshSettings.of' });
  }
  checkLabel(facts.namespace, 'workload.namespace', refuse, { code: 'WorkloadInvalid', fix: 'set the namespace of the waypoint' });
  checkLabel(facts.gateway, 'workload.name', refuse, { code: 'WorkloadInvalid', fix: 'set the name of the Gateway' });
  const { port, exportTo, undeclared } = input;
  if (port !== undefined) {
    refuse({ code: 'WaypointOptionUnused', prop: 'port', got: port, allowed: 'no port: ztunnel knows where a waypoint listens', fix: 'leave it out' });
  }
  if (exportTo?.length) {
    refuse({ code: 'WaypointOptionUnused', prop: 'exportTo', got: exportTo, allowed: 'no namespaces: every ambient workload reaches a waypoint, and the callers of each route decide', fix: 'leave it out' });
  }
  if (undeclared?.allowedReason !== undefined) {
    refuse({ code: 'UndeclaredAtWaypoint', prop: 'undeclared', got: 'allowed', allowed: 'UndeclaredTraffic.denied(): a policy that allowed everything would also open the hosts of routes to everybody', fix: 'leave it out, and give each ServiceEntry that was written by hand an AuthorizationPolicy of its own' });
  }
  return facts;
}

/** The gateway for workloads with sidecars beside a waypoint. */
export function checkSidecarGateway(
  scope: IConstruct, given: unknown, waypoint: WaypointFacts | undefined, refuse: Refuse,
): EgressGatewayModel | undefined {
  if (given === undefined) return undefined;
  const prop = 'sidecarGateway';
  const other = declaredWaypoint(scope, given, prop, refuse);
  if (other) {
    refuse({ code: 'WaypointUnsuited', prop, got: other.path, allowed: 'an EgressGateway for workloads with sidecars', fix: 'pass the gateway that serves them now' });
  }
  const found = needDeclared(scope, given, 'egressGateways', prop, refuse);
  if (!waypoint) {
    refuse({ code: 'SidecarGatewayUnused', prop, got: found.path, allowed: 'a second gateway for a waypoint alone: this one serves workloads with sidecars itself', fix: 'leave it out, or use GatewayWorkload.waypoint' });
  }
  const { name, namespace } = found.gateway;
  if (name === waypoint.name && namespace === waypoint.namespace) {
    refuse({ code: 'NameCollision', prop, got: `${namespace}/${name}`, allowed: 'a gateway of another name, or in another namespace, because the names of objects begin with that of their gateway', fix: 'set metadata.name of the waypoint' });
  }
  return found;
}

/** Two gateways would each be the default deny of the other's routes, and name their objects differently. */
export function checkWaypointUnused({ namespace, gateway }: WaypointFacts, app: AppModel, refuse: Refuse): void {
  const other = app.waypoints.all().find(({ waypoint, imported }) => !imported && waypoint.namespace === namespace && waypoint.gateway === gateway);
  if (!other) return;
  refuse({ code: 'EgressGatewayDuplicate', prop: 'workload', got: `the waypoint ${namespace}/${gateway}`, allowed: `a waypoint that ${other.path} does not use`, fix: `use ${other.path} for all routes` });
}
