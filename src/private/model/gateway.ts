import { Labels } from './labels';

/** A gateway workload, as plans need it. */
export interface WorkloadFacts {
  readonly namespace: string;
  readonly serviceName: string;
  readonly selector: { [label: string]: string };
  readonly ports: { readonly number: number; readonly targetPort: number }[];
  /** The Gateway for which Istio runs the pods, if it does. */
  readonly gatewayApi?: ManagedGateway;
}

/** A Gateway of the Gateway API, in the namespace of its pods. */
export interface ManagedGateway {
  readonly name: string;
  /** Whether somebody else makes it. */
  readonly existing: boolean;
}

export function workloadPortsText(workload: WorkloadFacts): string {
  return `ports ${workload.ports.map(p => p.number).join(', ') || 'none'} of Service ${workload.namespace}/${workload.serviceName}`;
}

/** An egress gateway, as callers and routes need it. */
export interface GatewayFacts {
  readonly name: string;
  /** The namespace of the gateway's pods. */
  readonly namespace: string;
  readonly selector: Labels;
  /** The full name of its Service. */
  readonly serviceHost: string;
  /** The port of its Service that leg 1 uses, and the port of the pods behind it. */
  readonly port: number;
  readonly targetPort: number;
}
