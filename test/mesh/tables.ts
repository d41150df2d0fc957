/**
 * What the mesh tests saw, as tables for the pages. They are made from the results of jest: a row is a `describe` inside of
 * `describeMesh('egress: ...')` or `describeMesh('ingress: ...')`, a cell the titles of its tests. `describeMesh('planes: ...')` and
 * `describeMesh('routes: ...')` are columns.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';

/** The part of `jest --json` that is read. */
export interface Results {
  readonly testResults: readonly { readonly name: string; readonly assertionResults: readonly Result[] }[];
}

interface Result { readonly ancestorTitles: readonly string[]; readonly title: string; readonly status: string }

interface Feature { readonly group: string; readonly name: string; readonly seen: string[]; readonly broken: string[] }

export const BROKEN = 'broken: ';
export const PAGES = ['README.md', 'docs/egress.md', 'docs/ingress.md', 'docs/ambient.md', 'docs/gateway-api.md'];

/** Compares the tables of all pages with what was run, or writes them; the complaints say what is wrong. */
export function checkPages(results: Results, write: boolean): string[] {
  const notPassed = rows(results).filter(({ status }) => status !== 'passed').map(({ ancestorTitles, title }) => `did not pass: ${[...ancestorTitles, title].join(' › ')}`);
  if (notPassed.length > 0) return notPassed;
  return PAGES.flatMap(page => {
    const text = readFileSync(page, 'utf8');
    const { wanted, complaints } = withTables(text, results);
    if (complaints.length > 0) return complaints.map(complaint => `${page}: ${complaint}`);
    if (write && wanted !== text) writeFileSync(page, wanted);
    return write || wanted === text ? [] : [`${page}: its tables are not what the tests saw; npm run tables`];
  });
}

/** A page with its tables as they should be. */
export function withTables(text: string, results: Results): { readonly wanted: string; readonly complaints: readonly string[] } {
  const complaints: string[] = [];
  const wanted = text.replace(/(<!-- seen by the tests: (\w+) -->\n)([^]*?)(<!-- end -->)/g, (_, start, what, old, end) => {
    const made = tableOf(what, old, results);
    complaints.push(...made.complaints);
    return start + made.table + end;
  });
  return { wanted, complaints };
}

interface Made { readonly table: string; readonly complaints: readonly string[] }

function tableOf(what: string, old: string, results: Results): Made {
  if (what === 'modes') return modesTable(old, features(results, 'egress'));
  return { table: what in COLUMNS ? columnsTable(COLUMNS[what], features(results, what)) : table(features(results, what)), complaints: [] };
}

/** The heads of columns, by their groups. */
const COLUMNS: Record<string, Record<string, string>> = {
  planes: { 'sidecars': 'sidecars', 'waypoint': 'a waypoint', 'Gateway API': 'sidecars, gateway on [managed pods](gateway-api.md)' },
  routes: { 'Istio': 'Istio\'s own API', 'Gateway API': 'routes of the Gateway API' },
};

/** What each data plane, or API, makes of each feature. */
function columnsTable(columns: Record<string, string>, all: readonly Feature[]): string {
  return [
    `| feature | ${Object.values(columns).join(' | ')} |`,
    `|---|${'---|'.repeat(Object.keys(columns).length)}`,
    ...[...new Set(all.map(({ name }) => name))].map(name => (
      `| ${cell([name])} | ${Object.keys(columns).map(plane => cell(all.find(f => f.group === plane && f.name === name)?.seen ?? [])).join(' | ')} |`
    )),
    '',
  ].join('\n');
}

/** All features of a direction, in an order that no run can change. */
function features(results: Results, direction: string): Feature[] {
  const found = new Map<string, Feature>();
  for (const { ancestorTitles: [top, ...nested], title } of rows(results)) {
    if (!top.startsWith(`${direction}: `)) continue;
    const group = top.slice(direction.length + 2);
    const name = nested.join(', ') || group;
    const key = JSON.stringify([group, name]);
    const feature = found.get(key) ?? { group, name, seen: [], broken: [] };
    found.set(key, feature);
    if (title.startsWith(BROKEN)) feature.broken.push(title.slice(BROKEN.length));
    else feature.seen.push(title);
  }
  const groups = [...new Set([...found.values()].map(f => f.group))].sort((a, b) => a.toLowerCase() < b.toLowerCase() ? -1 : 1);
  return groups.flatMap(group => [...found.values()].filter(f => f.group === group));
}

function rows({ testResults }: Results): Result[] {
  return [...testResults]
    .sort((a, b) => relative('.', a.name) < relative('.', b.name) ? -1 : 1)
    .flatMap(file => file.assertionResults)
    .filter(({ ancestorTitles: [top = ''] }) => /^(egress|ingress|planes|routes): /.test(top));
}

function table(all: readonly Feature[]): string {
  return [...new Set(all.map(f => f.group))].map(group => [
    `### ${group[0].toUpperCase()}${group.slice(1)}`,
    '',
    '| feature | seen | with one field broken |',
    '|---|---|---|',
    ...all.filter(f => f.group === group).map(({ name, seen, broken }) => `| ${cell([name])} | ${cell(seen)} | ${cell(broken)} |`),
    '',
  ].join('\n')).join('\n');
}

/** What stands in the first cells of a row is written by hand; the last two say what was seen first of all. */
function modesTable(old: string, all: readonly Feature[]): Made {
  const [head, line, ...lines] = old.trimEnd().split('\n').filter(Boolean);
  const modes = all.filter(f => f.group === 'modes');
  const listed = lines.map(row => ({ row, mode: row.split('|')[1].trim() }));
  const complaints = [
    ...modes.filter(({ name }) => !listed.some(({ mode }) => mode === name)).map(({ name }) => `the mode "${name}" has no row`),
    ...listed.flatMap(({ mode }) => {
      const feature = featureOf(mode, all);
      if (!feature) return [`no test is about the mode "${mode}"`];
      return feature.seen.length > 0 && feature.broken.length > 0 ? [] : [`the mode "${mode}" lacks a test or its broken twin`];
    }),
  ];
  const made = listed.map(({ row, mode }) => {
    const { seen, broken } = featureOf(mode, all) ?? { seen: [], broken: [] };
    return `${row.split('|').slice(0, -3).join('|')}| ${cell(seen.slice(0, 1))} | ${cell(broken.slice(0, 1))} |`;
  });
  return { table: `${[head, line, ...made].join('\n')}\n`, complaints };
}

/** A row of the modes is about one of these, about another feature by its group and name, or about a group. */
function featureOf(mode: string, all: readonly Feature[]): Pick<Feature, 'seen' | 'broken'> | undefined {
  const group = all.filter(f => f.group === mode);
  return all.find(f => f.group === 'modes' && f.name === mode || `${f.group} ${f.name}` === mode)
    ?? (group.length > 0 ? { seen: group.flatMap(f => f.seen), broken: group.flatMap(f => f.broken) } : undefined);
}

export function cell(facts: readonly string[]): string {
  return facts.map(fact => fact.replace(/[|\\]/g, '\\$&').replace(/</g, '&lt;').replace(/\s+/g, ' ')).join('<br>') || '–';
}

/** `npm run tables` writes them from a file of results. */
if (require.main === module) {
  const complaints = checkPages(JSON.parse(readFileSync(process.argv[2], 'utf8')), true);
  console.log(complaints.join('\n') || 'the tables are written');
  process.exitCode = complaints.length > 0 ? 1 : 0;
}
