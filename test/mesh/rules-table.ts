/** What Istio demands, as a table for `docs/rules.md`. It is made from the titles of tests: a row is a `describeMesh('R<number>: <rule>')`. */
import { relative } from 'node:path';
import { BROKEN, Results, cell } from './tables';

interface Rule { readonly number: number; readonly rule: string; readonly seen: string[]; readonly broken: string[]; readonly file: string }

/** The table, and what is wrong with the rules. Whether their tests were run does not matter here. */
export function rulesTable({ testResults }: Results): { readonly table: string; readonly complaints: readonly string[] } {
  const rules = new Map<number, Rule>();
  const complaints: string[] = [];
  for (const { name, assertionResults } of testResults) {
    for (const { ancestorTitles: [top = ''], title } of assertionResults) {
      const [, number, rule] = /^R(\d+): (.+)$/.exec(top) ?? [];
      if (number === undefined) continue;
      const row: Rule = rules.get(Number(number)) ?? { number: Number(number), rule, seen: [], broken: [], file: relative('.', name) };
      rules.set(row.number, row);
      if (row.rule !== rule) complaints.push(`R${number} is "${row.rule}" and "${rule}"`);
      if (title.startsWith(BROKEN)) row.broken.push(title.slice(BROKEN.length));
      else row.seen.push(title);
    }
  }
  const all = [...rules.values()].sort((a, b) => a.number - b.number);
  complaints.push(
    ...all.filter(({ number }, i) => number !== i + 1).slice(0, 1).map(({ number }) => `before R${number} a rule is missing`),
    ...all.filter(({ seen, broken }) => seen.length === 0 || broken.length === 0).map(({ number }) => `R${number} lacks a test or its broken twin`),
  );
  return {
    complaints,
    table: [
      '| | rule | seen | with one field broken | test |',
      '|---|---|---|---|---|',
      ...all.map(({ number, rule, seen, broken, file }) =>
        `| R${number} | ${cell([rule[0].toUpperCase() + rule.slice(1)])} | ${cell(seen)} | ${cell(broken)} | [${file.replace(/^.*\/|\.test\.ts$/g, '')}](../${file}) |`),
      '',
    ].join('\n'),
  };
}
