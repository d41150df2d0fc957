import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFile } from '../program';

/** What `cdk8s init typescript-app` gives a new project: no `skipLibCheck`, an old `lib`, and node10 resolution. */
const INIT_TEMPLATE = {
  compilerOptions: {
    alwaysStrict: true,
    declaration: true,
    lib: ['es2016'],
    module: 'CommonJS',
    noEmitOnError: true,
    noImplicitAny: true,
    noImplicitReturns: true,
    noImplicitThis: true,
    noUnusedLocals: true,
    noUnusedParameters: true,
    strict: true,
    target: 'ES2017',
  },
  include: ['*.ts'],
};

/** Needs the engine that the build put into the package. */
const BAD_REGEX = `
  const { App, Chart } = require('cdk8s');
  const istio = require('cdk8s-istio');
  const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
  const gateway = new istio.IngressGateway(chart, 'gateway', { workload: istio.GatewayWorkload.helmRelease('in', { namespace: 'in' }) });
  const rules = [{ matches: [{ path: istio.PathMatch.regex('(?=a)') }], action: istio.RouteAction.respond(200) }];
  try { new istio.IngressRoute(chart, 'route', { gateway, hosts: ['*'], rules }); } catch (e) { console.log(e.message); }
`;

/** Needs the engine that draws, and the schema. */
const INVENTORY = `
  const { App, Chart } = require('cdk8s');
  const istio = require('cdk8s-istio');
  const app = new App();
  new istio.ExternalService(new Chart(app, 'shop', { namespace: 'shop' }), 'api', { hosts: ['api.example.com'], ports: [istio.ExternalPort.https()], direct: true });
  console.log(istio.MeshInventory.of(app).toHtml().includes('<svg'), require('cdk8s-istio/lib/src/inventory/inventory.schema.json').$id);
`;

const { peerDependencies, devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
const lowest = (range: string) => range.replace('^', '');

describe('the package, as npm delivers it', () => {
  const temp = mkdtempSync(join(tmpdir(), 'package-'));
  const npm = (cwd: string, ...args: string[]) => execFileSync('npm', ['--no-audit', '--no-fund', '--ignore-scripts', ...args], { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  const tarball = join(temp, JSON.parse(npm('.', 'pack', '--json', '--pack-destination', temp))[0].filename);

  afterAll(() => rmSync(temp, { recursive: true }));

  test('holds what is needed and nothing else', () => {
    const files = execFileSync('tar', ['tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    expect([...new Set(files.map(file => file.split('/')[1]))].sort()).toEqual(['.jsii', '.jsii.tabl.json.gz', 'LICENSE', 'NOTICE', 'README.md', 'lib', 'package.json']);
    expect(files.filter(file => /^package\/lib\/(?!src\/)|\.ts$/.test(file) && !file.endsWith('.d.ts'))).toEqual([]);
    expect(JSON.parse(readFileSync('package.json', 'utf8'))).not.toHaveProperty('dependencies');
  });

  test.each([
    ['the oldest peers', lowest(peerDependencies.cdk8s), lowest(peerDependencies.constructs)],
    ['the newest peers', devDependencies.cdk8s, devDependencies.constructs],
  ])('with %s compiles in a new project and makes the same manifests', (_, cdk8s, constructs) => {
    const project = mkdtempSync(join(temp, 'project-'));
    writeFileSync(join(project, 'package.json'), '{"name": "consumer", "version": "0.0.0"}');
    writeFileSync(join(project, 'tsconfig.json'), JSON.stringify(INIT_TEMPLATE));
    npm(project, 'install', `cdk8s@${cdk8s}`, `constructs@${constructs}`, 'typescript@5.9', '@types/node@20', tarball);
    for (const name of ['main', 'article']) copyFileSync(`examples/bookinfo/${name}.ts`, join(project, `${name}.ts`));
    execFileSync(join(project, 'node_modules', '.bin', 'tsc'), { cwd: project, stdio: 'inherit' });
    for (const name of ['main', 'article']) {
      execFileSync(process.execPath, [`${name}.js`], { cwd: project, env: { ...process.env, CDK8S_OUTDIR: name } });
      const made = readdirSync(join(project, name)).filter(file => file.endsWith('.k8s.yaml')).sort().map(file => readFileSync(join(project, name, file), 'utf8'));
      expect(made.join('---\n')).toBe(runFile(`examples/bookinfo/${name}.ts`));
    }
    const check = (file: string) => spawnSync(join(project, 'node_modules', '.bin', 'cdk8s-istio'), ['check', file], { cwd: project, encoding: 'utf8' });
    expect(check('main')).toMatchObject({ status: 0, stdout: expect.stringMatching(/^no findings in \d+ objects\n$/) });
    expect(check('none.yaml')).toMatchObject({ status: 2, stderr: 'none.yaml: there is no such file or directory\n' });
    expect(execFileSync(process.execPath, ['-p', 'typeof require("cdk8s-istio").IstioValidation'], { cwd: project, encoding: 'utf8' })).toBe('function\n');
    expect(execFileSync(process.execPath, ['-e', BAD_REGEX], { cwd: project, encoding: 'utf8' })).toContain('[RegexInvalid] shop/route');
    expect(execFileSync(process.execPath, ['-e', INVENTORY], { cwd: project, encoding: 'utf8' })).toBe('true urn:cdk8s-istio:inventory:1\n');
  }, 120_000);
});
