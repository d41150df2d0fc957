import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectBlock } from '../pages';
import { compileErrors, runProgram } from '../program';

const PAGE = 'docs/inventory.md';
const PICTURE = 'docs/inventory.svg';
const [, program] = /```ts nofixture\n([^]*?)```/.exec(readFileSync(PAGE, 'utf8'))!;

/** A file that the program of the page writes beside its manifests. */
function written(name: string): string {
  const [before, folder] = [process.cwd(), mkdtempSync(join(tmpdir(), 'inventory-'))];
  process.chdir(folder);
  try {
    expect(runProgram(program)).toContain('kind: VirtualService');
    return readFileSync(join('inventory', name), 'utf8');
  } finally {
    process.chdir(before);
    rmSync(folder, { recursive: true });
  }
}

describe(PAGE, () => {
  test('compiles', () => expect(compileErrors([program])).toEqual([]));

  test('shows what its program writes', () => {
    const [, part] = /(### `lab[^]*?)### `partner.example.com:443`/.exec(written('inventory.md'))!;
    expectBlock(PAGE, 'part of inventory.md', `\`\`\`markdown\n${part.trimEnd()}\n\`\`\`\n`);
  });

  test('has the picture that the library draws', () => {
    const drawn = written('inventory.svg');
    if (process.env.UPDATE_DOCS) writeFileSync(PICTURE, drawn);
    expect(readFileSync(PICTURE, 'utf8')).toBe(drawn);
  });
});
