import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rulesTable } from './mesh/rules-table';
import { Results } from './mesh/tables';
import { expectBlock } from './pages';

/** The titles of the mesh tests about rules. No test is run: the pattern matches none. */
function titles(): Results {
  const temp = mkdtempSync(join(tmpdir(), 'rules-'));
  try {
    const output = join(temp, 'titles.json');
    const args = ['--ci', '--json', '--outputFile', output, '--testNamePattern', '(?!)', '--runInBand', 'test/mesh/rules-'];
    spawnSync(process.execPath, [require.resolve('jest/bin/jest'), ...args], { stdio: 'ignore', env: { ...process.env, CI: '' } });
    return JSON.parse(readFileSync(output, 'utf8'));
  } finally {
    rmSync(temp, { recursive: true });
  }
}

const told = (...rules: [rule: string, ...titles: string[]][]) => rulesTable({
  testResults: rules.map(([rule, ...all]) => ({ name: 'test/mesh/rules-a.test.ts', assertionResults: all.map(title => ({ ancestorTitles: [rule], title, status: 'pending' })) })),
});

describe('docs/rules.md', () => {
  test('lists the rules as the tests name them', () => {
    const { table, complaints } = rulesTable(titles());
    expect(complaints).toEqual([]);
    expect(table.match(/^\| R\d+ /gm)).toHaveLength(24);
    expectBlock('docs/rules.md', 'rules', table);
  }, 60_000);

  test('has a row for each rule, by its number', () => {
    expect(told(['R2: b', 'broken: not b', 'b'], ['R1: a', 'a | a', 'broken: not a'], ['another', 'x']).table).toBe([
      '| | rule | seen | with one field broken | test |', '|---|---|---|---|---|',
      '| R1 | A | a \\| a | not a | [rules-a](../test/mesh/rules-a.test.ts) |', '| R2 | B | b | not b | [rules-a](../test/mesh/rules-a.test.ts) |', '',
    ].join('\n'));
  });

  test('is not made of rules without a twin, without a number or with two names', () => {
    expect(told(['R1: a', 'a'], ['R3: c', 'c', 'broken: c'], ['R3: d', 'd']).complaints)
      .toEqual(['R3 is "c" and "d"', 'before R3 a rule is missing', 'R1 lacks a test or its broken twin']);
  });
});
