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
    expect(files.filter(file => /\/imports\//.test(text(file)) && !file.startsWith('private/objects/manifest/'))).toEqual([]);
  });
});
