import { readFileSync, writeFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { runFile, runProgram } from './program';
import { Manifest, record } from './synth';
import * as istio from '../src';

/** What stands between two comments of a page. With `UPDATE_DOCS=1` it is written instead of compared. */
function expectBlock(file: string, marker: string, wanted: string) {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(`<!-- ${marker} -->\n`) + `<!-- ${marker} -->\n`.length;
  const end = text.indexOf('<!-- end -->', start);
  expect(end).toBeGreaterThan(start);
  if (process.env.UPDATE_DOCS) writeFileSync(file, text.slice(0, start) + wanted + text.slice(end));
  else expect(text.slice(start, end)).toBe(wanted);
}

function objectsOf(yaml: string): Manifest[] {
  record(yaml);
  return parseAllDocuments(yaml).map(document => document.toJS() as Manifest);
}

describe('README.md', () => {
  const readme = readFileSync('README.md', 'utf8');
  const yaml = runProgram(/```ts nofixture\n([^]*?)```/.exec(readme)![1]);

  test('shows the manifests that the first chart makes', () => {
    const route = yaml.split('---\n').filter(text => /name: (shop-api-route|egress-api-example-com)/.test(text)).map(text => text.trimEnd());
    expect(route).toHaveLength(4);
    expectBlock('README.md', 'manifests of the first chart: the route', `\`\`\`yaml\n${route.join('\n---\n')}\n\`\`\`\n`);
  });

  test('counts the objects right', () => {
    expect(objectsOf(yaml)).toHaveLength(8);
    expect(readme).toContain('`cdk8s synth` writes eight objects');
  });

  test('has a first chart of 20 lines', () => {
    const [, chart] = /```ts nofixture\n([^]*?)```/.exec(readme)!;
    expect(chart.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});

describe('snippets', () => {
  // what rosetta's fixtures declare, made
  const prelude = `
    import { App, Chart, Duration, JsonPatch } from 'cdk8s';
    import * as istio from 'cdk8s-istio';
    const { ${Object.keys(istio).join(', ')} } = istio;
    const app = new App();
    const chart = new Chart(app, 'chart', { namespace: 'shop' });
    const workload = GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' });
    const egress = new EgressGateway(chart, 'egress', { workload });
    const api = new ExternalService(chart, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] });
  `;
  const pages = ['README.md'].map(page => [page, readFileSync(page, 'utf8')] as const);
  const snippets = pages.flatMap(([page, text]) => [...text.matchAll(/```ts(?! nofixture).*\n([^]*?)```/g)].map(([, code], i) => [`${page}, snippet ${i + 1}`, code] as const));

  test.each(snippets)('%s makes manifests', (_, code) => {
    const route = code.includes('service: api') ? '' : 'new EgressRoute(chart, \'other\', { service: api, gateway: egress });';
    expect(objectsOf(runProgram(`${prelude}\n${code}\n${route}\napp.synth();`)).length).toBeGreaterThan(3);
  });
});

describe('examples/bookinfo', () => {
  test('says why each object of main.ts is there', () => {
    const named = objectsOf(runFile('examples/bookinfo/main.ts')).map(o => `${o.kind} \`${o.metadata.namespace}/${o.metadata.name}\``);
    const rows = [...readFileSync('examples/bookinfo/README.md', 'utf8').matchAll(/^\| (\w+ `[^`]+\/[^`]+`) \|/gm)].map(([, object]) => object);
    expect(rows.sort()).toEqual(named.sort());
  });

  test('has the articles\' routing as well', () => {
    const objects = objectsOf(runFile('examples/bookinfo/article.ts'));
    expect(objects.map(o => o.kind).sort()).toEqual(['DestinationRule', 'Gateway', 'Gateway', 'Gateway', 'ServiceEntry', 'ServiceEntry', 'VirtualService', 'VirtualService']);
  });
});
