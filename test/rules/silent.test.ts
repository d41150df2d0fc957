import { readdirSync } from 'node:fs';
import { App } from 'cdk8s';
import { parseAllDocuments } from 'yaml';
import { readManifests } from '../../src/private/manifests/manifest';
import { USUAL_MESH, manifestSet } from '../../src/private/manifests/set';
import { judge } from '../../src/private/rules/judge';
import { CASES as AMBIENT } from '../ambient/cases';
import { CASES as EGRESS } from '../egress/cases';
import { ACCESS } from '../ingress/access-cases';
import { CASES as INGRESS } from '../ingress/cases';
import { LISTENERS } from '../ingress/listener-cases';
import { STANDARD } from '../ingress/standard-cases';
import { CASES as LOCKS } from '../lock/cases';
import { manifestsOf, snippetsOf } from '../pages';
import { runFile } from '../program';

/** What the rules have against the manifests that were written as YAML. */
function complaints(yaml: string, isComplete = false): string[] {
  const objects = parseAllDocuments(yaml).flatMap(document => readManifests(document.toJS(), {}));
  expect(objects.length).toBeGreaterThan(0);
  return judge(manifestSet(objects, { ...USUAL_MESH, isComplete })).map(({ code, object, field, message }) => `[${code}] ${object.kind} ${object.name} ${field}: ${message}`);
}

const cases: [string, () => { readonly app: App }][] = Object.entries({ AMBIENT, EGRESS, ACCESS, INGRESS, LISTENERS, STANDARD, LOCKS })
  .flatMap(([name, all]) => Object.entries<() => { readonly app: App }>(all).map(([title, make]): [string, () => { readonly app: App }] => [`${name} › ${title}`, make]));

describe('the rules have nothing against what the library makes', () => {
  test('of which there is a lot', () => {
    expect(cases.length).toBeGreaterThanOrEqual(150);
  });

  test.each(cases)('%s', (_, make) => {
    expect(complaints(make().app.synthYaml())).toEqual([]);
  });

  test.each(readdirSync('examples', { withFileTypes: true }).filter(one => one.isDirectory()).map(({ name }) => name))('examples/%s', name => {
    expect(complaints(runFile(`examples/${name}/main.ts`))).toEqual([]);
  });

  const pages = readdirSync('docs').filter(file => file.endsWith('.md')).map(file => `docs/${file}`);
  test.each(['README.md', ...pages].flatMap(snippetsOf).map(snippet => [snippet.title, snippet] as const))('%s', (_, snippet) => {
    expect(complaints(manifestsOf(snippet))).toEqual([]);
  });
});
