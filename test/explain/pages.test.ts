import { App } from 'cdk8s';
import { appOf } from './app-of';
import { Caller, ExplainedClient, RequestExplanation } from '../../src';
import { Ending, ExplanationModel } from '../../src/private/explain/explanation';
import { MESH_HEADERS } from '../../src/private/model/mesh-headers';
import { Row, snippetsOf } from '../pages';

/** The answer of the explanation, and what the lab's mesh makes of what the app does not decide: its sidecars refuse what they do not know. */
function answerOf(row: Row, app: App): { readonly model: ExplanationModel; readonly ending: Ending } {
  const [, what, rest] = /^`([^`]+)`(.*)$/.exec(row.request)!;
  const headers = Object.fromEntries([...rest.matchAll(/(?:with|and) `([^`:]+): ([^`]+)`/g)].map(([, name, value]) => [name, value]));
  const [, certificate] = / with a client certificate of `([^`]+)`/.exec(rest) ?? [];
  const [, audience] = / with a token for `([^`]+)`/.exec(rest) ?? [];
  const [, group] = / in group `([^`]+)`/.exec(rest) ?? [];
  const claims: { [name: string]: string } = audience ? { iss: 'https://id.example.com', aud: audience, ...group !== undefined && { groups: group } } : {};
  const explained = RequestExplanation.of(app);
  const namespace = row.from?.replace(/`/g, '');
  const client: ExplainedClient = namespace === undefined
    ? explained.fromOutside({ ...certificate && { certificate: [certificate] }, claims })
    : explained.fromWorkload(Caller.serviceAccount(namespace, namespace));
  const [method, url] = what.includes(' ') ? what.split(' ') : [undefined, what];
  const answer = method === undefined ? client.connect(url) : client.send(method, url, { headers });
  const model = JSON.parse(answer.toJson()) as ExplanationModel;
  return { model, ending: model.ending.kind === 'undecided' && model.ending.registryOnly ? model.ending.registryOnly : model.ending };
}

/** What a row promises, in the words of an explanation. Of programs that stand apart, each knows only its own part. */
function expectPromised(row: Row, app: App, apart: boolean): void {
  const { model, ending } = answerOf(row, app);
  const effect = row['what leaves'] ?? row['answered by'];
  const reaches = effect !== 'nothing' && effect !== 'the gateway';
  const told = `${row.request}: ${JSON.stringify(model, undefined, 1)}`;
  if (!reaches) {
    const [, answer, place] = /^(\d+|closed)(?: to `(.+)`)?$/.exec(row.answer)!;
    const status = ending.kind === 'answered' ? ending.status : ending.kind;
    const possible = [status, ...model.conditions.map(one => one.status), ...answer === '401' && ending.kind === 'answered' && ending.status === 403 ? [401] : []];
    expect([told, possible.map(String)]).toEqual([told, expect.arrayContaining([answer])]);
    if (place !== undefined) expect(ending).toMatchObject({ location: place });
    return;
  }
  const facts = effect.split(', ');
  if (apart && ending.kind === 'undecided') {
    expect(ending.because).toMatch(/another app|which this app does not have/);
    return;
  }
  if (row.from === undefined) {
    expect([told, ending.kind]).toEqual([told, expect.stringMatching(/served|leaves/)]);
    const names = ending.kind === 'served' ? ending.by.map(({ host, subset }) => `${host.split('.')[0]}${subset ? `-${subset}` : ''}`) : ending.kind === 'leaves' ? ending.to.map(({ host }) => host) : [];
    expect([told, names]).toEqual([told, expect.arrayContaining([facts[0].replace(/`/g, '')])]);
  } else {
    expect([told, ending.kind]).toEqual([told, 'leaves']);
  }
  if (ending.kind !== 'leaves' && ending.kind !== 'served') return;
  const way = ending.kind === 'leaves' ? ending.to[0] : undefined;
  for (const fact of facts) {
    const [, elsewhere] = /^by the gateway to `([^`]+)`/.exec(fact) ?? [];
    if (/^by the gateway/.test(fact)) expect([told, model.hops[1].kind]).toEqual([told, expect.stringMatching(/egress gateway|waypoint/)]);
    if (fact === 'by its own sidecar') expect(model.hops).toHaveLength(1);
    if (elsewhere !== undefined) expect(way!.host).toBe(elsewhere);
    const [, port] = /^port (\d+)$/.exec(fact) ?? [];
    if (port !== undefined) expect(way!.port).toBe(Number(port));
    const [, sni] = /^server name `(.+)`$/.exec(fact) ?? [];
    if (sni !== undefined && way) expect([told, way.tls.mode === 'NONE' ? model.request.host : way.tls.sni]).toEqual([told, sni]);
    if (fact === 'clear text') expect(way!.tls.mode).toBe('NONE');
    const [, path] = /^path `(.+)`$/.exec(fact) ?? [];
    if (path !== undefined) expect(ending.request?.path).toBe(path);
    const [, host] = /^host `(.+)`$/.exec(fact) ?? [];
    if (host !== undefined) expect(ending.request?.authority).toBe(host);
    const [, removed] = /^no `(.+)`$/.exec(fact) ?? [];
    if (removed !== undefined) expect(ending.request?.removed).toContain(removed);
    const [, name, value] = /^`([^`:]+): (.+)`$/.exec(fact) ?? [];
    if (name !== undefined && !MESH_HEADERS.includes(name)) expect(ending.request?.set[name]).toBe(value);
    if (name !== undefined && MESH_HEADERS.includes(name)) expect(ending.request?.removed).not.toContain(name);
  }
}

/** What the mesh tests see of the charts of the pages, told from the app alone. */
describe.each(['docs/egress.md', 'docs/ingress.md', 'docs/lockdown.md', 'docs/gateway-api.md', 'docs/ambient.md'])('%s', page => {
  const all = snippetsOf(page).filter(({ promises }) => promises.length > 0);

  test.each(all.map(snippet => [snippet.title, snippet] as const))('%s is explained as the mesh behaves', (_, snippet) => {
    const app = appOf(snippet);
    for (const row of snippet.promises) expectPromised(row, app, snippet.programs.length > 1);
  });
});
