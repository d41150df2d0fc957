import { stringify } from 'yaml';
import { internet } from './internet';
import { Answer, describeMesh, egressGateway, ingressGateway, runMesh, service, sidecar } from './mesh';
import { PagePromise, entering, leaving } from './promise';
import { REGISTRY_ONLY } from './traffic';
import { snippetsOf } from '../pages';
import { runProgram } from '../program';
import { Manifest, objectsOf } from '../synth';

/** In this mesh pods have no way out but the gateway, if there is one, and sidecars know nothing that is not declared. */
async function ask(objects: Manifest[], promises: PagePromise[]): Promise<readonly Answer[]> {
  const callers = [...new Set(promises.map(({ from }) => from))].filter(from => from !== 'outside');
  const egress = objects.some(({ kind, metadata }) => kind === 'Gateway' && metadata.namespace === 'istio-system');
  const { answers } = await runMesh({
    manifests: objects.map(o => stringify(o, { version: '1.1' })).join('---\n'),
    ...internet(objects),
    workloads: [
      ...callers.map(namespace => sidecar(namespace, { namespace, isolated: egress })),
      ...egress ? [] : destinations(objects),
      ...egress ? [egressGateway()] : [],
      ...callers.length > 0 ? [] : [ingressGateway()],
    ],
    meshConfig: REGISTRY_ONLY,
    steps: promises.map(({ step }) => step),
  });
  return answers;
}

/** The Services to which routes lead. */
function destinations(objects: Manifest[]) {
  const found = JSON.stringify(objects).matchAll(/"host":"([^".]+)\.([^".]+)\.svc\.cluster\.local","port":\{"number":(\d+)\}/g);
  return [...new Map([...found].map(([same, name, namespace, port]) => [same, service(name, { namespace, http: Number(port) })])).values()];
}

/** Unbinds what leaves or comes in from its gateway; where there is none, hides the service from those who call it. */
function broken(objects: Manifest[]): Manifest[] {
  const bound = objects.filter(o => o.kind === 'VirtualService' && o.spec.gateways.some((name: string) => name !== 'mesh'));
  for (const { spec } of bound) spec.gateways = spec.gateways.map((name: string) => name === 'mesh' ? name : 'elsewhere/none');
  if (bound.length === 0) for (const { kind, spec } of objects) if (kind === 'ServiceEntry') spec.exportTo = ['elsewhere'];
  return objects;
}

describeMesh('charts of the pages', () => {
  describe.each([
    ['docs/egress.md', leaving],
    ['docs/ingress.md', entering],
  ])('%s', (page, promiseOf) => {
    const snippets = snippetsOf(page).filter(({ promises }) => promises.length > 0);

    test.each(snippets.map(s => [s.title, s] as const))('%s does what the page says', async (_, { program, promises: rows }) => {
      const promises = rows.map(promiseOf);
      const answers = await ask(objectsOf(runProgram(program)), promises);
      promises.forEach(({ check }, i) => check(answers[i]));
    });

    test.each(snippets.map(s => [s.title, s] as const))('broken: %s without its gateway does nothing', async (_, { program, promises: rows }) => {
      const promises = rows.map(promiseOf).filter(({ reaches }) => reaches);
      for (const answer of await ask(broken(objectsOf(runProgram(program))), promises)) expect(answer).toFail();
    });
  });
});
