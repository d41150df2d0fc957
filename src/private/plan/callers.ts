import { HttpMatch } from './objects';
import { escapeRegex } from '../re2';

export interface CallerIdentity {
  readonly namespace: string;
  readonly serviceAccount?: string;
}

/**
 * The gateway writes the identity that it verified into this header, whatever the client had put there; where the mesh is told to append
 * (`forwardClientCertDetails`), it is the last element, and the only one that is looked at.
 */
export const CALLER_HEADER = 'x-forwarded-client-cert';

/**
 * Requests of these callers. A policy alone does not keep others out: it must name the SNI of leg 1, lest it deny all TCP of the gateway,
 * and a stranger may choose another SNI, with which the shared server takes the connection just the same.
 */
export function ofCallers(callers: CallerIdentity[], trustDomain: string): NonNullable<HttpMatch['headers']> {
  const identities = callers.map(({ namespace, serviceAccount }) => `ns/${namespace}/sa/${serviceAccount === undefined ? '[^;,/]+' : escapeRegex(serviceAccount)}`);
  return { [CALLER_HEADER]: { regex: `.*;URI=spiffe://${escapeRegex(trustDomain)}/(?:${identities.join('|')})(?:;[^,]*)?` } };
}
