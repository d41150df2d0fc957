import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Validation, ValidationContext } from 'cdk8s-cli/plugins';
import { buildSync } from 'esbuild';
import { IstioValidation } from '../../src';

/** An app whose Gateway and VirtualService have one name; the VirtualService looks for the Gateway in its own namespace. */
const APP = `
  const { App, ApiObject, Chart } = require('cdk8s');
  const app = new App();
  const [edge, shop] = ['edge', 'shop'].map(name => new Chart(app, name, { namespace: name }));
  const make = (chart, kind, spec) => new ApiObject(chart, kind.toLowerCase(), { apiVersion: 'networking.istio.io/v1', kind, metadata: { name: 'web' }, spec });
  make(edge, 'Gateway', { selector: { istio: 'ingressgateway' }, servers: [{ port: { number: 80, name: 'http', protocol: 'HTTP' }, hosts: ['*'] }] });
  make(shop, 'VirtualService', { hosts: ['shop.test'], gateways: [process.env.GATEWAY], http: [{ route: [{ destination: { host: 'web' } }] }] });
  new Chart(app, 'empty');
  app.synth();
`;

describe('cdk8s synth', () => {
  const folder = mkdtempSync(join(tmpdir(), 'synth-'));
  beforeAll(() => {
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'main.js'), APP);
    buildSync({ entryPoints: ['src/rules/istio-validation.ts'], bundle: true, platform: 'node', outfile: join(folder, 'plugin.js'), logLevel: 'error' });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function synth(gateway: string, properties: object = {}, ...args: string[]) {
    const validation = { package: join(folder, 'plugin.js'), version: '1.0.0', class: 'IstioValidation', properties };
    writeFileSync(join(folder, 'cdk8s.yaml'), JSON.stringify({ language: 'typescript', app: 'node main.js', validations: [validation] }));
    rmSync(join(folder, 'report.json'), { force: true });
    const { status, stdout, stderr } = spawnSync(process.execPath, [resolve('node_modules/cdk8s-cli/bin/cdk8s'), 'synth', '--validation-reports-output-file', 'report.json', ...args], {
      cwd: folder, encoding: 'utf8', env: { ...process.env, GATEWAY: gateway },
    });
    const reports = status === 1 ? [] : JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')).reports;
    return { status, said: stdout + stderr, report: reports[0] };
  }

  test('passes an app without findings', () => {
    const { status, report } = synth('edge/web');
    expect(status).toBe(0);
    expect(report).toMatchObject({ violations: [], summary: { status: 'success', metadata: { objects: '2', findings: '0' } } });
  }, 60_000);

  test('fails an app with findings, tells of the object by kind and namespace, and writes the manifests all the same', () => {
    const { status, said, report } = synth('web');
    expect(status).toBe(2);
    expect(report.summary.status).toBe('failure');
    expect(report.violations).toEqual([{
      ruleName: 'GatewayNotFound',
      recommendation: 'VirtualService shop/web: there is no Gateway shop/web, where "web" is looked up; there is edge/web',
      fix: 'Write "edge/web", also in `match.gateways`.',
      violatingConstructs: [expect.objectContaining({ resourceName: 'VirtualService shop/web', locations: ['spec.gateways[0]'], manifestPath: expect.stringMatching(/shop\.k8s\.yaml$/) })],
    }]);
    expect(said).toContain('GatewayNotFound');
    expect(readdirSync(join(folder, 'dist'))).toContain('edge.k8s.yaml');
  }, 60_000);

  test('only prints them where it shall warn', () => {
    const { status, report } = synth('web', { warnOnly: true });
    expect(status).toBe(0);
    expect(report.violations).toHaveLength(1);
  }, 60_000);

  test('does not judge with a property that it does not know', () => {
    expect(synth('edge/web', { compleet: true })).toMatchObject({ status: 1, said: expect.stringContaining('IstioValidation: there is no property compleet; there are: clusterDomain, complete,') });
  }, 60_000);
});

describe('the plugin', () => {
  test('is what cdk8s-cli takes', () => {
    const validate: (context: ValidationContext) => Promise<void> = context => new IstioValidation({}).validate(context);
    const plugin: Validation = new IstioValidation();
    expect([validate, plugin.validate].map(one => typeof one)).toEqual(['function', 'function']);
  });

  test.each([
    [{ complete: 'yes' }, 'IstioValidation: property complete is "yes"; it must be a boolean'],
    [{ rootNamespace: 1 }, 'IstioValidation: property rootNamespace is 1; it must be a string'],
  ])('refuses %j', (properties, message) => {
    expect(() => new IstioValidation(properties)).toThrow(message);
  });

  test('reads empty documents and files without any', async () => {
    const submitted: unknown[] = [];
    await new IstioValidation().validate({
      manifests: ['a', 'b'],
      metadata: {},
      pkg: 'cdk8s-istio',
      version: '1.0.0',
      parseManifest: file => (file === 'a' ? [null, undefined, 'text'] : []),
      logger: { log: () => undefined },
      report: { addViolation: () => undefined, submit: (...args) => { submitted.push(args); } },
    });
    expect(submitted).toEqual([['success', { objects: '0', rules: expect.any(String), findings: '0' }]]);
  });
});
