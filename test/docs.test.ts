import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expectBlock, manifestsOf, PAGES, snippetsOf } from './pages';
import { compileErrors, runFile, runProgram } from './program';
import { objectsOf } from './synth';
import { GatewayFacts } from '../src/private/model/gateway';
import { LEG_ONE, legOneHost, ownLegOneHost, PORT_HEADER } from '../src/private/model/leg-one';
import { MESH_HEADERS } from '../src/private/model/mesh-headers';

describe('README.md', () => {
  const readme = readFileSync('README.md', 'utf8');
  const yaml = runProgram(/```ts nofixture\n([^]*?)```/.exec(readme)![1]);

  test('shows the manifests that the first chart makes', () => {
    const route = yaml.split('---\n').filter(text => /name: (shop-api-route|egress-api-example-com)/.test(text)).map(text => text.trimEnd());
    expect(route).toHaveLength(5);
    expectBlock('README.md', 'manifests of the first chart: the route', `\`\`\`yaml\n${route.join('\n---\n')}\n\`\`\`\n`);
  });

  test('counts the objects right', () => {
    expect(objectsOf(yaml)).toHaveLength(10);
    expect(readme).toContain('`cdk8s synth` writes ten objects');
  });

  test('has a first chart of 20 lines', () => {
    const [, chart] = /```ts nofixture\n([^]*?)```/.exec(readme)!;
    expect(chart.trimEnd().split('\n').length).toBeLessThanOrEqual(20);
  });
});

describe('snippets', () => {
  const snippets = PAGES.flatMap(snippetsOf);

  test('are all there', () => {
    expect(snippets.length).toBeGreaterThanOrEqual(46);
    expect(snippets.filter(({ objects }) => objects.length > 0).length).toBeGreaterThanOrEqual(6);
  });

  test.each(snippets.map(s => [s.title, s] as const))('%s makes manifests', (_, snippet) => {
    expect(objectsOf(manifestsOf(snippet)).length).toBeGreaterThan(0);
  });

  test('compile, and what does not is told', () => {
    const right = snippets.flatMap(({ programs }) => programs);
    const wrong = `${right[0]}\nnew EgressRoute(app);`;
    expect(compileErrors([...right, wrong])).toEqual([`${resolve('examples', `program-${right.length}.ts`)}: Expected 3 arguments, but got 1.`]);
  });

  // the gateway's own four are told once
  const own = ['Gateway egress', 'ServiceEntry egress-leg-1', 'DestinationRule egress-leg-1-mtls', 'AuthorizationPolicy egress-undeclared'];
  test.each(snippets.filter(({ objects }) => objects.length > 0).map(s => [s.title, s] as const))('%s makes the objects that the page lists', (_, snippet) => {
    const made = objectsOf(manifestsOf(snippet)).filter(o => !own.includes(`${o.kind} ${o.metadata.name}`));
    expect(snippet.objects.map(({ object }) => object).sort()).toEqual(made.map(o => `${o.kind} in \`${o.metadata.namespace}\``).sort());
  });
});

describe('docs/egress.md', () => {
  test('tells the contract as it is', () => {
    const [, contract] = /## Contract\n([^]*?)\n## /.exec(readFileSync('docs/egress.md', 'utf8'))!;
    const gateway = { name: 'egress', namespace: 'istio-system' } as GatewayFacts;
    const told = [
      legOneHost(gateway), ownLegOneHost(gateway, 'api.example.com', 443), ownLegOneHost(gateway, '*.example.com', 443), `${LEG_ONE.http} for HTTP`, `${LEG_ONE.grpc} for gRPC`,
      PORT_HEADER, MESH_HEADERS.map(header => `\`${header}\``).join(' '),
    ];
    for (const fact of told) expect(contract).toContain(fact);
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
    expect(objects.map(o => o.kind).sort()).toEqual(['AuthorizationPolicy', 'AuthorizationPolicy', 'DestinationRule', 'Gateway', 'Gateway', 'Gateway', 'ServiceEntry', 'ServiceEntry', 'VirtualService', 'VirtualService']);
  });
});
