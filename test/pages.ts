import { readFileSync, writeFileSync } from 'node:fs';
import { runProgram } from './program';
import * as istio from '../src';

/** A chart that a page shows, and what the page says of it. */
export interface Snippet {
  readonly title: string;
  /** The chart with what it takes for granted, as a program of its own; before it, the whole programs that stand in the same section. */
  readonly programs: readonly string[];
  /** Requests, and what comes of them. */
  readonly promises: readonly Row[];
  /** What the chart makes, and why. */
  readonly objects: readonly Row[];
}

/** A row of a table, by the heads of its columns. */
export type Row = Readonly<Record<string, string>>;

/** All pages whose charts are run. */
export const PAGES = ['README.md', 'docs/egress.md', 'docs/ingress.md', 'docs/lockdown.md', 'docs/gateway-api.md', 'docs/ambient.md', 'docs/migration-to-ambient.md', 'docs/explain.md', 'docs/validation.md'];

/** What snippets take for granted, by the name that they use. */
const GIVEN: Record<string, string> = {
  app: 'const app = new App();',
  platform: "const platform = new Chart(app, 'platform', { namespace: 'istio-system' });",
  chart: "const chart = new Chart(app, 'chart', { namespace: 'shop' });",
  egress: "const egress = new EgressGateway(platform, 'egress', { workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }) });",
  ingress: "const ingress = new IngressGateway(chart, 'ingress', { workload: GatewayWorkload.helmRelease('istio-ingressgateway', { namespace: 'istio-ingress' }) });",
  api: "const api = new ExternalService(chart, 'api', { hosts: ['api.example.com'], ports: [ExternalPort.httpToHttps()] });",
};

const IMPORTS = [
  "import { App, ApiObject, Chart, Duration, JsonPatch } from 'cdk8s';",
  `import { ${Object.keys(istio).join(', ')} } from 'cdk8s-istio';`,
];

/** Where the pages let the egress gateway run: the one line that differs between data planes. */
const EGRESS_WORKLOAD = /GatewayWorkload\.helmRelease\('istio-egressgateway', \{([^)]*)\}\)/g;

/** The same program on another workload, which is told the ports of the one before. */
export function moved(program: string, workload: (ports: number[]) => string): string {
  return program.replace(EGRESS_WORKLOAD, (_, options: string) => workload([...options.matchAll(/number: (\d+)/g)].map(([, port]) => Number(port))));
}

export const WAYPOINT = "GatewayWorkload.waypoint('egress', { namespace: 'istio-egress' })";

/** Where the gateway that charts take for granted is a waypoint. */
const AMBIENT_PAGES = ['docs/ambient.md'];

/** The manifests of a chart, and of those that it stands beside. */
export function manifestsOf({ programs }: Snippet): string {
  return programs.map(runProgram).join('---\n');
}

/** All charts of a page that are not whole programs. A table after a chart, before the next one or the next heading, is about it. */
export function snippetsOf(page: string): Snippet[] {
  return [...readFileSync(page, 'utf8').matchAll(/^```ts(?! nofixture).*\n([^]*?)^```\n([^]*?)(?=^```ts|^#|$(?![^]))/gm)]
    .map(({ 1: code, 2: after, index, input }) => {
      const tableOf = (head: string) => tablesIn(after).find(([row]) => head in row) ?? [];
      const before = input.slice(0, index);
      const heading = [...before.matchAll(/^#+ (.*)$/gm)].pop()!;
      const whole = [...before.slice(heading.index).matchAll(/^```ts nofixture\n([^]*?)^```/gm)].map(([, program]) => program);
      const program = AMBIENT_PAGES.includes(page) ? moved(programOf(code), () => WAYPOINT) : programOf(code);
      const nth = before.slice(heading.index).split('```ts').length;
      return { title: `${page}, ${heading[1]}${nth > 1 ? ` (${nth})` : ''}`, programs: [...whole, program], promises: tableOf('request'), objects: tableOf('object') };
    });
}

/** A chart with what it takes for granted. */
export function programOf(code: string): string {
  const given = new Map<string, string>();
  const take = (text: string) => {
    for (const name of Object.keys(GIVEN).filter(n => !given.has(n) && mentions(text, n) && !code.includes(`const ${n} =`))) {
      given.set(name, '');
      take(GIVEN[name]);
      given.delete(name);
      given.set(name, GIVEN[name]);
    }
  };
  take(`app ${code}`);
  // a service that nothing leads to is an error
  const route = given.has('api') && !mentions(code, 'EgressRoute') ? "new EgressRoute(chart, 'api-route', { service: api, gateway: egress });" : '';
  take(route);
  return [...IMPORTS, ...given.values(), code.trimEnd(), route, 'app.synth();', ''].join('\n');
}

/** As a name of the program, and not as a property, a text or a part of another name. */
function mentions(text: string, name: string): boolean {
  return new RegExp(`(?<![.'\\w/-])${name}(?![\\w':-])`).test(text);
}

/** The tables of a text, row by row. */
export function tablesIn(text: string): Row[][] {
  return [...text.matchAll(/^\|.*\|\n\|[-|: ]+\|\n((?:\|.*\|\n?)+)/gm)].map(([table]) => {
    const [head, , ...rows] = table.trimEnd().split('\n').map(line => line.slice(1, -1).split(/(?<!\\)\|/).map(cell => cell.trim()));
    return rows.map(row => Object.fromEntries(head.map((name, i) => [name, row[i]])));
  });
}

/** What stands between two comments of a page. With `UPDATE_DOCS=1` it is written instead of compared. */
export function expectBlock(file: string, marker: string, wanted: string): void {
  const text = readFileSync(file, 'utf8');
  const start = text.indexOf(`<!-- ${marker} -->\n`) + `<!-- ${marker} -->\n`.length;
  const end = text.indexOf('<!-- end -->', start);
  expect(end).toBeGreaterThan(start);
  if (process.env.UPDATE_DOCS) writeFileSync(file, text.slice(0, start) + wanted + text.slice(end));
  else expect(text.slice(start, end)).toBe(wanted);
}
