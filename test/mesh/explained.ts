import { App } from 'cdk8s';
import { Manifests } from './manifests';
import type { Answer, Scenario } from './mesh';
import { Request, Step } from './steps';
import { Workload } from './workloads';
import { Caller, MeshSettings, RequestExplanation } from '../../src';
import { Ending, ExplanationModel } from '../../src/private/explain/explanation';

/** How often the explanation of a request was compared with what became of it. */
export const compared = { all: 0, decided: 0 };

/** What an explanation says that the mesh does not. */
export function disagreements({ manifests, fixtures, workloads, steps, meshConfig = '' }: Scenario, answers: readonly Answer[]): string[] {
  if (meshConfig.includes('forwardClientCertDetails')) return [];
  // the lab's workloads have identities of one trust domain
  if (!(manifests instanceof App) || hasIstio(fixtures) || MeshSettings.of(manifests).trustDomain !== 'cluster.local') return [];
  const first = steps.findIndex(step => !('request' in step));
  const asked = steps.slice(0, first < 0 ? steps.length : first) as Extract<Step, { request: unknown }>[];
  return asked.flatMap(({ request }, i) => {
    const model = explained(manifests, request, workloads);
    if (!model || model.decidedUnless.length > 0) return [];
    compared.all++;
    const ending = model.ending.kind === 'undecided' && meshConfig.includes('REGISTRY_ONLY') ? model.ending.registryOnly ?? model.ending : model.ending;
    if (ending.kind === 'undecided') return [];
    compared.decided++;
    if (model.conditions.some(one => one.status === undefined && !one.that.includes('certificate'))) return [];
    const wrong = disagreement(ending, model, answers[i]);
    return wrong === undefined ? [] : [`${request.name} from ${request.from}: ${wrong}\n${JSON.stringify(model, undefined, 1)}\n${answers[i].story}`];
  });
}

function hasIstio(fixtures: Manifests | undefined): boolean {
  return fixtures !== undefined && JSON.stringify(fixtures).includes('istio.io/');
}

function explained(app: App, { url, from, method = 'GET', headers = {}, connect, sni, cert, names, proxy, uid, before, as }: Request, workloads: readonly Workload[]): ExplanationModel | undefined {
  const workload = workloads.find(({ name }) => name === from);
  const odd = [sni, proxy, uid, before, as].some(option => option !== undefined) || !/^(https?|tcp):/.test(url);
  if (odd || (from !== 'outside' && (connect !== undefined || !workload || workload.gateway || workload.noProxy))) return undefined;
  const all = RequestExplanation.of(app);
  const at = connect === undefined ? new URL(url) : new URL(url.replace(/^(\w+:\/\/[^/:]+)(:\d+)?/, `$1:${connect.split(':')[1]}`));
  const client = workload
    ? all.fromWorkload(Caller.serviceAccount(workload.namespace, workload.serviceAccount ?? 'default'), { labels: workload.labels, ambient: workload.ambient === true })
    : all.fromOutside({ ...cert !== undefined && { certificate: [...names ?? ['caller.test']] } });
  const port = /:(\d+)/.exec(at.host);
  const written: Record<string, string> = port && connect !== undefined && !/^\w+:\/\/[^/]+:\d+/.test(url) ? { host: new URL(url).host } : {};
  // the answer to a Host header that is none depends on the proxy
  if (headers.host !== undefined && !/^[a-z0-9][-a-z0-9.]*[a-z0-9](:\d*)?$/i.test(headers.host)) return undefined;
  const answer = url.startsWith('tcp:') ? client.connect(url) : client.send(method, at.href, { headers: { ...written, ...headers } });
  return JSON.parse(answer.toJson()) as ExplanationModel;
}

/** A host outside or a Service may fail by itself; proxies must do what was said of them. */
function disagreement(ending: Ending, model: ExplanationModel, answer: Answer): string | undefined {
  const { server, status, error } = answer;
  const others = model.conditions.map(one => one.status ?? 0);
  switch (ending.kind) {
    case 'leaves': case 'served': {
      const hosts = ending.kind === 'leaves' ? ending.to.map(({ host }) => host) : ending.by.map(({ host }) => host.split('.')[0]);
      const suits = (name: string) => hosts.some(host => host === name || name.startsWith(host) || (name.startsWith('*.') && host.endsWith(name.slice(1))));
      // an endpoint may have any name
      const elsewhere = ending.kind === 'leaves' && ending.to.some(({ endpoints }) => endpoints.length > 0);
      if (server?.server === 'authorizer' && others.length > 0) return undefined;
      if (server) return elsewhere || suits(server.server) ? undefined : `reached ${server.server}`;
      return [403, 404, 301, 401].includes(status) && !others.includes(status) ? `got ${status}` : undefined;
    }
    case 'answered': {
      if (server) return `reached ${server.server}`;
      return status === ending.status || others.includes(status) ? undefined : `got ${status || error}`;
    }
    case 'closed': return server ? `reached ${server.server}` : status !== 0 ? `got ${status}` : undefined;
    case 'undecided': return undefined;
  }
}
