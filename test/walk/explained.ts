import type { Outcome, Question } from './walk';
import type { AskedClient, Ending, ExplanationModel, TlsTo, WayOut } from '../../src/private/explain/explanation';
import type { Workload } from '../mesh/workloads';

/** The client of a question, as an explanation asks for it. */
export function clientOf({ from, gateway, claims = {} }: Question, workloads: readonly Workload[]): AskedClient {
  const workload = workloads.find(({ name }) => name === from);
  if (workload === undefined) return { kind: 'outside', gateway, address: '198.18.0.2', claims: claims as Record<string, string> };
  const { namespace, serviceAccount = 'default', labels } = workload;
  return { kind: 'workload', namespace, serviceAccount, labels, ambient: false };
}

/**
 * What an explanation says that does not happen: each of its destinations must be one of the outcomes, and each outcome one of its
 * destinations. Nothing, if it is right or leaves it open.
 */
export function contradictions({ ending, conditions, decidedUnless }: ExplanationModel, outcomes: readonly Outcome[],
  workloads: readonly Workload[]): string[] {
  if (ending.kind === 'undecided' || decidedUnless.length > 0) return [];
  const ends = outcomes.filter(outcome => !conditions.some(({ status }) => status !== undefined && status === outcome.status));
  if (conditions.length > 0 && ends.length === 0) return [];
  return ends.flatMap(outcome => against(ending, outcome, workloads));
}

function against(ending: Ending, outcome: Outcome, workloads: readonly Workload[]): string[] {
  const { served, status } = outcome;
  const is = served === undefined ? `${status ?? 'closed'}${outcome.location === undefined ? '' : ` to ${outcome.location}`} (${outcome.ends?.flags} ${outcome.ends?.details} at ${outcome.ends?.at})` : `served by ${served.by}:${served.port}`;
  switch (ending.kind) {
    case 'undecided': return [];
    case 'closed': return served === undefined && status === undefined ? [] : [`said closed, is ${is}`];
    // in a locked namespace, it depends on other Services whether HTTP is read on the port
    case 'answered': return ending.status === 502 && outcome.ends?.details === 'BlackHoleCluster' ? [] : [
      ...served === undefined && status === ending.status ? [] : [`said ${ending.status} (${ending.because}), is ${is}`],
      ...ending.location === undefined || ending.location === outcome.location ? [] : [`location: said ${ending.location}, is ${outcome.location}`],
    ];
    case 'served': {
      const pod = workloads.find(({ name }) => name === served?.by);
      const by = ending.by.filter(({ host }) => pod !== undefined && host.startsWith(`${pod.service}.${pod.namespace}.`));
      return [...by.length > 0 ? requests(ending, outcome) : [`said served by ${ending.by.map(({ host, port }) => `${host}:${port}`).join(', ')}, is ${is}`]];
    }
    case 'leaves': {
      if (served === undefined) return [`said to leave by ${ending.by}, is ${is}`];
      const ways = ending.to.map(way => leaving(way, outcome, workloads));
      const peer = workloads.find(({ name }) => name === served.peer);
      const by = peer === undefined || peer.namespace === ending.by.split('/')[0] ? [] : [`said to leave by ${ending.by}, is ${peer.namespace}/${peer.name}`];
      // of a split, only what leaves is described
      const isInside = workloads.some(({ name }) => name === served.by);
      return [...isInside ? [] : by, ...ways.sort((a, b) => a.length - b.length)[0], ...isInside ? [] : requests(ending, outcome)];
    }
  }
}

function leaving({ host, port, tls, endpoints, proxy }: WayOut, { served }: Outcome, workloads: readonly Workload[]): string[] {
  const { by, port: to } = served!;
  const pod = workloads.find(({ name }) => name === by);
  if (pod !== undefined && host.startsWith(`${pod.service}.${pod.namespace}.`)) return secured(tls, served!.tls);
  const expected = proxy ? [proxy.host] : endpoints.length > 0 ? endpoints.map(each => each.replace(/:\d+$/, '')) : [host];
  return [
    ...expected.includes(by) || expected.includes(by.replace(/^any\./, '*.')) ? [] : [`said to ${expected.join(', ')}, is ${by}`],
    ...port === to || proxy || endpoints.some(each => each.endsWith(`:${to}`)) ? [] : [`said port ${port}, is ${to}`],
    ...secured(tls, served!.tls),
  ];
}

function secured(said: TlsTo, is: NonNullable<Outcome['served']>['tls']): string[] {
  const mode = is === undefined ? 'NONE' : is.isMesh ? 'MESH' : is.shows ? 'MUTUAL' : 'SIMPLE';
  // the client's own TLS is not what proxies add
  if (said.mode === 'NONE' && mode === 'SIMPLE') return [];
  if (said.mode === 'MUTUAL' && mode === 'SIMPLE') return [];
  if (said.mode === 'AUTO' && (mode === 'NONE' || mode === 'MESH')) return [];
  if (said.mode !== mode) return [`TLS: said ${said.mode}, is ${mode}`];
  return said.sni === is?.sni ? [] : [`SNI: said ${said.sni}, is ${is?.sni}`];
}

function requests({ request: said }: Extract<Ending, { request?: unknown }>, { served }: Outcome): string[] {
  const is = served?.request;
  if (said === undefined || is === undefined) return [];
  const differ = (what: string, one: unknown, other: unknown) => (one === other ? [] : [`${what}: said ${one}, is ${other}`]);
  const { removed, set } = served!.changes;
  return [
    ...differ('path', said.path, is.path),
    ...differ('authority', said.authority, is.authority),
    ...differ('removed', [...new Set(said.removed.map(name => name.toLowerCase()))].sort().join(), [...new Set(removed)].sort().join()),
    ...Object.entries(said.set).flatMap(([name, value]) => differ(`header ${name}`, value, set[name.toLowerCase()])),
    ...Object.keys(set).filter(name => !Object.keys(said.set).some(one => one.toLowerCase() === name)).map(name => `header ${name}: set to ${set[name]}, which is not said`),
  ];
}
