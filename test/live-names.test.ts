import { readdirSync } from 'node:fs';
import { manifestsOf, snippetsOf } from './pages';
import { runFile } from './program';
import { objectsOf } from './synth';

/*
 * The names of objects are those of live ones: where one changes, an upgrade of the library would make a second object beside the first.
 * Update the snapshot for new examples and charts only.
 */
const programs: [string, () => string][] = [
  ...readdirSync('examples', { recursive: true, encoding: 'utf8' }).filter(file => /\/\w+\.ts$/.test(file)).sort()
    .map((file): [string, () => string] => [`examples/${file}`, () => runFile(`examples/${file}`)]),
  ...['README.md', 'docs/egress.md', 'docs/ingress.md', 'docs/lockdown.md', 'docs/gateway-api.md', 'docs/ambient.md'].flatMap(snippetsOf).map((snippet): [string, () => string] => [snippet.title, () => manifestsOf(snippet)]),
];

test('objects of examples and pages keep their names', () => {
  expect(programs.length).toBeGreaterThan(50);
  const names = Object.fromEntries(programs.map(([title, yaml]) => [
    title, objectsOf(yaml()).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`).sort(),
  ]));
  expect(names).toMatchSnapshot();
});
