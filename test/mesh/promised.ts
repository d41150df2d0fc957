import { stringify } from 'yaml';
import { internet } from './internet';
import { Answer, External, egressGateway, external, ingressGateway, runMesh, service, sidecar } from './mesh';
import { PagePromise } from './promise';
import { REGISTRY_ONLY } from './traffic';
import { Manifest } from '../synth';

/** In this mesh pods have no way out but the gateway, if there is one, and sidecars know nothing that is not declared. */
export async function ask(objects: Manifest[], promises: PagePromise[], { isolated = true } = {}): Promise<readonly Answer[]> {
  const callers = [...new Set(promises.map(({ from }) => from))].filter(from => from !== 'outside');
  const egress = objects.some(({ kind, metadata }) => kind === 'Gateway' && metadata.namespace === 'istio-system');
  const { externals, fixtures } = internet(objects);
  const { answers } = await runMesh({
    manifests: objects.map(o => stringify(o, { version: '1.1' })).join('---\n'),
    fixtures,
    externals: [...externals, ...undeclared(externals, promises)],
    workloads: [
      ...callers.map(namespace => sidecar(namespace, { namespace, isolated: isolated && egress })),
      ...egress ? [] : destinations(objects),
      ...egress ? [egressGateway()] : [],
      ...callers.length > 0 ? [] : [ingressGateway()],
    ],
    meshConfig: REGISTRY_ONLY,
    steps: promises.map(({ step }) => step),
  });
  return answers;
}

/** The hosts that are called and that no chart declares: they are there all the same. */
function undeclared(externals: External[], promises: PagePromise[]): External[] {
  const urls = promises.filter(({ from }) => from !== 'outside').flatMap(({ step }) => 'request' in step ? [step.request.url.replace('tcp:', 'http:')] : []);
  const known = (called: string) => externals.some(({ host }) => host === called || host.startsWith('*.') && called.endsWith(host.slice(1)));
  return [...new Set(urls.map(url => new URL(url).hostname))].filter(host => !known(host)).map(host => external(host, { http: 80, https: 443 }, { name: `${host}, undeclared` }));
}

/** The Services to which routes lead. */
function destinations(objects: Manifest[]) {
  const found = JSON.stringify(objects).matchAll(/"host":"([^".]+)\.([^".]+)\.svc\.cluster\.local","port":\{"number":(\d+)\}/g);
  return [...new Map([...found].map(([same, name, namespace, port]) => [same, service(name, { namespace, http: Number(port) })])).values()];
}

/** Unbinds what leaves or comes in from its gateway; where there is none, hides the service from those who call it. */
export function unbound(objects: Manifest[]): Manifest[] {
  const bound = objects.filter(o => o.kind === 'VirtualService' && o.spec.gateways.some((name: string) => name !== 'mesh'));
  for (const { spec } of bound) spec.gateways = spec.gateways.map((name: string) => name === 'mesh' ? name : 'elsewhere/none');
  if (bound.length === 0) for (const { kind, spec } of objects) if (kind === 'ServiceEntry') spec.exportTo = ['elsewhere'];
  return objects;
}
