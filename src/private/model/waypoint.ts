import { ProxyIntent } from './connect-proxy';
import { OutboundRequests } from './egress-route';
import { ExternalIntent } from './external-service';
import { labelOf } from '../basics/names';

/** The label by which a service of an ambient mesh names its waypoint. */
export const USE_WAYPOINT = 'istio.io/use-waypoint';

/** A waypoint that serves as an egress gateway. */
export interface WaypointFacts {
  /** The first part of the names of its objects. */
  readonly name: string;
  readonly namespace: string;
  /** The name of the Gateway of the Gateway API, after which its Deployment, Service and ServiceAccount are named. */
  readonly gateway: string;
}

/** A checked `EgressRoute` through a waypoint, with what it needs to know about the service. */
export interface WaypointRouteIntent extends OutboundRequests {
  /** The name that the user gave to the route. */
  readonly name?: string;
  readonly service: ExternalIntent;
  /** The name that the user gave to the service. */
  readonly serviceName?: string;
  readonly waypoint: WaypointFacts;
  readonly trustDomain: string;
  /** Why any namespace may call, where it may. */
  readonly anyNamespaceReason?: string;
  /** The forward proxy that connects to the hosts on behalf of the waypoint. */
  readonly proxy?: ProxyIntent;
}

/** The name of the ServiceEntry of one host: policies and routes refer to it. The name of the user goes to the first. */
export function entryName({ name }: WaypointFacts, { hosts }: ExternalIntent, host: string, own?: string): string {
  return own !== undefined && host === hosts[0] ? own : labelOf(name, host);
}

/** The namespaces from which a route lets workloads call. */
export function namespacesCalling({ grants }: WaypointRouteIntent): string[] {
  return [...new Set(grants.flatMap(({ callers }) => callers.map(({ namespace }) => namespace)))];
}
