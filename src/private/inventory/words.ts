import { HeaderCondition, Match, PathCondition, TextCondition } from '../model/match';
import { Action, Rule, Target, targetsOf } from '../model/rule';

/** What a rule does with the requests that it matches. */
export interface RuleFact {
  /** One match a line; empty for every request. */
  readonly requests: string[];
  readonly action: string;
  readonly destinations: DestinationFact[];
  /** What else it changes. */
  readonly changes: string[];
}

export interface DestinationFact {
  readonly host: string;
  readonly port: number;
  readonly subset?: string;
  /** Of several. */
  readonly weight?: number;
  /** Set if it gets copies, whose answers nobody waits for. */
  readonly mirroredPercent?: number;
}

export function ruleFact(rule: Rule): RuleFact {
  const { action, mirror, timeoutMs, retries, rewrite, requestHeaders, responseHeaders, fault, cors } = rule;
  return {
    requests: rule.matches.map(requestText),
    action: action ? actionText(action) : 'forward to the host',
    destinations: targetsOf(rule).map((target, i, { length }) => ({
      ...destination(target), ...(mirror && i === length - 1 ? { mirroredPercent: mirror.percent } : {}),
    })),
    changes: [
      ...timeoutMs === undefined ? [] : [`timeout ${timeoutMs} ms`],
      ...retries ? [`${retries.attempts} retries`] : [],
      ...rewrite?.path ? [`path becomes ${rewrite.path.value} (${rewrite.path.kind})`] : [],
      ...rewrite?.authority === undefined ? [] : [`host becomes ${rewrite.authority}`],
      ...requestHeaders ? ['headers of requests'] : [],
      ...responseHeaders ? ['headers of responses'] : [],
      ...fault ? ['faults'] : [],
      ...cors ? ['answers preflights (CORS)'] : [],
    ],
  };
}

export function destination({ host, port, subset, weight }: Target & { readonly weight?: number }): DestinationFact {
  return { host, port, subset, weight };
}

function actionText(action: Action): string {
  switch (action.kind) {
    case 'forward': return 'forward';
    case 'respond': return `respond with ${action.status}`;
    case 'delegate': return `delegate to ${action.namespace}/${action.name}`;
    case 'redirect': {
      const { code, scheme, authority, uri, port } = action;
      const [to = 'the same', at = '', path = ''] = [authority, port === undefined ? undefined : `:${port}`, uri];
      return `redirect (${code}) to ${scheme === undefined ? '' : `${scheme}://`}${to}${at}${path}`;
    }
  }
}

/** A match as a phrase. */
export function requestText({ methods, path, authority, scheme, headers, queryParams }: Match): string {
  const conditions = [
    ...methods.length > 0 ? [methods.join(' or ')] : [],
    ...path ? [pathText(path)] : [],
    ...authority ? [`host ${textText(authority)}`] : [],
    ...scheme === undefined ? [] : [`scheme ${scheme}`],
    ...headers.map(header => `header ${header.name} ${headerText(header)}`),
    ...queryParams.map(param => `query parameter ${param.name} ${textText(param)}`),
  ];
  return conditions.length > 0 ? conditions.join(', ') : EVERY_REQUEST;
}

export const EVERY_REQUEST = 'every request';

export function pathText({ kind, value, ignoreCase }: PathCondition): string {
  const texts = { exact: value, prefix: `${value} and below`, rawPrefix: `${value}…`, regex: `that matches ${value}` };
  return `path ${texts[kind]}${ignoreCase ? ' in any case' : ''}`;
}

function headerText({ kind, value }: HeaderCondition): string {
  return kind === 'present' || kind === 'absent' ? `is ${kind}` : textText({ kind, value: value! });
}

function textText({ kind, value }: TextCondition): string {
  return { exact: `is ${value}`, prefix: `begins with ${value}`, regex: `matches ${value}` }[kind];
}
