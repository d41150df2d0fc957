import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { teams } from './cases';
import { MeshInventory } from '../../src';
import { run } from '../../src/private/cli/run';

const folder = mkdtempSync(join(tmpdir(), 'command-'));
const made = MeshInventory.of(teams(5));
made.write(folder);
afterAll(() => rmSync(folder, { recursive: true }));

function command(...args: string[]) {
  const told = { out: '', err: '' };
  const exit = run(['inventory', ...args], { out: text => void (told.out += text), err: text => void (told.err += text), isTerminal: false });
  return { exit, ...told };
}

/** Without the app, nothing explains a request. */
const file = (name: string) => readFileSync(join(folder, name), 'utf8');

describe('cdk8s-istio inventory', () => {
  test.each([
    ['Markdown', [], 'inventory.md'],
    ['Markdown by name', ['--output', 'markdown'], 'inventory.md'],
    ['JSON', ['-o', 'json'], 'inventory.json'],
    ['a picture', ['-o', 'svg'], 'inventory.svg'],
  ])('shows what an app wrote, as %s', (_, options, name) => {
    expect(command(folder, ...options)).toEqual({ exit: 0, out: file(name), err: '' });
    expect(command(join(folder, 'app-model.json'), ...options)).toEqual({ exit: 0, out: file(name), err: '' });
  });

  test('shows it as a page', () => {
    expect(command(folder, '--output', 'html')).toMatchObject({ exit: 0, out: expect.stringContaining('<!DOCTYPE html>'), err: '' });
  });

  const hint = 'an app writes its model with MeshInventory.of(app).write(directory), after app.synth()';

  test.each([
    ['a file that is not there', 'missing.json', undefined, `there is no such file; ${hint}\n`],
    ['manifests', 'dist.yaml', 'kind: Gateway\n', `this is no JSON; ${hint}\n`],
    ['other JSON', 'other.json', '{"kind":"Gateway"}', `it is not the model of an app; ${hint}\n`],
    ['the inventory itself', 'again.json', made.toJson(), `it is not the model of an app; ${hint}\n`],
    ['nothing', 'empty.json', '', `this is no JSON; ${hint}\n`],
    ['a model that was changed', 'changed.json', file('app-model.json').replaceAll('"route"', '"rout"'), `a part of the model is missing, or is not what it was; ${hint}\n`],
    ['a list', 'list.json', '[]', `it is not the model of an app; ${hint}\n`],
  ])('says what is wrong with %s', (_, name, text, message) => {
    const path = join(folder, name);
    if (text !== undefined) writeFileSync(path, text);
    const { exit, out, err } = command(path);
    expect([exit, out]).toEqual([2, '']);
    expect(err).toBe(`${path}: ${message}`);
  });

  test('says so where a directory holds no model', () => {
    const empty = mkdtempSync(join(folder, 'empty-'));
    expect(command(empty)).toEqual({ exit: 2, out: '', err: `${join(empty, 'app-model.json')}: there is no such file; ${hint}\n` });
  });

  test('knows no other formats', () => expect(command(folder, '--output', 'pdf')).toMatchObject({ exit: 2, out: '' }));
});
