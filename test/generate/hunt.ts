import { sample } from 'fast-check';
import { apps } from './apps';
import { Program } from './expression';
import { Judge, judge } from './judge';
import { smallest } from './smaller';
import { Variant, variants } from './variants';

export interface Hunt {
  readonly apps: number;
  readonly seed: number;
  /** Whether Istio's admission and Envoy judge what the library lets out. */
  readonly mesh: boolean;
  readonly progress?: (text: string) => void;
  readonly found?: (finding: Finding) => void;
}

/** An app that neither had a coded error nor is accepted by all. */
export interface Finding {
  readonly by: 'library' | Judge;
  readonly message: string;
  /** Findings of one kind have one cause, mostly. */
  readonly kind: string;
  /** Where to find the app again: the number among those of the seed. */
  readonly app: number;
  /** The smallest app that has it. */
  readonly program: Program;
}

export interface Report {
  readonly apps: number;
  /** Apps, and what was left of them after a refusal. */
  readonly tried: number;
  /** Apps that had manifests as they were drawn. */
  readonly atOnce: number;
  /** Apps that had manifests in the end. */
  readonly synthesized: number;
  readonly judged: number;
  readonly codes: ReadonlyMap<string, number>;
  readonly findings: readonly Finding[];
}

const BATCH = 40;

/** Draws apps and looks for what is wrong with them. */
export async function hunt({ apps: count, seed, mesh, progress = () => undefined, found = () => undefined }: Hunt): Promise<Report> {
  const report = { apps: 0, tried: 0, atOnce: 0, synthesized: 0, judged: 0, codes: new Map<string, number>() };
  const findings = new Map<string, Finding>();
  const add = async (wrong: Omit<Finding, 'program'>, program: Program) => {
    if (findings.has(wrong.kind)) return;
    findings.set(wrong.kind, { ...wrong, program });
    const finding = { ...wrong, program: await smallest(program, candidates => areWrong(candidates, wrong)) };
    findings.set(wrong.kind, finding);
    found(finding);
  };
  const all = sample(apps(), { seed, numRuns: count });
  for (let from = 0; from < count; from += BATCH) {
    const batch = all.slice(from, from + BATCH).map((program, i) => ({ app: from + i, tried: variants(program) }));
    for (const { app, tried } of batch) {
      report.apps++;
      report.tried += tried.length;
      if (isMade(tried[0])) report.atOnce++;
      if (isMade(tried.at(-1))) report.synthesized++;
      for (const { program, built } of tried) {
        if (built.kind === 'refused') report.codes.set(built.code, (report.codes.get(built.code) ?? 0) + 1);
        if (built.kind === 'crashed') await add({ by: 'library', message: built.message, kind: kindOf('library', built.message), app }, program);
      }
    }
    if (mesh) {
      const made = batch.flatMap(({ app, tried }) => {
        const last = tried.at(-1);
        return isMade(last) ? [{ app, ...last }] : [];
      });
      const verdicts = await judge(made.map(({ built }) => built.yaml));
      report.judged += made.length;
      for (const [i, { app, program }] of made.entries()) {
        // what admission refuses never comes to istiod
        const refused = verdicts[i].filter(verdict => verdict.judge === 'admission');
        const against = refused.length > 0 ? refused : verdicts[i];
        for (const { judge: by, message } of against) await add({ by, message, kind: kindOf(by, message), app }, program);
      }
    }
    progress(`${report.apps} apps, ${report.tried} tried, ${report.synthesized} synthesized, ${report.judged} judged, ${findings.size} findings`);
  }
  return { ...report, findings: [...findings.values()] };
}

type Made = Variant & { readonly built: Extract<Variant['built'], { kind: 'manifests' }> };

function isMade(variant: Variant | undefined): variant is Made {
  return variant?.built.kind === 'manifests';
}

/** A message without what differs from app to app. */
export function kindOf(by: string, message: string): string {
  return `${by}: ${message.replace(/"[^"]*"|'[^']*'/g, '…').replace(/\S*[-/.~]\S*/g, word => (/^\(?src\//.test(word) ? word : '…')).replace(/\d+(\.\d+)?/g, '0').slice(0, 300)}`;
}

/** Which programs have the same thing wrong. */
async function areWrong(programs: readonly Program[], { by, kind }: Omit<Finding, 'program'>): Promise<boolean[]> {
  const tried = programs.map(program => variants(program, 1).at(0));
  if (by === 'library') return tried.map(variant => variant?.built.kind === 'crashed' && kindOf(by, variant.built.message) === kind);
  const made = tried.filter(isMade);
  const verdicts = await judge(made.map(({ built }) => built.yaml), [by]);
  return tried.map(variant => isMade(variant) && verdicts[made.indexOf(variant)].some(({ message }) => kindOf(by, message) === kind));
}
