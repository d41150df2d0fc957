import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CODES } from '../../src/private/basics/codes';

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

  test('stands in the documentation, which names no others', () => {
    const text = src.replace(/\n *\* +/g, ' ');
    const named = [...text.matchAll(/\b[Ee]rrors? ((?:`[A-Z]\w+`[^.`]*)+)/g)].flatMap(([, list]) => list.match(/[A-Z]\w+(?=`)/g)!);
    expect([...new Set(named)].sort()).toEqual(Object.keys(CODES).sort());
  });

  test('says in one sentence what is wrong', () => {
    for (const sentence of Object.values(CODES)) expect(sentence).toMatch(/^[A-Z`].*\.$/);
  });
});
