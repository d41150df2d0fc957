import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { admit } from './admission';
import { describeMesh } from './mesh';
import { surroundings } from './surroundings';
import { readManifests, titleOf } from '../../src/private/manifests/manifest';
import { manifestSet } from '../../src/private/manifests/set';
import { judge } from '../../src/private/rules/judge';
import { runFile } from '../program';
import { Manifest } from '../synth';

interface Record { readonly name: string; readonly manifests: string }

const folder = process.env.ADMISSION_DIR;
/** How many sets the unit tests keep, at least. */
const RECORDED = 400;

/** What all other tests synthesized, where they were told to keep it; otherwise the examples. */
function records(): Record[] {
  if (!folder) return ['main.ts', 'article.ts'].map(file => ({ name: file, manifests: runFile(`examples/bookinfo/${file}`) }));
  return readdirSync(folder).sort().map(file => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Record);
}

const objectsOf = (yaml: string) => parseAllDocuments(yaml).map(document => document.toJS() as Manifest);

describeMesh('admission', () => {
  test('Istio\'s schemas, webhook and analyzers have nothing against what the tests synthesized', async () => {
    const sets = records().map(({ name, manifests }) => ({ name, manifests, ...surroundings(objectsOf(manifests)) }));
    expect(sets.length).toBeGreaterThanOrEqual(folder ? RECORDED : 2);
    process.stdout.write(`judged ${sets.length} sets of manifests\n`);
    expect(await admit(sets)).toEqual([]);
  });

  test('the rules have nothing against it either', () => {
    const complaints = records().flatMap(({ name, manifests }) => {
      const objects = objectsOf(manifests).flatMap(object => readManifests(object, {}));
      return judge(manifestSet(objects)).map(({ code, object, message }) => `${name}: ${code} ${titleOf(object)}: ${message}`);
    });
    expect(complaints).toEqual([]);
  });

  test.each([
    ['an unknown field', (o: Manifest) => o.kind === 'VirtualService' && (o.spec.future = 1), 'schema'],
    ['a Gateway of another namespace', (o: Manifest) => o.kind === 'VirtualService' && (o.spec.gateways = o.spec.gateways.map((g: string) => g.replace(/.*\//, 'other/'))), 'analyze'],
    ['retries of nothing', (o: Manifest) => o.spec.http?.forEach((r: { retries?: object }) => r.retries && Object.assign(r.retries, { attempts: 0 })), 'webhook'],
    ['a port that the gateway lacks', (o: Manifest) => o.kind === 'Gateway' && (o.spec.servers[0].port.number = 444), 'analyze'],
  ])('broken: they notice %s', async (name, damage, source) => {
    const objects = objectsOf(runFile('examples/bookinfo/main.ts'));
    const around = surroundings(objects);
    objects.forEach(damage);
    const findings = await admit([{ name, manifests: objects, ...around }]);
    expect(findings.map(f => f.source)).toContain(source);
  });

  test('broken: they notice a Certificate that nobody signs', async () => {
    const certificate = { apiVersion: 'cert-manager.io/v1', kind: 'Certificate', metadata: { name: 'a', namespace: 'a' }, spec: { secretName: 'a', dnsNames: ['a.test'] } };
    expect(await admit([{ name: 'certificate', manifests: [certificate] }])).toMatchObject([{ source: 'schema', object: 'Certificate a/a' }]);
  });
});
