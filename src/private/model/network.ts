import { isIP } from 'node:net';
import { EndpointSpec, ExternalIntent, Port, portName } from './external-service';
import { Labels } from './labels';
import { readAddress } from '../basics/addresses';

/** Where connections to an external service go, as the network sees them: it knows addresses and ports, but no names. */
export interface NetworkTarget {
  /** The addresses, where they are known; of a name they are not. */
  readonly blocks?: string[];
  /** Pods of the namespace of the service. */
  readonly pods?: Labels;
  readonly ports: number[];
}

export function networkTargets(service: ExternalIntent): NetworkTarget[] {
  const { ports, endpoints, workloads, resolution, addresses } = service;
  const numbers = [...new Set(ports.map(port => port.targetPort))];
  if (workloads) return [{ pods: workloads, ports: numbers }];
  if (resolution === 'NONE') {
    // connections go to wherever the application sends them
    return [{ blocks: addresses.length > 0 ? addresses.map(block) : undefined, ports: ports.map(port => port.number) }];
  }
  if (endpoints.length === 0) return [{ ports: numbers }];
  return endpoints.filter(({ address }) => !address.startsWith('unix:')).map(endpoint => ({
    blocks: isIP(endpoint.address) ? [block(endpoint.address)] : undefined,
    ports: [...new Set(ports.map(port => portAt(endpoint, port)))],
  }));
}

function portAt({ ports }: EndpointSpec, port: Port): number {
  return ports?.[portName(port)] ?? port.targetPort;
}

/** An address as a block of one. */
export function block(address: string): string {
  const { text } = readAddress(address)!;
  return text.includes('/') ? text : `${text}/${isIP(text) === 6 ? 128 : 32}`;
}
