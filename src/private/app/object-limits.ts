import { Refusal } from '../basics/errors';
import { isTooLong, MAX_REGEX_BYTES } from '../basics/regex-limit';
import { READABLE, UNREADABLE } from '../basics/text';

const MAX_RULES = 512;
const MAX_EGRESS = 25;

/** What is wrong with a finished object. */
export function objectRefusals(kind: string, spec: object): Refusal[] {
  const refusals = kind === 'AuthorizationPolicy' ? rulesRefusals(spec) : kind === 'ClusterNetworkPolicy' ? egressRefusals(spec) : [];
  // texts are almost never odd, so the details are worked out only when one is
  return holds(spec, isOdd) ? [...refusals, ...kind === 'VirtualService' ? regexRefusals(spec, 'spec') : [], ...textRefusals(spec, 'spec')] : refusals;
}

/* Objects that Istio's webhook refuses because of their size, which checks of single values cannot foresee. */

function rulesRefusals({ rules = [] }: { readonly rules?: unknown[] }): Refusal[] {
  if (rules.length <= MAX_RULES) return [];
  return [{ code: 'ListTooLong', prop: 'AuthorizationPolicy spec.rules', got: rules.length, allowed: `up to ${MAX_RULES} rules`, fix: 'use fewer alternatives, or serve the hosts on fewer ports' }];
}

function egressRefusals({ egress = [] }: { readonly egress?: unknown[] }): Refusal[] {
  if (egress.length <= MAX_EGRESS) return [];
  return [{ code: 'ListTooLong', prop: 'ClusterNetworkPolicy spec.egress', got: egress.length, allowed: `up to ${MAX_EGRESS} rules, one for each different list of ports`, fix: 'call whole namespaces with MeshPeer.namespace, or leave out clusterNetworkPolicy' }];
}

function regexRefusals(value: unknown, path: string): Refusal[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`;
    const isRegex = typeof inner === 'string' && (key === 'regex' || path.endsWith('.uriRegexRewrite') && key === 'match');
    if (!isRegex || !isTooLong(inner)) return regexRefusals(inner, at);
    const got = `${inner.slice(0, 60)}... (${Buffer.byteLength(inner)} bytes)`;
    return [{ code: 'RegexTooLong', prop: `VirtualService ${at}`, got, allowed: `${MAX_REGEX_BYTES} bytes`, fix: 'shorten the path, name or list from which it is generated' }];
  });
}

function isOdd(text: string): boolean {
  return isTooLong(text) || UNREADABLE.test(text);
}

/** Whether a predicate holds for any text in a value, keys included. */
function holds(value: unknown, isSuch: (text: string) => boolean): boolean {
  if (typeof value === 'string') return isSuch(value);
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.some(item => holds(item, isSuch));
  for (const key in value) {
    const inner = value[key as keyof object] as unknown;
    if (inner !== undefined && (isSuch(key) || holds(inner, isSuch))) return true;
  }
  return false;
}

/** Text from users was checked when it was taken; this checks what was made of it. */
export function textRefusals(value: unknown, path: string): Refusal[] {
  if (typeof value === 'string' && UNREADABLE.test(value)) {
    const [allowed, fix] = READABLE;
    return [{ code: 'TextInvalid', prop: path, got: JSON.stringify(value), allowed, fix }];
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...textRefusals(key, path), ...textRefusals(inner, Array.isArray(value) ? `${path}[${key}]` : `${path}.${key}`),
  ]);
}
