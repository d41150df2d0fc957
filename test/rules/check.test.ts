import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Yaml } from 'cdk8s';
import { ARTICLE } from './article';
import { run } from '../../src/private/cli/run';
import { originate } from '../mesh/recipes';

const folder = mkdtempSync(join(tmpdir(), 'check-'));
afterAll(() => rmSync(folder, { recursive: true }));

function written(name: string, content: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const yaml = (...objects: object[]) => Yaml.stringify(...objects);

/** What a command writes, with its files as in their folder. */
function check(...args: string[]) {
  return commanded(['check', ...args]);
}

function commanded(args: string[], isTerminal = false) {
  const said = { out: '', err: '' };
  const exit = run(args, { out: text => { said.out += text; }, err: text => { said.err += text; }, isTerminal });
  const short = (text: string) => text.replaceAll(`${folder}/`, '');
  return { exit, out: short(said.out), err: short(said.err) };
}

const right = written('right/dist.yaml', yaml(...Object.values(originate())));
const article = written('article.yaml', yaml(...ARTICLE));

describe('cdk8s-istio check', () => {
  test('says that nothing is wrong', () => {
    expect(check(right)).toEqual({ exit: 0, out: 'no findings in 6 objects\n', err: '' });
  });

  test('tells each finding with its file and line, and its fix', () => {
    const { exit, out, err } = check(article);
    expect({ exit, err }).toEqual({ exit: 1, err: '' });
    expect(out).toContain([
      'article.yaml:40 GatewayNotFound VirtualService default/route-via-egressgateway',
      '  spec.gateways[1]: there is no Gateway default/istio-egressgateway, where "istio-egressgateway" is looked up; there is istio-system/istio-egressgateway',
      '  fix: Write "istio-system/istio-egressgateway", also in `match.gateways`.',
    ].join('\n'));
    expect(out).toMatch(/\n5 findings in 3 objects\n$/);
  });

  test('has colours on a terminal only', () => {
    expect(check(article).out).not.toContain('\u001b');
    expect(commanded(['check', article], true).out).toContain('\u001b[31mGatewayNotFound\u001b[0m');
  });

  test('writes JSON', () => {
    const { exit, out } = check('-o', 'json', article);
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      objects: 3,
      findings: expect.arrayContaining([{
        code: 'GatewayNotFound', file: 'article.yaml', line: 40, object: { kind: 'VirtualService', namespace: 'default', name: 'route-via-egressgateway' }, field: 'spec.gateways[1]', message: expect.any(String), fix: expect.any(String),
      }]),
    });
  });

  test('writes SARIF, also when nothing is wrong', () => {
    const [{ tool, results }] = JSON.parse(check('-o', 'sarif', article).out).runs;
    const found = results.find(({ ruleId }: { ruleId: string }) => ruleId === 'GatewayNotFound');
    expect(tool.driver.rules[found.ruleIndex].id).toBe('GatewayNotFound');
    expect(found.locations[0].physicalLocation).toEqual({ artifactLocation: { uri: 'article.yaml' }, region: { startLine: 40 } });
    expect(JSON.parse(check('-o', 'sarif', right).out).runs[0].results).toEqual([]);
  });

  test('takes directories, and there leaves out what holds no objects', () => {
    written('tree/a/one.yml', yaml(originate().entry));
    written('tree/values.yaml', 'a: 1\n');
    written('tree/two.json', JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [originate().gateway] }));
    written('tree/notes.txt', ':');
    expect(check(join(folder, 'tree'))).toEqual({ exit: 0, out: 'no findings in 2 objects\n', err: '' });
  });

  test('takes a file once, however often it is named', () => {
    expect(check(right, join(folder, 'right'), right)).toMatchObject({ exit: 0, out: 'no findings in 6 objects\n' });
  });

  test('with --complete tells of what is named and not there', () => {
    const { gateway: _, ...rest } = originate();
    const file = written('part.yaml', yaml(...Object.values(rest)));
    expect(check(file)).toMatchObject({ exit: 0 });
    expect(check('--complete', file)).toMatchObject({ exit: 1, out: expect.stringContaining('GatewayNotFound') });
  });

  test('judges a long list', () => {
    const items = Array.from({ length: 3000 }, (_, i) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `a${i}`, namespace: 'a' } }));
    expect(check(written('long.json', JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMapList', items })))).toMatchObject({ exit: 0, out: 'no findings in 3000 objects\n' });
  });

  const entry = originate().entry as { apiVersion: string };
  test.each([
    ['a file that is not there', () => join(folder, 'none.yaml'), 'none.yaml: there is no such file or directory\n'],
    ['a file that is no YAML', () => written('bad.yaml', 'apiVersion: v1\nkind: [\n'), /^bad\.yaml:\d: this is no YAML: .+\n$/],
    ['a file without an object', () => written('values.yaml', '\n\na: 1\n'), 'values.yaml:3: this is no object of Kubernetes: apiVersion and kind are missing\n'],
    ['a file of text', () => written('text.yaml', 'hello\n'), 'text.yaml:1: this is no object of Kubernetes: apiVersion and kind are missing\n'],
    ['an object without a name', () => written('nameless.yaml', 'apiVersion: v1\nkind: Service\n'), 'nameless.yaml:1: Service has no metadata.name\n'],
    ['two objects of one name', () => written('twice.yaml', yaml(entry, entry)), /^twice\.yaml:\d+: ServiceEntry shop\/api-test is there already: twice\.yaml:1\n$/],
    ['a version that Istio does not have', () => written('version.yaml', yaml({ ...entry, apiVersion: 'networking.istio.io/v7' })), 'version.yaml:1: ServiceEntry shop/api-test: Istio has no version networking.istio.io/v7\n'],
  ])('does not judge %s', (_, make, err) => {
    expect(check(make())).toEqual({ exit: 2, out: '', err: typeof err === 'string' ? err : expect.stringMatching(err) });
  });

  test('passes over empty documents, and refuses a set of nothing else', () => {
    const empty = written('empty.yaml', '---\n---\n# nothing\n');
    expect(check(empty, right)).toMatchObject({ exit: 0, out: 'no findings in 6 objects\n' });
    expect(check(empty)).toEqual({ exit: 2, out: '', err: 'empty.yaml: there is no object of Kubernetes\n' });
  });

  test.each([
    ['no path', [], 'error: missing required argument \'path\'\n'],
    ['an unknown option', ['--nothing', '.'], 'error: unknown option \'--nothing\'\n'],
    ['an unknown format', ['-o', 'xml', '.'], 'error: option \'-o, --output <format>\' argument \'xml\' is invalid. Allowed choices are text, json, sarif.\n'],
  ])('refuses %s', (_, args, err) => {
    expect(check(...args)).toEqual({ exit: 2, out: '', err });
  });

  test('tells what it can do', () => {
    expect(commanded(['--help'])).toMatchObject({ exit: 0, out: expect.stringContaining('check [options] <path...>') });
    expect(commanded(['check', '--help'])).toMatchObject({ exit: 0, out: expect.stringContaining('--complete') });
    expect(commanded(['nothing'])).toMatchObject({ exit: 2, err: 'error: unknown command \'nothing\'\n' });
  });
});
