import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdk8s';
import { Snippet } from '../pages';
import { synthesize } from '../program';

/** The App that a chart of a page makes. */
export function appOf({ programs }: Snippet): App {
  const outdir = mkdtempSync(join(tmpdir(), 'explained-'));
  const holder = globalThis as { explainedApp?: App };
  try {
    for (const program of programs) synthesize(program.replace(/\bapp\.synth\(\);/, 'app.synth(); globalThis.explainedApp = app;'), outdir);
    return holder.explainedApp!;
  } finally {
    delete holder.explainedApp;
    rmSync(outdir, { recursive: true });
  }
}
