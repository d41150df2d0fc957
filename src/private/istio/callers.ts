import { HttpMatch } from './objects';
import { escapeRegex } from '../basics/re2';
import { inParts } from '../basics/regex-limit';
import { CallerIdentity } from '../model/egress-route';
import { CALLER_HEADER } from '../model/leg-one';

/**
 * Requests of these callers: what any of the conditions takes. A policy alone does not keep others out: it must name the SNI of leg 1, lest it
 * deny all TCP of the gateway, and a stranger may choose another SNI, with which the shared server takes the connection just the same.
 */
export function ofCallers(callers: CallerIdentity[], trustDomain: string): NonNullable<HttpMatch['headers']>[] {
  const identities = callers.map(({ namespace, serviceAccount }) => `ns/${namespace}/sa/${serviceAccount === undefined ? '[^;,/]+' : escapeRegex(serviceAccount)}`);
  const anyOf = (some: string[]) => `.*;URI=spiffe://${escapeRegex(trustDomain)}/(?:${some.join('|')})(?:;[^,]*)?`;
  return inParts(identities, anyOf).map(some => ({ [CALLER_HEADER]: { regex: anyOf(some) } }));
}

/** What stands in front of the names. The subject is in quotes, in which a name could otherwise be faked. */
const CERTIFICATE = '(?:.*,)?Hash=[0-9a-f]+;Cert="[^"]*";Subject="(?:[^"\\\\]|\\\\.)*"';

/** Regular expressions of which one fits clients whose certificate has one of these alternative names of its subject. */
export function ofSubjects(names: string[]): string[] {
  return inParts(names, anySubject).map(anySubject);
}

function anySubject(names: string[]): string {
  const isUri = (name: string) => name.includes(':');
  const anyOf = (some: string[]) => `(?:${some.map(escapeRegex).join('|')})`;
  const [uri, dns] = [names.filter(isUri), names.filter(name => !isUri(name))];
  const [otherUris, otherDns] = ['(?:;URI=[^;,]*)*', '(?:;DNS=[^;,]*)*'];
  const forms = [
    ...(uri.length > 0 ? [`${otherUris};URI=${anyOf(uri)}${otherUris}${otherDns}`] : []),
    ...(dns.length > 0 ? [`${otherUris}${otherDns};DNS=${anyOf(dns)}${otherDns}`] : []),
  ];
  return `${CERTIFICATE}(?:${forms.join('|')})`;
}
