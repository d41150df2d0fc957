import { Outcome } from './walk';
import type { Answer } from '../mesh/mesh';

/** What a real answer has that none of the outcomes foretold; nothing, if one of them is what happened. */
export function unlike(outcomes: readonly Outcome[], answer: Answer): string[] {
  const [nearest = ['nothing was foretold']] = outcomes.map(outcome => differences(outcome, answer)).sort((a, b) => a.length - b.length);
  return nearest;
}

function differences({ status, served, location, ends }: Outcome, answer: Answer): string[] {
  const is = answer.server;
  const differ = (what: string, said: unknown, real: unknown) => (said === real ? [] : [`${what}: said ${said}, is ${real}`]);
  const got = headersOf(is?.headers);
  return [
    ...differ('server', served?.by, is?.server),
    ...differ('status', status ?? 0, answer.status),
    ...location === undefined ? [] : differ('location', location, headersOf(answer.headers).location),
    ...served === undefined || is === undefined ? ends !== undefined && served === undefined ? [] : ['no end'] : [
      ...differ('port', served.port, is.port),
      ...differ('peer', served.peer, is.peer),
      ...differ('server name', served.tls?.sni ?? '', is.sni ?? ''),
      ...served.request === undefined ? [] : [
        ...differ('host', served.request.authority, is.host),
        ...differ('path', served.request.path, is.path),
        ...differ('method', served.request.method, is.method),
        ...served.changes.removed.filter(name => got[name] !== undefined && served.changes.set[name] === undefined).map(name => `header ${name}: said to be removed, is ${got[name]}`),
        ...Object.entries(served.changes.set).filter(([, value]) => !value.includes('%')).flatMap(([name, value]) => differ(`header ${name}`, value, got[name])),
      ],
    ],
  ];
}

function headersOf(headers: Record<string, string[]> = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name.toLowerCase(), values.join(',')]));
}
