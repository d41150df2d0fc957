import { ExplanationModel, TlsTo } from './explanation';
import { clientText, decisionText, endingText } from './text';

/** A sequence diagram: who sends what to whom, and what decided it. */
export function toMermaid({ client, request, hops, ending }: ExplanationModel): string {
  const names = [clientText(client), ...hops.map(({ kind, at }) => `${kind} ${at}`)];
  const out = ending.kind === 'leaves' ? ending.to.map(({ host, port }) => `${host}:${port}`).join(', ')
    : ending.kind === 'served' ? ending.by.map(({ host, port }) => `${host}:${port}`).join(', ') : undefined;
  const all = out === undefined ? names : [...names, out];
  const id = (i: number) => `p${i}`;
  const lines = hops.flatMap(({ decides }, i) => [
    `${id(i)}->>${id(i + 1)}: ${text(i === 0 ? firstText(request) : tls(hops[i - 1].sends?.tls))}`,
    ...decides ? [`Note over ${id(i + 1)}: ${text(decisionText(decides))}`] : [],
  ]);
  const last = hops.length;
  return [
    'sequenceDiagram',
    ...all.map((name, i) => `  participant ${id(i)} as ${text(name)}`),
    ...lines.map(line => `  ${line}`),
    out === undefined ? `  ${id(last)}-->>${id(0)}: ${text(endingText(ending))}` : `  ${id(last)}->>${id(last + 1)}: ${text(tls(hops[last - 1]?.sends?.tls))}`,
    '',
  ].join('\n');
}

function firstText({ method, path, scheme }: ExplanationModel['request']): string {
  return method === '' ? scheme : `${method} ${path}`;
}

function tls(to: TlsTo | undefined): string {
  if (!to || to.mode === 'NONE') return 'as it is';
  if (to.mode === 'AUTO') return 'as the mesh does';
  return to.mode === 'MESH' ? `mesh mTLS, SNI ${to.sni}` : `TLS${to.sni === undefined ? '' : `, SNI ${to.sni}`}`;
}

/** These mean something to Mermaid. */
function text(plain: string): string {
  return plain.replace(/[#;<>]/g, char => `#${char.charCodeAt(0)};`).replace(/\n/g, ' ');
}
