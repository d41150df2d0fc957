import { parseAllDocuments } from 'yaml';
import { call } from './call';
import { disagreements } from './explained';
import { External } from './externals';
import { Manifests, toYaml } from './manifests';
import './matchers';
import { lab, missing } from './prerequisites';
import { ClientAnswer, Denied, ExecReport, Hop, LoadReport, Proxy, Report, Seen, StepReport } from './result';
import { Step } from './steps';
import { stepStory, story, troubles } from './story';
import { GATEWAY_NAME, Workload } from './workloads';
import { walkAlong } from '../walk/beside';

export * from './externals';
export * from './result';
export * from './steps';
export * from './workloads';

/** A channel of the Gateway API. */
export type Channel = 'standard' | 'experimental';

export interface Scenario {
  readonly name?: string;
  /** The manifests under test. */
  readonly manifests: Manifests;
  /** What already stands in the cluster; strings may hold the lab's certificate placeholders. */
  readonly fixtures?: Manifests;
  readonly workloads: readonly Workload[];
  readonly externals?: readonly External[];
  readonly steps: readonly Step[];
  /** Istio's MeshConfig as YAML. */
  readonly meshConfig?: string;
  /** istiod's feature flags. */
  readonly env?: Record<string, string>;
  /** The channel of the Gateway API's CRDs. @default standard */
  readonly channel?: Channel;
  /** How long a proxy may take to be ready. @default 6 */
  readonly readyS?: number;
  /** Proxies may refuse configuration or stay unready, and steps may fail: `troubles` tells. @default false - that fails the run */
  readonly troubled?: boolean;
  /** Puts every proxy's whole configuration into `proxies`. */
  readonly dump?: boolean;
}

/** The answer to one request, with its way through the mesh. */
export interface Answer extends ClientAnswer {
  readonly hops: readonly Hop[];
  /** What external servers saw of it. */
  readonly seen: readonly Seen[];
  /** What NetworkPolicies forbade meanwhile. */
  readonly denied: readonly Denied[];
  readonly story: string;
}

export interface Outcome {
  /** One for each request, in order. */
  readonly answers: readonly Answer[];
  /** By name; an array destructures better where the order says enough. */
  readonly named: Readonly<Record<string, Answer>>;
  /** The names of all workloads, those without a proxy included. */
  readonly workloads: readonly string[];
  readonly loads: Readonly<Record<string, LoadReport>>;
  /** Programs, by name. */
  readonly ran: Readonly<Record<string, ExecReport>>;
  readonly proxies: Readonly<Record<string, Proxy>>;
  /** All that external servers saw in the whole run, loads included. */
  readonly seen: readonly Seen[];
  readonly troubles: readonly string[];
  /** What istiod has against objects of the Gateway API at the end, as their status says it. */
  readonly conditions: readonly string[];
  readonly story: string;
  readonly seconds: number;
}

/** Puts manifests into a mesh and does the steps. */
export async function runMesh(scenario: Scenario): Promise<Outcome> {
  const binaries = lab();
  const { fixtures, troubled, name = 'scenario', ...rest } = scenario;
  const manifests = toYaml(scenario.manifests);
  const input = { name, ...rest, manifests, fixtures: toYaml(fixtures ?? ''), workloads: scenario.workloads.map(workload => annotated(workload, manifests)) };
  const report = await call<Report>(binaries.lab, 'run', input, { ENVOY: binaries.envoy });
  // tests that look at every answer would be content with fewer
  if (report.error === undefined && report.steps.length !== scenario.steps.length) {
    throw new Error(`${name}: ${report.steps.length} of ${scenario.steps.length} steps were done`);
  }
  const outcome = read(scenario, report);
  if (process.env.MESH_STORY) {
    process.stderr.write(`${name}\n${outcome.story}\n`);
  }
  if (report.error !== undefined || outcome.troubles.length > 0 && troubled !== true) {
    throw new Error(`${name}: the mesh is in trouble\n${outcome.story}`);
  }
  if (process.env.WALK) await walkAlong(scenario, outcome.answers);
  const wrong = troubled === true ? [] : disagreements(scenario, outcome.answers);
  if (wrong.length > 0) throw new Error(`${name}: the explanation is another\n${wrong.join('\n')}`);
  return outcome;
}

/** Pods of a Gateway that is among the manifests have its annotations: istiod gives them to the Deployment. */
function annotated(workload: Workload, manifests: string): Workload {
  const of = workload.labels?.[GATEWAY_NAME];
  if (of === undefined) return workload;
  const gateway = parseAllDocuments(manifests, { version: '1.1' }).map(document => document.toJS()).find(object => (
    object?.spec?.gatewayClassName && object.metadata.name === of && object.metadata.namespace === workload.namespace
  ));
  return { ...workload, annotations: workload.annotations ?? gateway?.metadata.annotations };
}

function read(scenario: Scenario, report: Report): Outcome {
  const steps = report.steps.map((step, i) => ({ asked: scenario.steps[i], step }));
  const requests = steps.flatMap(({ asked, step }) => 'request' in asked ? [{ name: asked.request.name, answer: toAnswer(step) }] : []);
  return {
    answers: requests.map(({ answer }) => answer),
    named: Object.fromEntries(requests.map(({ name, answer }) => [name, answer])),
    workloads: scenario.workloads.map(({ name }) => name),
    loads: Object.fromEntries(steps.flatMap(({ asked, step }) => 'load' in asked && step.load ? [[asked.load.name, step.load]] : [])),
    ran: Object.fromEntries(steps.flatMap(({ asked, step }) => 'exec' in asked && step.exec ? [[asked.exec.name, step.exec]] : [])),
    proxies: report.proxies,
    seen: report.seen,
    troubles: [...troubles(report.proxies), ...report.steps.filter((step) => step.error).map((step) => `${step.step}: ${step.error}`)],
    conditions: report.conditions ?? [],
    story: story(report),
    seconds: report.seconds,
  };
}

function toAnswer(step: StepReport): Answer {
  const { answer = { status: 0, error: step.error }, hops = [], seen = [], denied = [] } = step;
  return { ...answer, hops, seen, denied, story: stepStory(step) };
}

const TIMEOUT_MS = 60_000;
const FIRST_BUILD_MS = 20 * 60_000;

/**
 * A `describe` for tests that need the mesh. Where it cannot run, they are skipped and say why; in CI (`CI=true`) that is a failure.
 */
export function describeMesh(name: string, tests: () => void): void {
  const lacking = missing();
  if (lacking.length === 0) {
    describe(name, () => {
      jest.setTimeout(TIMEOUT_MS);
      beforeAll(() => void lab(), FIRST_BUILD_MS);
      tests();
    });
  } else if (process.env.CI === 'true') {
    describe(name, () => test('has what the mesh needs', () => { throw new Error(lacking.join('\n')); }));
  } else {
    process.stderr.write(`SKIPPED: ${name}\n${lacking.map((reason) => `  ${reason}\n`).join('')}`);
    describe.skip(name, tests);
  }
}
