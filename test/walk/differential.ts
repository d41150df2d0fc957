import { App, ApiObject, Chart, Duration } from 'cdk8s';
import { sample } from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { clientOf, contradictions } from './explained';
import { Istiod } from './istiod';
import { NotConsidered } from './message';
import { questionsOf } from './questions';
import { PodSet, podsOf } from './sets';
import { Outcome, Question, walk } from './walk';
import { worldOf } from './world';
import * as library from '../../src';
import { knownOf } from '../../src/private/app/explained';
import { refuserAt } from '../../src/private/basics/errors';
import { explain } from '../../src/private/explain/explain';
import { ExplanationModel } from '../../src/private/explain/explanation';
import { readConnection, readRequest } from '../../src/private/explain/question';
import { apps } from '../generate/apps';
import { drawn } from '../generate/draw';
import { Program, evaluate, print } from '../generate/expression';
import { variants } from '../generate/variants';
import { Manifest } from '../synth';

/** One question, what the library says, and what the proxies do. */
export interface Difference {
  readonly question: Question;
  readonly said: ExplanationModel;
  readonly outcomes: readonly Outcome[];
  readonly contradictions: readonly string[];
}

export interface Tally {
  apps: number;
  questions: number;
  /** Where both gave an answer, and the same. */
  alike: number;
  /** Where the library says that it does not know, and why. */
  readonly undecided: Map<string, number>;
  /** Where the walker does not know, by what it does not know. */
  readonly notConsidered: Map<string, number>;
  /** Endings that were the same, by kind. */
  readonly endings: Map<string, number>;
}

export const tally = (): Tally => ({ apps: 0, questions: 0, alike: 0, undecided: new Map(), notConsidered: new Map(), endings: new Map() });

/** Asks an app and its proxies the same questions. */
export async function compare(app: App, istiod: Istiod,
  { count, seed, counts }: { readonly count: number; readonly seed: number; readonly counts: Tally }): Promise<Difference[]> {
  const objects = parseAllDocuments(app.synthYaml(), { version: '1.1' }).map(document => document.toJS() as Manifest);
  const all = podsOf(objects);
  // ztunnel is not walked
  if (all.workloads.some(({ waypoint }) => waypoint)) return [];
  const [questions] = sample(drawn(draw => questionsOf(all, count, draw)), { seed, numRuns: 1 });
  if (questions.length === 0) return [];
  const set = asking(all, questions);
  const world = worldOf({ ...set, anyServer: true }, await istiod.configs(set));
  const known = knownOf(app, library.MeshSettings.of(app));
  counts.apps++;
  return questions.flatMap(question => {
    counts.questions++;
    const outcomes = walked(() => walk(world, question));
    if (typeof outcomes === 'string') {
      counts.notConsidered.set(outcomes, (counts.notConsidered.get(outcomes) ?? 0) + 1);
      return [];
    }
    const said = explain(known, clientOf(question, set.workloads), requestOf(question));
    const wrong = contradictions(said, outcomes, set.workloads);
    if (wrong.length > 0) return [{ question, said, outcomes, contradictions: wrong }];
    const open = said.ending.kind === 'undecided' ? said.ending.because.replace(/\S*[-/.:]\S*/g, '…') : said.decidedUnless.length > 0 ? `unless ${said.decidedUnless[0].split(' ')[0]}` : undefined;
    if (open === undefined) counts.alike++;
    else counts.undecided.set(open, (counts.undecided.get(open) ?? 0) + 1);
    counts.endings.set(said.ending.kind, (counts.endings.get(said.ending.kind) ?? 0) + 1);
    return [];
  });
}

function walked(ask: () => Outcome[]): Outcome[] | string {
  try {
    return ask();
  } catch (error) {
    if (error instanceof NotConsidered) return error.message;
    throw error;
  }
}

/** Without the callers that ask nothing: each costs istiod time. */
function asking(set: PodSet, questions: readonly Question[]): PodSet {
  const asked = new Set(questions.map(({ from }) => from));
  return { ...set, workloads: set.workloads.filter(workload => !set.callers.includes(workload) || asked.has(workload.name)) };
}

const refuse = refuserAt('question');

function requestOf({ url, method = 'GET', headers = {} }: Question) {
  return url.startsWith('tcp:') ? readConnection(url, refuse) : readRequest(method, url, headers, refuse);
}

/** The app that a program makes. */
export function appOf(program: Program): App {
  const app = new App();
  const scope = new Map<string, unknown>([...Object.entries(library), ...Object.entries({ app, ApiObject, Chart, Duration })]);
  for (const { name, value } of program) {
    const made = evaluate(value, scope);
    if (name !== undefined) scope.set(name, made);
  }
  return app;
}

/**
 * Random apps that are synthesized, as programs. Facts of a mesh that istiod is not told of are left out, and apps whose other half is declared
 * elsewhere.
 */
export function* programs(count: number, seed: number, only?: number): Generator<[number, Program]> {
  for (const [i, drawnProgram] of sample(apps(), { seed, numRuns: count }).entries()) {
    if (only !== undefined && i !== only || /Attributes\(/.test(print(drawnProgram))) continue;
    const { program, built } = variants(drawnProgram.filter(({ value }) => value.kind !== 'call' || value.callee !== 'MeshSettings.of')).at(-1)!;
    if (built.kind === 'manifests') yield [i, program];
  }
}
