import { appendFileSync } from 'node:fs';
import { unlike } from './compare';
import { Istiod } from './istiod';
import { NotConsidered } from './message';
import { Outcome, walk } from './walk';
import { worldOf } from './world';
import type { Answer, Scenario } from '../mesh/mesh';

/** What the walker says of one request of a scenario, and whether that is what happened. */
export interface Comparison {
  readonly url: string;
  readonly from: string;
  /** What the walker does not know; then it says nothing. */
  readonly notConsidered?: string;
  readonly outcomes?: readonly Outcome[];
  readonly unlike: readonly string[];
}

/** Walks the requests that a scenario begins with, and compares what the Envoys did. */
export async function beside(scenario: Scenario, answers: readonly Answer[], istiod: Istiod): Promise<Comparison[]> {
  const first = scenario.steps.findIndex(step => !('request' in step));
  const requests = scenario.steps.slice(0, first < 0 ? undefined : first).flatMap(step => ('request' in step ? [step.request] : []));
  const isOfSidecars = !scenario.workloads.some(({ ambient, waypoint }) => ambient || waypoint);
  const isRevoked = scenario.externals?.some(({ ports }) => ports.some(({ revoked }) => revoked));
  if (requests.length === 0 || scenario.env || scenario.troubled || !isOfSidecars || isRevoked) return [];
  const world = worldOf(scenario, await istiod.configs(scenario));
  return requests.map((request, i) => {
    const { url, from } = request;
    try {
      const outcomes = walk(world, request);
      return { url, from, outcomes, unlike: unlike(outcomes, answers[i]) };
    } catch (error) {
      if (!(error instanceof NotConsidered)) throw error;
      return { url, from, notConsidered: error.message, unlike: [] };
    }
  });
}

const istiod = new Istiod();

/** With WALK, each scenario of the mesh tests is walked too; the file that it names tells what came of it. */
export async function walkAlong(scenario: Scenario, answers: readonly Answer[]): Promise<void> {
  const name = `${expect.getState().currentTestName}`;
  try {
    for (const comparison of await beside(scenario, answers, istiod)) appendFileSync(process.env.WALK!, `${JSON.stringify({ name, ...comparison })}\n`);
  } catch (error) {
    appendFileSync(process.env.WALK!, `${JSON.stringify({ name, failed: `${(error as Error).stack}` })}\n`);
  }
  istiod.stop();
}
