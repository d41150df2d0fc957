import { ProxyIntent } from './connect-proxy';
import { ExternalIntent } from './external-service';
import { GatewayFacts, WorkloadFacts } from './gateway';
import { Match } from './match';
import { Rule } from './rule';

/** A checked `EgressRoute`, with what it needs to know about the service and the gateway. */
export interface EgressIntent extends OutboundRequests {
  /** The namespace of the chart, and the name of the mesh leg if the user set one. */
  readonly namespace: string;
  readonly name?: string;
  readonly service: ExternalIntent;
  readonly gateway: GatewayFacts;
  readonly callers: CallerIdentity[];
  /** `*` alone if every namespace may call. */
  readonly callerNamespaces: string[];
  /** The namespaces of callers without a leg of their own. */
  readonly sharedLegNamespaces: string[];
  readonly appTls: 'WRAP' | 'PASSTHROUGH';
  readonly layout: 'SPLIT' | 'SINGLE';
  readonly plaintextReason?: string;
  /** Why every namespace may call, if it may. */
  readonly anyNamespaceReason?: string;
  /** The port for connections that the gateway does not read. */
  readonly gatewayPort?: WorkloadFacts['ports'][number];
  /** The forward proxy that connects to the hosts on behalf of the gateway. */
  readonly proxy?: ProxyIntent;
  readonly trustDomain: string;
}

/** Where the VirtualService stands that sidecars read, and who sees it: an empty list would be everybody. */
export function meshRoute(route: EgressIntent): { readonly namespace: string; readonly viewers: string[] } {
  const { layout, gateway, namespace, sharedLegNamespaces } = route;
  if (layout === 'SINGLE') return { namespace: gateway.namespace, viewers: [gateway.namespace, ...sharedLegNamespaces] };
  // if nobody needs it, only those who know the gateway anyway see it
  return { namespace, viewers: sharedLegNamespaces.length > 0 ? sharedLegNamespaces : [gateway.namespace] };
}

/** What a route says about requests that leave the mesh, checked. */
export interface OutboundRequests {
  readonly grants: Grant[];
  /** Rules never widen a grant. */
  readonly rules: Rule[];
  readonly keepHeaders: string[];
}

export interface CallerIdentity {
  /** `*` for every namespace. */
  readonly namespace: string;
  readonly serviceAccount?: string;
}

/** A route for requests that leave directly from sidecars. */
export interface DirectIntent extends OutboundRequests {
  readonly namespace: string;
  readonly name?: string;
  readonly service: ExternalIntent;
}

/** Who may send which requests; without matches, every request. */
export interface Grant {
  readonly callers: CallerIdentity[];
  readonly allow: Match[];
}
