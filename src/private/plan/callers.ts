import { HttpMatch, TextMatch } from './objects';
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

/** What stands in front of the names. The subject is in quotes, in which a name could otherwise be faked. */
const CERTIFICATE = '(?:.*,)?Hash=[0-9a-f]+;Cert="[^"]*";Subject="(?:[^"\\\\]|\\\\.)*"';

/** Clients whose certificate has one of these alternative names of its subject. */
export function ofSubjects(names: string[]): TextMatch {
  const isUri = (name: string) => name.includes(':');
  const anyOf = (some: string[]) => `(?:${some.map(escapeRegex).join('|')})`;
  const [uri, dns] = [names.filter(isUri), names.filter(name => !isUri(name))];
  const [otherUris, otherDns] = ['(?:;URI=[^;,]*)*', '(?:;DNS=[^;,]*)*'];
  const forms = [
    ...(uri.length > 0 ? [`${otherUris};URI=${anyOf(uri)}${otherUris}${otherDns}`] : []),
    ...(dns.length > 0 ? [`${otherUris}${otherDns};DNS=${anyOf(dns)}${otherDns}`] : []),
  ];
  return { regex: `${CERTIFICATE}(?:${forms.join('|')})` };
}
