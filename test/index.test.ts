import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const src = join(__dirname, '..', 'src');
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(file => file.endsWith('.ts'));
const text = (file: string) => readFileSync(join(src, file), 'utf8');

describe('the sources', () => {
  test('index.ts exports every public file, and does nothing else', () => {
    const exported = files.filter(file => file !== 'index.ts' && !file.startsWith('private/')).map(file => `export * from './${file.replace(/\.ts$/, '')}';`);
    expect(text('index.ts').trim().split('\n').sort()).toEqual(exported.sort());
  });

  test('only renderers know the imports', () => {
    expect(files.filter(file => /\/imports\//.test(text(file)) && !file.startsWith('private/render/'))).toEqual([]);
  });

  test('plans know no constructs and no renderers', () => {
    const plans = files.filter(file => file.startsWith('private/plan/'));
    expect(plans.length).toBeGreaterThan(5);
    expect(plans.filter(file => /from '(cdk8s|constructs|.*\/render\/.*)'/.test(text(file)))).toEqual([]);
  });

  test('renderers know no intents', () => {
    expect(files.filter(file => file.startsWith('private/render/') && /\/intent\//.test(text(file)))).toEqual([]);
  });
});
