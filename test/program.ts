import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';

/** Runs the source of a cdk8s app as `cdk8s synth` does, and returns the YAML that it writes. */
export function runProgram(source: string): string {
  const outdir = mkdtempSync(join(tmpdir(), 'program-'));
  const before = process.env.CDK8S_OUTDIR;
  process.env.CDK8S_OUTDIR = outdir;
  try {
    const { outputText } = transpileModule(source, { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } });
    new Function('require', 'exports', outputText)(require, {});
    return readdirSync(outdir).filter(file => file.endsWith('.k8s.yaml')).sort().map(file => readFileSync(join(outdir, file), 'utf8')).join('---\n');
  } finally {
    if (before === undefined) delete process.env.CDK8S_OUTDIR;
    else process.env.CDK8S_OUTDIR = before;
    rmSync(outdir, { recursive: true });
  }
}

export function runFile(file: string): string {
  return runProgram(readFileSync(file, 'utf8'));
}
