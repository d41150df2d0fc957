import { Answer, describeMesh, egressGateway, external, get, runMesh } from './mesh';
import type { Recipe } from './recipes';
import { CASES, Probe, WORKLOADS } from '../rules/cases';

/** Where a request ended: at a server outside, by which workload; at one inside; or at a proxy, with which status. */
function endOf({ server, status, hops }: Answer): string {
  if (server) return server.server.includes('.') ? `${server.server} by ${server.peer}` : server.server;
  return `${status} at ${hops[hops.length - 1]?.proxy ?? 'no proxy'}`;
}

async function ask(recipe: Recipe, { url, from = 'app', options = {}, workloads = [], externals = [external('api.test', { http: 80 })] }: Probe): Promise<Answer> {
  const { answers: [answer] } = await runMesh({
    manifests: Object.values(recipe),
    workloads: [...WORKLOADS, egressGateway(), ...workloads],
    externals,
    steps: [get(url, { from, ...options })],
    troubled: true,
  });
  return answer;
}

describeMesh('what the rules find breaks requests', () => {
  const probed = CASES.flatMap(({ code, what, clean, broken, probe }) => (probe ? [[code, what, { clean, broken, probe }] as const] : []));

  test.each(probed)('%s › %s', async (_, __, { clean, broken, probe }) => {
    const [right, wrong] = [await ask(clean, probe), await ask(broken, probe)];
    expect(endOf(right)).toBe(probe.clean);
    // a server's proxy closes before it reads a request, and need not be the last that says so
    expect([probe.broken, probe.broken.replace(/ at web$/, ' at app')]).toContain(endOf(wrong));
    const leaks = (answer: Answer) => Object.keys(answer.server?.headers ?? {}).some(name => name.toLowerCase() === probe.leak);
    expect([leaks(right), leaks(wrong)]).toEqual([false, probe.leak !== undefined]);
  });
});
