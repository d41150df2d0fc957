import { App } from 'cdk8s';
import { sample } from 'fast-check';
import { Caller, Explanation, RequestExplanation } from '../../src';
import { appModelOf } from '../../src/private/app/declared';
import { ExplanationModel } from '../../src/private/explain/explanation';
import { apps } from '../generate/apps';
import { build } from '../generate/build';
import { variants } from '../generate/variants';

const PATHS = ['/', '/api/v1', '/login?a=1', '/A/%41/..;/x'];

/** Requests to everything that an app declares, and to what it does not. */
function explanationsOf(app: App): Explanation[] {
  const model = appModelOf(app);
  const all = RequestExplanation.of(app);
  const named = (host: string) => host.replace(/^\*/, 'any');
  const places = model.externalServices.all().flatMap(({ service: { hosts, ports } }) => (
    hosts.flatMap(host => ports.map(port => ({ host: named(host), port })))
  ));
  const workloads = ['shop', 'blog', 'istio-system'].map(namespace => all.fromWorkload(Caller.serviceAccount(namespace, 'web')));
  const unknown = { host: 'unknown.test', port: { number: 80, protocol: 'HTTP' } };
  const leaving = [...places, unknown].flatMap(({ host, port: { number, protocol } }) => workloads.flatMap(from => {
    const scheme = ['HTTPS', 'TLS'].includes(protocol) ? 'https' : 'http';
    return protocol === 'TCP' ? [from.connect(`tcp://${host}:${number}`)] : PATHS.map(path => from.get(`${scheme}://${host}:${number}${path}`));
  }));
  const client = all.fromOutside({ certificate: ['a.test'] });
  const entering = model.ingressGateways.all().flatMap(({ listened }) => listened.flatMap(({ host, port, protocol }) => (
    protocol === 'TCP' ? [client.connect(`tcp://a.test:${port}`)] : PATHS.map(path => (
      client.send('POST', `${protocol === 'HTTP' ? 'http' : 'https'}://${named(host)}:${port}${path}`, { headers: { 'x-a': '1' } })
    ))
  )));
  return [...leaving, ...entering];
}

/** The objects that are named although no manifest has them. */
function unknownObjects(explanations: Explanation[], yaml: string): string[] {
  const decisions = explanations.map(one => JSON.parse(one.toJson()) as ExplanationModel)
    .flatMap(({ hops }) => hops.flatMap(({ passes, decides }) => [...passes, ...decides ? [decides] : []]));
  const names = new Set([...yaml.matchAll(/^ {2}name: "?([^"\n]+)"?$/gm)].map(([, name]) => name));
  return [...new Set(decisions.filter(({ object }) => !object || !names.has(object.name)).map(({ construct, rule }) => `${rule} of ${construct}`))];
}

test('requests of random apps are explained, by objects that exist', () => {
  let [explained, decided, entered] = [0, 0, 0];
  for (const program of sample(apps(), { seed: 11, numRuns: 60 })) {
    const app = new App();
    const [tried] = variants(program).slice(-1);
    let yaml: string;
    try {
      if (build(tried.program, { names: { app } }).kind !== 'manifests') continue;
      yaml = app.synthYaml();
    } catch {
      continue; // refused
    }
    const explanations = explanationsOf(app);
    explained += explanations.length;
    decided += explanations.filter(({ ending }) => ending !== 'UNDECIDED').length;
    entered += explanations.filter(({ servedBy }) => servedBy.length > 0).length;
    for (const one of explanations) expect(one.toMermaid() + one.toText()).not.toMatch(/undefined|\[object/);
    // the objects of what is imported are another app's
    expect(unknownObjects(explanations, yaml).filter(told => !/imported\w*$/i.test(told))).toEqual([]);
  }
  expect(explained).toBeGreaterThan(1000);
  expect(decided).toBeGreaterThan(explained / 3);
  expect(entered).toBeGreaterThan(50);
});
