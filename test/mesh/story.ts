import { Hop, Proxy, Report, Seen, StepReport } from './result';

/** A report as a person would tell it: every step with its way through the proxies, and what no request can show. */
export function story(report: Report): string {
  return [
    ...report.error ? [`the lab failed: ${report.error}`] : [],
    ...troubles(report.proxies),
    ...report.conditions ?? [],
    ...report.steps.map(stepStory),
  ].join('\n');
}

/** Proxies that are not ready, and what they refused. */
export function troubles(proxies: Record<string, Proxy>): string[] {
  return Object.entries(proxies).flatMap(([name, proxy]) => [
    ...proxy.ready === 'LIVE' || proxy.ready === 'killed' ? [] : [`proxy ${name} is not ready: ${proxy.ready}`],
    ...Object.entries(proxy.rejected ?? {}).map(([resource, reason]) => `proxy ${name} rejected ${resource}: ${reason}`),
    ...(proxy.log ?? []).map((line) => `proxy ${name} logged ${line}`),
  ]);
}

export function stepStory(step: StepReport): string {
  const { answer, load } = step;
  return [
    step.step + (step.error ? ` FAILED: ${step.error}` : ''),
    ...answer ? [`  client   ${answer.error ?? [answer.status || '', answer.body].filter(Boolean).join(' ')}`] : [],
    ...load ? [`  outcomes ${JSON.stringify(load.tally)}`, ...Object.entries(load.access).map(([proxy, lines]) => `  ${proxy} ${JSON.stringify(lines)}`)] : [],
    ...(step.hops ?? []).map(hopStory),
    ...answer && !step.seen?.length ? ['  no external server saw it'] : [],
    ...(step.seen ?? []).map(seenStory),
    ...(step.denied ?? []).map(({ from, to, protocol, port }) => `  a NetworkPolicy forbids ${protocol} ${port} from ${from} to ${to}`),
  ].join('\n');
}

function hopStory({ proxy, line }: Hop): string {
  const fields = [
    line.response_code, line.response_flags, line.response_code_details, line.connection_termination_details,
    line.upstream_transport_failure_reason, line.requested_server_name && `sni ${line.requested_server_name}`,
    `-> ${line.upstream_cluster ?? 'nowhere'} ${line.upstream_host ?? ''}`,
  ];
  return `  ${proxy.padEnd(8)} ${fields.filter(Boolean).join(' ').trim()}`;
}

function seenStory(seen: Seen): string {
  const tls = seen.sni === undefined ? '' : ` sni ${seen.sni} alpn ${seen.alpn ?? '-'} client ${seen.clientSAN ?? '-'}`;
  const headers = Object.keys(seen.headers ?? {}).map((name) => name.toLowerCase()).join(' ');
  return `  server   ${seen.server}:${seen.port} saw ${seen.peer}: ${[seen.protocol, seen.method, seen.host, seen.path].filter(Boolean).join(' ')}${tls} [${headers}]`;
}
