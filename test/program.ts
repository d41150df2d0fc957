import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  CompilerHost, ModuleKind, ScriptTarget, createCompilerHost, createProgram, createSourceFile, flattenDiagnosticMessageText,
  parseJsonConfigFileContent, readConfigFile, sys, transpileModule,
} from 'typescript';

/** Runs the source of a cdk8s app as `cdk8s synth` does. */
export function synthesize(source: string, outdir: string): void {
  const before = process.env.CDK8S_OUTDIR;
  process.env.CDK8S_OUTDIR = outdir;
  try {
    const { outputText } = transpileModule(source, { compilerOptions: { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 } });
    new Function('require', 'exports', outputText)(require, {});
  } finally {
    if (before === undefined) delete process.env.CDK8S_OUTDIR;
    else process.env.CDK8S_OUTDIR = before;
  }
}

/** The YAML that the source of an app writes. */
export function runProgram(source: string): string {
  const outdir = mkdtempSync(join(tmpdir(), 'program-'));
  try {
    synthesize(source, outdir);
    return readdirSync(outdir).filter(file => file.endsWith('.k8s.yaml')).sort().map(file => readFileSync(join(outdir, file), 'utf8')).join('---\n');
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

export function runFile(file: string): string {
  return runProgram(readFileSync(file, 'utf8'));
}

/** What the compiler says of programs, each as if it stood in the folder of examples. */
export function compileErrors(programs: readonly string[]): string[] {
  const { options } = parseJsonConfigFileContent(readConfigFile('examples/tsconfig.json', file => sys.readFile(file)).config, sys, 'examples');
  const sources = new Map(programs.map((source, i) => [resolve('examples', `program-${i}.ts`), source]));
  const host = createCompilerHost(options);
  const real: Pick<CompilerHost, 'getSourceFile' | 'fileExists'> = { getSourceFile: host.getSourceFile, fileExists: host.fileExists };
  host.fileExists = file => sources.has(resolve(file)) || real.fileExists(file);
  host.getSourceFile = (file, version) => {
    const source = sources.get(resolve(file));
    return source === undefined ? real.getSourceFile(file, version) : createSourceFile(file, source, version, true);
  };
  const compiled = createProgram([...sources.keys()], { ...options, noUnusedLocals: false, skipLibCheck: true }, host);
  // what the programs import is checked with the rest of the sources
  const own = compiled.getRootFileNames().map(name => compiled.getSourceFile(name)!);
  const found = own.flatMap(file => [...compiled.getSyntacticDiagnostics(file), ...compiled.getSemanticDiagnostics(file)]);
  return [...compiled.getOptionsDiagnostics(), ...found].map(({ file, messageText }) => `${file?.fileName}: ${flattenDiagnosticMessageText(messageText, ' ')}`);
}
