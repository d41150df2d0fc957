import { pathMatches, textMatches } from './intersect';
import { isBareHost, Match, PathCondition, PORT, TextCondition } from '../model/match';

/** One request, as a proxy reads it. */
export interface ConcreteRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
}

/** A condition that a request does not meet. */
export interface Mismatch {
  readonly field: string;
  readonly wants: string;
  readonly has: string;
}

/** The conditions of a match that a request does not meet; none if it matches. */
export function mismatches(match: Match, request: ConcreteRequest): Mismatch[] {
  const [path, query] = splitPath(request.path);
  // not decoded, and only the first of each name
  const params = new Map(query.split('&').map(param => param.split(/=(.*)/s, 2)).map(([name, value = '']) => [name, value] as const).reverse());
  const found: Mismatch[] = [];
  const check = (holds: boolean, field: string, wants: string, has: string | undefined) => {
    if (!holds) found.push({ field, wants, has: has ?? 'none' });
  };
  if (match.path) check(pathMatches(match.path, path), 'path', pathText(match.path), path);
  if (match.methods.length > 0) check(match.methods.includes(request.method), 'method', match.methods.join(' or '), request.method);
  if (match.authority) check(authorityFits(match.authority, request.authority), 'host', textOf(match.authority), request.authority);
  if (match.scheme !== undefined) check(match.scheme === request.scheme, 'scheme', match.scheme, request.scheme);
  for (const condition of match.headers) {
    const value = request.headers[condition.name];
    check(headerFits(condition, value), `header ${condition.name}`, textOf(condition), value);
  }
  for (const condition of match.queryParams) {
    const value = params.get(condition.name);
    check(value !== undefined && textMatches(condition, value), `query parameter ${condition.name}`, textOf(condition), value);
  }
  return found;
}

/** The path and the query of a request. */
export function splitPath(path: string): [path: string, query: string] {
  const [before, query = ''] = path.split(/\?(.*)/s, 2);
  return [before, query];
}

/** A host without a port also stands for the host with any port. */
function authorityFits(condition: TextCondition, authority: string): boolean {
  return isBareHost(condition) ? authority.replace(PORT, '') === condition.value : textMatches(condition, authority);
}

function headerFits({ kind, value }: Match['headers'][number], text: string | undefined): boolean {
  if (kind === 'absent') return text === undefined;
  return text !== undefined && (kind === 'present' || textMatches({ kind, value: value! }, text));
}

function pathText({ kind, value, ignoreCase }: PathCondition): string {
  const words = { exact: 'exactly', prefix: 'below', rawPrefix: 'begins with', regex: 'matches' };
  return `${words[kind]} ${value}${ignoreCase ? ' in any case' : ''}`;
}

function textOf({ kind, value }: { readonly kind: string; readonly value?: string }): string {
  switch (kind) {
    case 'present': return 'any value';
    case 'absent': return 'no value';
    case 'exact': return value!;
    case 'prefix': return `begins with ${value}`;
    default: return `matches ${value}`;
  }
}
