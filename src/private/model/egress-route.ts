import { ProxyIntent } from './connect-proxy';
import { ExternalIntent } from './external-service';
import { GatewayFacts, WorkloadFacts } from './gateway';
import { Match } from './match';
import { Rule } from './rule';

/** What an `EgressRoute` says, checked, with what it needs to know of the service and the gateway. */
export interface EgressIntent extends OutboundRequests {
  /** The namespace of the chart, and the name of the mesh leg where the user gave one. */
  readonly namespace: string;
  readonly name?: string;
  readonly service: ExternalIntent;
  readonly gateway: GatewayFacts;
  readonly callers: CallerIdentity[];
  readonly callerNamespaces: string[];
  /** Those whose callers have no leg of their own. */
  readonly sharedLegNamespaces: string[];
  readonly appTls: 'WRAP' | 'PASSTHROUGH';
  readonly layout: 'SPLIT' | 'SINGLE';
  readonly plaintextReason?: string;
  /** The port by which connections enter that are not read on the way. */
  readonly gatewayPort?: WorkloadFacts['ports'][number];
  /** What connects to the hosts on behalf of the gateway. */
  readonly proxy?: ProxyIntent;
  readonly trustDomain: string;
}

/** What a route says of requests that leave the mesh by it, checked. */
export interface OutboundRequests {
  readonly grants: Grant[];
  /** None of them widens a grant. */
  readonly rules: Rule[];
  readonly keepHeaders: string[];
}

export interface CallerIdentity {
  readonly namespace: string;
  readonly serviceAccount?: string;
}

/** A route by which requests leave from sidecars themselves. */
export interface DirectIntent extends OutboundRequests {
  readonly namespace: string;
  readonly name?: string;
  readonly service: ExternalIntent;
}

/** Who may send which requests; no match at all stands for every request. */
export interface Grant {
  readonly callers: CallerIdentity[];
  readonly allow: Match[];
}
