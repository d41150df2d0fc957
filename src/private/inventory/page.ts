import { createHash } from 'node:crypto';
import { callerName, Fact, factsIn, factsOfApp, factsOut, leavesText, throughTexts } from './facts';
import { pictureIn, pictureOut } from './graph';
import { html, Markup } from './html';
import { Inventory } from './inventory';
import { PAGE_SCRIPT } from './page-script';
import { PAGE_STYLE } from './page-style';
import { drawn } from './picture';
import { WayIn } from './ways-in';
import { WayOut } from './ways-out';

/** What a page says besides the facts. */
export interface PageOptions {
  /** Explains a sample request to a way, or says nothing. */
  readonly explainSample?: (way: WayOut | WayIn) => string | undefined;
}

/** By what rows can be chosen, and how it is called. */
const MARKS = {
  direct: 'around the gateway (direct)',
  unverified: 'TLS, not verified',
  clear: 'clear text on the way',
  unlocked: 'from namespaces that are not locked',
  anybody: 'for every namespace',
  open: 'into the mesh, and open to everybody',
};

type Mark = keyof typeof MARKS;

const BADGES: { readonly [K in Mark]?: { readonly text: string; readonly kind: 'bad' | 'note' } } = {
  direct: { text: 'direct', kind: 'note' },
  unverified: { text: 'not verified', kind: 'bad' },
  clear: { text: 'clear text', kind: 'bad' },
  anybody: { text: 'any namespace', kind: 'note' },
};

/** A row of a table. */
interface Row {
  readonly name: string;
  readonly marks: Mark[];
  readonly cells: string[][];
  readonly facts: Fact[];
  readonly sample?: string;
}

/** One page that needs nothing else: no network, and no permission but for its own style and script. */
export function page(inventory: Inventory, { explainSample }: PageOptions = {}): string {
  const { waysOut, waysIn } = inventory;
  const about = factsOfApp(inventory);
  const policy = `default-src 'none'; style-src ${hashOf(PAGE_STYLE)}; script-src ${hashOf(PAGE_SCRIPT)}; base-uri 'none'; form-action 'none'`;
  return `${html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Ways out of the mesh and into it</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<header>
<h1>Ways out of the mesh and into it</h1>
<p class="sum">${count(waysOut.length, 'way')} out, ${count(waysIn.length, 'way')} in; as declared by the app, not as observed in a cluster.</p>
</header>
<main>
<form role="search" hidden>
<label for="words">Filter by words (host, namespace, path …)<input id="words" type="search" autocomplete="off" spellcheck="false"></label>
<label for="only">Only<select id="only"><option value="">everything</option>${
  Object.entries(MARKS).map(([mark, text]) => html`<option value="${mark}">${text}</option>`)}</select></label>
<output for="words only" aria-live="polite"></output>
</form>
${section('out', 'Ways out', drawn(pictureOut(waysOut), 'map-out', 'Callers, gateways and hosts outside'), OUT, waysOut.map(way => rowOut(way, explainSample?.(way))))}
${section('in', 'Ways in', drawn(pictureIn(waysIn), 'map-in', 'Hosts, ingress gateways and destinations'), IN, waysIn.map(way => rowIn(way, explainSample?.(way))))}
${about.length > 0 && html`<section aria-labelledby="about"><h2 id="about">Gateways and locks</h2>${factList(about)}</section>`}
</main>
<script>${new Markup(PAGE_SCRIPT)}</script>
</body>
</html>`.text}
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

const OUT = ['Host', 'Called as', 'From', 'Through', 'Leaves as', 'Facts'];

const IN = ['Host', 'Listener', 'Gateway', 'Requires', 'Leads to', 'Facts'];

function section(direction: 'out' | 'in', title: string, picture: Markup, heads: string[], rows: Row[]): Markup {
  if (rows.length === 0) return html`<section aria-labelledby="${direction}"><h2 id="${direction}">${title}</h2><p>None.</p></section>`;
  return html`<section data-direction="${direction}" aria-labelledby="${direction}">
<h2 id="${direction}">${title}</h2>
<div class="frame picture" tabindex="0" role="region" aria-label="Picture: ${title}">${picture}</div>
<p class="legend">Unbroken: mesh mTLS, or TLS with a verified certificate. Dashed: TLS of the application. Dotted: clear text, or not verified.</p>
<h3 class="legend">${title}, one by one</h3>
<div class="frame" tabindex="0" role="region" aria-label="Table: ${title}"><table>
<thead><tr>${heads.map(head => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>
${rows.map(rowMarkup)}</tbody>
</table></div>
</section>`;
}

function rowMarkup({ name, marks, cells, facts, sample }: Row): Markup {
  const badges = marks.flatMap(mark => BADGES[mark] ?? []);
  return html`<tr data-marks="${marks.join(' ')}"><th scope="row">${name}${badges.length > 0 && html`<br>`}${badges.map(({ text, kind }) => html`<span class="mark ${kind}">${text}</span>`)}</th>${
    cells.map(lines => html`<td>${lines.length === 1 ? lines[0] : html`<ul>${lines.map(line => html`<li>${line}</li>`)}</ul>`}</td>`)}<td><details><summary>${count(facts.length, 'fact')}</summary>${factList(facts)}${
    sample !== undefined && html`<h4>A sample request</h4><pre>${new Markup(sample.split('\n').map(line => html`${line}`.text).join('\n'))}</pre>`}</details></td></tr>
`;
}

function factList(facts: Fact[]): Markup {
  return html`<dl>${facts.map(({ label, text }) => html`<dt>${label}</dt><dd>${text}</dd>`)}</dl>`;
}

const MOST_LINES = 6;

/** A cell shows the first of many; the facts hold all. */
function few(lines: string[]): string[] {
  return lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), `… and ${lines.length - MOST_LINES + 1} more`] : lines;
}

function rowOut(way: WayOut, sample: string | undefined): Row {
  const { host, port, mode, role, callers, direct, security: { tlsBy, verified }, through } = way;
  return {
    name: `${host}:${port}`,
    marks: marked({
      direct,
      unverified: verified === false,
      clear: tlsBy === 'NOBODY' || through.some(({ legOne }) => legOne === 'CLEAR_TEXT'),
      unlocked: callers.some(({ lock }) => lock?.phase !== 'ENFORCE'),
      anybody: callers.some(({ namespace }) => namespace === '*'),
    }),
    cells: [
      [role === 'HOST' ? mode : `${mode} (${role === 'DESTINATION' ? 'destination of a rule' : 'forward proxy'})`],
      few(callers.map(caller => `${callerName(caller)}${caller.lock ? ` (${caller.lock.phase === 'ENFORCE' ? 'locked' : 'observed'})` : ''}${caller.requests.length > 0 ? `: ${caller.requests.join('; ')}` : ''}`)),
      throughTexts(way),
      [leavesText(way)],
    ],
    facts: factsOut(way),
    sample,
  };
}

function rowIn(way: WayIn, sample: string | undefined): Row {
  const { host, port, protocol, gateway, redirect, access: { requires, authorizer }, certificate, rules, destinations } = way;
  const leadsTo = [...rules.flatMap(rule => (rule.destinations.length > 0 ? rule.destinations.map(to => `${to.host}:${to.port}`) : [rule.action])), ...destinations.map(to => `${to.host}:${to.port}`)];
  const asks = [...requires, ...authorizer === undefined ? [] : [`authorizer ${authorizer}`], ...certificate?.clients === 'REQUIRED' ? ['client certificate'] : []];
  return {
    name: `${host}:${port}`,
    marks: marked({ open: asks.length === 0, clear: protocol === 'HTTP' && !redirect }),
    cells: [
      [`${protocol}${redirect ? `, redirected to port ${redirect.toPort}` : ''}`],
      [`${gateway.namespace}/${gateway.name}`],
      asks.length > 0 ? few(asks) : ['nothing'],
      few([...new Set(leadsTo)]),
    ],
    facts: factsIn(way),
    sample,
  };
}

function marked(marks: { readonly [K in Mark]?: boolean }): Mark[] {
  return (Object.keys(MARKS) as Mark[]).filter(mark => marks[mark]);
}
