import { HttpMatch } from './plans';
import { EVERY_NAMESPACE } from '../basics/names';
import { escapeRegex } from '../basics/re2';
import { inParts } from '../basics/regex-limit';
import { CallerIdentity } from '../model/egress-route';
import { Labels } from '../model/labels';
import { CALLER_HEADER } from '../model/leg-one';

/** The user's reason for letting every namespace call, as an annotation. */
export function reasonForAny({ anyNamespaceReason: reason }: { readonly anyNamespaceReason?: string }): Labels | undefined {
  return reason === undefined ? undefined : { 'cdk8s-istio/any-namespace-reason': reason };
}

/** Callers as policies name them. */
export function identitiesOf(callers: CallerIdentity[], trustDomain: string): { readonly namespaces?: string[]; readonly principals?: string[] } {
  if (callers.some(({ namespace }) => namespace === EVERY_NAMESPACE)) return { principals: [`${trustDomain}/*`] };
  const namespaces = callers.filter(({ serviceAccount }) => serviceAccount === undefined).map(({ namespace }) => namespace);
  const principals = callers.filter(({ serviceAccount }) => serviceAccount !== undefined)
    .map(({ namespace, serviceAccount }) => `${trustDomain}/ns/${namespace}/sa/${serviceAccount}`);
  return { ...namespaces.length > 0 && { namespaces }, ...principals.length > 0 && { principals } };
}

const ANY_NAME = '[^;,/]+';

/**
 * Conditions that match requests of these callers; one of them is enough. A policy alone does not keep others out: it must name the SNI of leg 1
 * so as not to deny all TCP of the gateway, but a stranger can choose another SNI, which the shared server accepts as well.
 */
export function ofCallers(callers: CallerIdentity[], trustDomain: string): NonNullable<HttpMatch['headers']>[] {
  const identities = callers.map(({ namespace, serviceAccount }) => {
    const account = serviceAccount === undefined ? ANY_NAME : escapeRegex(serviceAccount);
    return `ns/${namespace === EVERY_NAMESPACE ? ANY_NAME : namespace}/sa/${account}`;
  });
  const anyOf = (some: string[]) => `.*;URI=spiffe://${escapeRegex(trustDomain)}/(?:${some.join('|')})(?:;[^,]*)?`;
  return inParts(identities, anyOf).map(some => ({ [CALLER_HEADER]: { regex: anyOf(some) } }));
}

/** What precedes the names. The subject is matched as a quoted string, because it could contain a forged name. */
const CERTIFICATE = '(?:.*,)?Hash=[0-9a-f]+;Cert="[^"]*";Subject="(?:[^"\\\\]|\\\\.)*"';

/** Regular expressions, one of which matches clients whose certificate has one of these subject alternative names. */
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
