import { Fields, Labels, fieldsOf, labelsOf, listOf, numberOf, textOf, textsOf } from './fields';
import { Manifest } from './manifest';

export interface AuthorizationPolicy {
  readonly object: Manifest;
  /** Undefined where it is for all pods of its namespace, or for what it targets. */
  readonly selector: Labels | undefined;
  readonly hasTargets: boolean;
  readonly action: string;
  readonly rules: readonly AccessRule[];
}

export interface AccessRule {
  readonly field: string;
  /** Whether each way to fulfil it needs to know who calls. */
  readonly needsIdentity: boolean;
  /** Whether each way to fulfil it asks for something that only HTTP has. */
  readonly needsHttp: boolean;
  /** The ports that it is limited to, if it is. */
  readonly ports: readonly number[] | undefined;
  /** The server names that it is limited to, if it is. */
  readonly sni: readonly string[] | undefined;
}

const IDENTITY = ['principals', 'notPrincipals', 'namespaces', 'notNamespaces', 'serviceAccounts', 'notServiceAccounts', 'trustDomains', 'notTrustDomains'];
const HTTP_SOURCE = ['requestPrincipals', 'notRequestPrincipals', 'remoteIpBlocks', 'notRemoteIpBlocks'];
const HTTP_OPERATION = ['hosts', 'notHosts', 'methods', 'notMethods', 'paths', 'notPaths'];
const IDENTITY_KEY = /^source\.(principal|namespace|serviceAccount)$/;
const HTTP_KEY = /^(request\.|remote\.ip)/;

export function readAuthorizationPolicy(object: Manifest): AuthorizationPolicy {
  const { selector, targetRef, targetRefs, action, rules } = object.spec;
  const labels = labelsOf(fieldsOf(selector).matchLabels);
  return {
    object,
    selector: Object.keys(labels).length > 0 ? labels : undefined,
    hasTargets: !!targetRef || listOf(targetRefs).length > 0,
    action: (textOf(action) ?? 'ALLOW').toUpperCase(),
    rules: listOf(rules).map((rule, i) => readRule(fieldsOf(rule), `spec.rules[${i}]`)),
  };
}

function readRule({ from, to, when }: Fields, field: string): AccessRule {
  const sources = listOf(from).map(one => fieldsOf(fieldsOf(one).source));
  const operations = listOf(to).map(one => fieldsOf(fieldsOf(one).operation));
  const conditions = listOf(when).map(fieldsOf);
  const has = (one: Fields, names: readonly string[]) => names.some(name => listOf(one[name]).length > 0);
  const asks = (all: readonly Fields[], names: readonly string[]) => all.length > 0 && all.every(one => has(one, names));
  const keyed = (key: RegExp) => conditions.some(condition => key.test(textOf(condition.key) ?? ''));
  const ports = operations.map(({ ports: listed }) => textsOf(listed).map(numberOf).filter(port => port !== undefined));
  const sni = conditions.filter(({ key }) => key === 'connection.sni').flatMap(({ values }) => textsOf(values));
  return {
    field,
    needsIdentity: asks(sources, IDENTITY) || keyed(IDENTITY_KEY),
    needsHttp: asks(sources, HTTP_SOURCE) || asks(operations, HTTP_OPERATION) || keyed(HTTP_KEY),
    ports: ports.length > 0 && ports.every(list => list.length > 0) ? ports.flat() : undefined,
    sni: sni.length > 0 ? sni : undefined,
  };
}
