import type { Answer, Outcome } from './mesh';
import type { Seen } from './result';

/** What an external server must have seen. */
export interface Reached {
  /** @default 200 for HTTP */
  readonly status?: number;
  /** The workload by which the request left the mesh. */
  readonly leftBy?: string;
  readonly sni?: string;
  readonly alpn?: string;
  readonly clientSAN?: string;
  /** `HTTP/1.1`, `HTTP/2.0` or `TCP`. */
  readonly protocol?: string;
  readonly host?: string;
  readonly path?: string;
  readonly port?: number;
  readonly headers?: Record<string, string | RegExp>;
  /** Headers that must not have reached it. */
  readonly without?: readonly string[];
}

/** How a request must have failed: where, and something of what was said there. */
export interface Failed {
  readonly status?: number;
  /** Envoy's response flags, as in `NR`, in the access log of the proxy `at`. */
  readonly flags?: string;
  readonly at?: string;
  /** Envoy's response code details, or its reason for closing a connection. */
  readonly details?: RegExp;
  /** Where the proxy wanted to send it, as in `PassthroughCluster`. */
  readonly cluster?: string | RegExp;
  /** What the client says when no HTTP answer came. */
  readonly error?: RegExp;
}

/** An isolated workload is led to the host itself instead of a gateway, waits for an answer, and gives up. */
export function nowhere(workload: string, cluster: Failed['cluster'] = 'PassthroughCluster'): Failed {
  return { status: 0, at: workload, cluster, error: /deadline exceeded/ };
}

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- the only way to teach jest's types a matcher
  namespace jest {
    // eslint-disable-next-line @typescript-eslint/no-unused-vars -- declared with jest's own parameters
    interface Matchers<R, T = {}> {
      /** The request was answered by this external server, which saw what it should. */
      toReach(server: string, seen?: Reached): R;
      /** No external server answered the request, and it failed in this way, or in one of several. */
      toFail(how: Failed, ...or: Failed[]): R;
      /** In the whole run no external server was connected by this workload itself. */
      toKeepInside(workload: string): R;
    }
  }
}

expect.extend({
  toReach(answer: Answer, server: string, { status = answer.status === 0 ? 0 : 200, leftBy, headers = {}, without = [], ...same }: Reached = {}) {
    const seen = answer.server;
    const wrong = seen === undefined ? [`${server} did not answer`] : [
      ...differs('server', seen.server, server),
      ...differs('status', answer.status, status),
      ...leftBy === undefined ? [] : differs('leftBy', seen.peer, leftBy),
      ...Object.entries(same).flatMap(([field, value]) => differs(field, seen[field as keyof Seen] ?? '', value)),
      ...Object.entries(headers).flatMap(([name, value]) => differs(`header ${name}`, header(seen, name), value)),
      ...without.filter((name) => header(seen, name) !== undefined).map((name) => `header ${name} reached it: ${header(seen, name)}`),
    ];
    return verdict(wrong, `reaching ${server}`, answer.story);
  },

  toFail(answer: Answer, ...ways: Failed[]) {
    if (ways.length === 0 || ways.some(({ at: _, ...said }) => Object.keys(said).length === 0)) throw new Error('toFail: every failure would do; say which one it is');
    const answered = answer.server === undefined ? [] : [`${answer.server.server} answered`];
    const wrong = ways.map(way => failsOtherwise(answer, way));
    return verdict([...answered, ...wrong.some(each => each.length === 0) ? [] : wrong.flat()], 'the failure', answer.story);
  },

  toKeepInside(outcome: Outcome, workload: string) {
    if (!outcome.workloads.includes(workload)) throw new Error(`toKeepInside: no workload is ${workload}; there are: ${outcome.workloads.join(', ')}`);
    const out = outcome.seen.filter(({ peer }) => peer === workload).map(({ server, path }) => `${workload} came to ${server} itself (${path ?? 'tcp'})`);
    return verdict(out, `${workload} being kept inside`, outcome.story);
  },
});

function failsOtherwise(answer: Answer, { at, flags, details, cluster, status, error }: Failed): string[] {
  const hop = answer.hops.filter(({ proxy }) => at === undefined || proxy === at).pop()?.line;
  const reason = [hop?.response_code_details, hop?.connection_termination_details, hop?.upstream_transport_failure_reason].filter(Boolean).join(' ');
  return [
    ...status === undefined ? [] : differs('status', answer.status, status),
    ...flags === undefined ? [] : differs(`flags at ${at ?? 'the last hop'}`, hop?.response_flags, flags),
    ...details === undefined ? [] : differs('details', `${reason} ${reason.replace(/_/g, ' ')} ${answer.body ?? ''}`, details),
    ...cluster === undefined ? [] : differs('cluster', hop?.upstream_cluster, cluster),
    ...error === undefined ? [] : differs('error', answer.error, error),
    ...at !== undefined && hop === undefined ? [`it never came to ${at}`] : [],
  ];
}

function differs(field: string, got: unknown, want: unknown): string[] {
  const same = want instanceof RegExp ? want.test(String(got)) : got === want;
  return same ? [] : [`${field} is ${JSON.stringify(got)}, not ${want instanceof RegExp ? want : JSON.stringify(want)}`];
}

function header(seen: Seen, name: string): string | undefined {
  return Object.entries(seen.headers ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1].join(', ');
}

function verdict(wrong: string[], what: string, story: string): jest.CustomMatcherResult {
  return { pass: wrong.length === 0, message: () => `${wrong.length > 0 ? wrong.join('\n') : `nothing was wrong with ${what}`}\n\n${story}` };
}
