import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { generateDotnet, goModule, java, python, run } from './bindings';
import { examplesOf, undocumented } from './documentation';
import { bareKeywords, dotnetHazards } from './dotnet';
import { translated } from './translated';
import { expectBlock, PAGES, programOf, snippetsOf } from '../pages';
import { runProgram } from '../program';

/** The translator types what a loop names as Object, and lists as arrays. */
const NOT_IN_JAVA = [/for \(Object \w+ : /, /^\w+\[\] \w+ = /m];

const temp = mkdtempSync(join(tmpdir(), 'languages-'));
afterAll(() => rmSync(temp, { recursive: true }));

function folder(name: string): string {
  mkdirSync(join(temp, name));
  return join(temp, name);
}

/** The manifests in a folder, as `runProgram` returns them, or why there are none. */
function manifestsIn(dir: string): string {
  if (existsSync(join(dir, 'error'))) return readFileSync(join(dir, 'error'), 'utf8');
  return readdirSync(dir).filter(file => file.endsWith('.k8s.yaml')).sort().map(file => readFileSync(join(dir, file), 'utf8')).join('---\n');
}

const [, chart] = /```ts nofixture\n([^]*?)```/.exec(readFileSync('README.md', 'utf8'))!;
const page = readFileSync('docs/languages.md', 'utf8');
const shown = (language: string) => new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'm').exec(page)![1];

const programs = new Map([[chart, 'README.md, A first chart']]);
for (const snippet of PAGES.flatMap(snippetsOf)) {
  // before the chart itself stand the whole programs of its section
  for (const [i, program] of snippet.programs.entries()) if (!programs.has(program)) programs.set(program, i === snippet.programs.length - 1 ? snippet.title : `${snippet.title}, program ${i + 1}`);
}
const assembly = JSON.parse(readFileSync('.jsii', 'utf8'));
for (const [name, example] of examplesOf(assembly)) programs.set(programOf(example), `the example of ${name}`);
// pages import all that TypeScript sees, also what the other languages do not get
const known = (program: string) => program.replace(/^import \{ (.*) \} from 'cdk8s-istio';$/m, (_, names: string) => (
  `import { ${names.split(', ').filter(name => `cdk8s-istio.${name}` in assembly.types).join(', ')} } from 'cdk8s-istio';`
));
const charts = translated([...programs.keys()].map(known)).map((texts, i) => ({ ...texts, name: `P${i}`, title: [...programs.values()][i], manifests: runProgram(texts.source) }));

test('many charts are compared', () => {
  expect(charts.filter(({ manifests }) => manifests.includes('kind: ')).length).toBeGreaterThan(110);
});

describe('the documentation that all languages get', () => {
  test('tells what each type, member and parameter is, and shows each class', () => {
    expect(undocumented(assembly)).toEqual([]);
  });

  test('would be found to be missing', () => {
    const docs = { summary: 'It is told.' };
    const types = {
      a: { name: 'A', kind: 'class', initializer: { parameters: [{ name: 'scope' }, { name: 'id', docs }] }, methods: [{ name: 'of', parameters: [{ name: 'b' }] }] },
      b: { name: 'B', kind: 'interface', docs, properties: [{ name: 'c' }, { name: 'd', docs }] },
    };
    expect(undocumented({ types })).toEqual(['A', 'A: example', 'A.of: parameter b', 'A.constructor: parameter scope', 'A.of', 'B.c']);
  });
});

describe('Python', () => {
  const { command, path } = python();
  const interpret = (...args: string[]) => run('.', 'env', `PYTHONPATH=${path}`, command, ...args);
  const dir = folder('python');
  writeFileSync(join(dir, 'page.py'), shown('python'));
  writeFileSync(join(dir, 'refused.py'), shown('python').replace('api.example.com', 'api..example.com'));
  for (const { name, python: source } of charts) writeFileSync(join(dir, `${name}.py`), source);
  interpret('test/languages/programs.py', dir);

  test('makes the manifests of the first chart from the program of the page', () => {
    expect(manifestsIn(join(dir, 'page'))).toBe(runProgram(chart));
  });

  test.each(charts.map(c => [c.title, c] as const))('makes the manifests of %s', (_, { name, manifests }) => {
    expect(manifestsIn(join(dir, name))).toBe(manifests);
  });

  test('is told the code of a refusal by a RuntimeError', () => {
    expect(manifestsIn(join(dir, 'refused'))).toMatch(/^RuntimeError: \[HostInvalid\] shop\/api: hosts\[0\] is "api\.\.example\.com"/);
  });

  test('has no name to which an underscore was added, because Python reserves it', () => {
    const reserved = (code: string) => [...code.matchAll(/\b(?:def ([a-z]\w*_)\(|([a-z]\w*_): )/g)].map(([, method, argument]) => method ?? argument);
    expect(reserved(readFileSync(join(path, 'cdk8s_istio', '__init__.py'), 'utf8'))).toEqual([]);
    expect(reserved('def from_(cls, caller: "Caller", lambda_: str) -> None:')).toEqual(['from_', 'lambda_']);
  });

  test('refuses a misspelt argument of a class, and ignores a misspelt key of a dictionary, as the page says', () => {
    const tried = (rule: string) => interpret('-c', `
import cdk8s, cdk8s_istio as istio
chart = cdk8s.Chart(cdk8s.Testing.app(), 'shop', namespace='shop')
gateway = istio.EgressGateway(chart, 'egress', workload=istio.GatewayWorkload.helm_release('egress', namespace='istio-system'))
service = istio.ExternalService(chart, 'api', hosts=['api.example.com'], ports=[istio.ExternalPort.http()])
try:
    istio.EgressRoute(chart, 'route', service=service, gateway=gateway, allow=[${rule}])
    print('accepted')
except TypeError as error:
    print(error)
`);
    expect(tried("istio.RouteMatch(methods=['GET'], paht=istio.PathMatch.exact('/'))")).toContain("unexpected keyword argument 'paht'");
    expect(tried("{'methods': ['GET'], 'paht': istio.PathMatch.exact('/')}")).toBe('accepted\n');
  });
});

describe('Java', () => {
  const libraries = java();
  const dir = folder('java');
  const classes = folder('classes');
  const fit = charts.filter(c => !NOT_IN_JAVA.some(pattern => pattern.test(c.java)));
  for (const { name, java: source } of fit) {
    const lines = source.split('\n');
    const imports = lines.filter(line => line.startsWith('import '));
    const body = lines.filter(line => !line.startsWith('import ')).join('\n').replace('new App()', 'App.Builder.create().outdir(outdir).build()');
    writeFileSync(join(dir, `${name}.java`), `import java.util.*;\n${imports.join('\n')}\nimport io.github.cdk8s_istio.*;\npublic class ${name} { public static void run(String outdir) {\n${body}\n} }\n`);
  }
  writeFileSync(join(dir, 'Main.java'), shown('java'));
  copyFileSync('test/languages/Programs.java', join(dir, 'Programs.java'));
  run(dir, 'sh', '-c', `javac -nowarn -d '${classes}' -cp '${libraries}' *.java`);
  const cp = [classes, libraries].join(delimiter);
  const made = folder('java-made');
  run('.', 'java', '-cp', cp, 'Programs', made, ...fit.map(({ name }) => name));

  test('makes the manifests of the first chart from the program of the page', () => {
    run(dir, 'env', `CDK8S_OUTDIR=${join(made, 'page')}`, 'java', '-cp', cp, 'Main');
    expect(manifestsIn(join(made, 'page'))).toBe(runProgram(chart));
  });

  test('compiles all charts but those that the translator gets wrong', () => {
    expect(charts.length - fit.length).toBeLessThanOrEqual(6);
  });

  test.each(fit.map(c => [c.title, c] as const))('makes the manifests of %s', (_, { name, manifests }) => {
    expect(manifestsIn(join(made, name))).toBe(manifests);
  });
});

describe('Go', () => {
  const dir = folder('go');
  writeFileSync(join(dir, 'main.go'), shown('go'));
  goModule(dir);

  test('makes the manifests of the first chart from the program of the page', () => {
    run(dir, 'go', 'build', '-o', 'chart', '.');
    run(dir, 'env', 'CDK8S_OUTDIR=made', './chart');
    expect(manifestsIn(join(dir, 'made'))).toBe(runProgram(chart));
  });

  test('has the program of the page as gofmt writes it', () => {
    expect(run(dir, 'gofmt', '-l', '.')).toBe('');
  });

  test('compiles the whole library', () => {
    run(dir, 'go', 'vet', '-copylocks=false', 'github.com/cdk8s-istio/cdk8s-istio-go/cdk8sistio');
  });
});

describe('.NET', () => {
  test('has the first chart on its page as the translator writes it', () => {
    expectBlock('docs/languages.md', 'the first chart in C#', `\`\`\`csharp\n${charts[0].csharp}\n\`\`\`\n`);
  });

  test('finds no name in the generated code that C# would not take', () => {
    expect(dotnetHazards(assembly, generateDotnet())).toEqual([]);
  });

  test('would find such names', () => {
    const types = {
      a: { name: 'System', kind: 'class', methods: [{ name: 'system' }, { name: 'getType' }], properties: [{ name: 'GetType' }] },
      b: { name: 'B', kind: 'class', base: 'a', methods: [{ name: 'system' }] },
      c: { name: 'C', kind: 'interface', datatype: true },
      d: { name: 'IC', kind: 'interface' },
    };
    expect(dotnetHazards({ types }, folder('no-code'))).toEqual([
      'System: is the name of a namespace',
      'System: has a member of its own name',
      'System.GetType: two members get this name',
      'System.GetType: every class has a member of this name',
      'System.GetType: every class has a member of this name',
      'B.System: hides a member that it inherits',
      'C: its interface is named as IC is',
    ]);
    expect(bareKeywords('  public Route(string name, IRoute @delegate, bool lock = false)')).toEqual([
      'lock: a parameter is named as this keyword, in: public Route(string name, IRoute @delegate, bool lock = false)',
    ]);
  });
});
