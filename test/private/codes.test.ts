import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CODES } from '../../src/private/codes';

const root = join(__dirname, '..', '..');
const sources = (folder: string, except: RegExp) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
  .filter(file => file.endsWith('.ts') && !except.test(file))
  .map(file => readFileSync(join(root, folder, file), 'utf8'))
  .join('\n');

const src = sources('src', /codes\.ts$/);
const tests = sources('test', /^mesh\/|codes\.test\.ts$/);

describe('every error code', () => {
  test.each(Object.keys(CODES))('%s is raised, and a test knows the whole message', code => {
    expect(src.includes(`'${code}'`)).toBe(true);
    expect(new RegExp(`\\[${code}\\] [^ ]+: .+ is .+; allowed: .+; fix: `).test(tests)).toBe(true);
  });

  test('documentation names no others', () => {
    const named = [...src.matchAll(/\b[Ee]rrors? ((?:`[A-Z]\w+`[, and]*)+)/g)].flatMap(([, list]) => list.match(/\w+(?=`)/g)!);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter(name => !(name in CODES))).toEqual([]);
  });

  test('says in one sentence what is wrong', () => {
    for (const sentence of Object.values(CODES)) expect(sentence).toMatch(/^[A-Z`].*\.$/);
  });
});
