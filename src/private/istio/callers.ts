import { HttpMatch } from './objects';
import { escapeRegex } from '../basics/re2';
import { CallerIdentity } from '../model/egress-route';
import { CALLER_HEADER } from '../model/leg-one';
import { TextMatch } from '../model/rule';

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
