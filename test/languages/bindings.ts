/** The library and cdk8s as Python, Java, Go and .NET get them. The library must be compiled. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';

/** What a machine keeps between runs. */
export const CACHE = resolve('node_modules/.cache/languages');

/** The newest that each registry has of what the packages depend on. */
const PYTHON = ['cdk8s==2.70.115', 'constructs==10.8.1', 'jsii==1.142.0'];
const JAVA = { 'org.cdk8s:cdk8s': '2.70.47', 'software.constructs:constructs': '10.4.5', 'software.amazon.jsii:jsii-runtime': '1.140.0' };
const GO = { 'github.com/aws/constructs-go/constructs/v10': 'v10.8.1', 'github.com/aws/jsii-runtime-go': 'v1.140.0' };
const GO_CDK8S = 'github.com/cdk8s-team/cdk8s-core-go/cdk8s/v2';

/** jsii tells in a banner of ten lines that Node.js 20 has reached its end. */
const env = { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' };

export function run(cwd: string, command: string, ...args: string[]): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 256 * 1024 * 1024 });
}

/** The code of a package in one language. */
function generate(language: string, source: string): string {
  const outdir = join(CACHE, source === '.' ? 'own' : source);
  run('.', 'npx', 'jsii-pacmak', '--code-only', '--target', language, '--outdir', outdir, source);
  return join(outdir, language);
}

export function generateDotnet(): string {
  return generate('dotnet', '.');
}

/** A Python that has cdk8s from its registry, and finds the generated module. */
export function python(): { readonly command: string; readonly path: string } {
  const command = join(CACHE, 'venv', 'bin', 'python');
  if (!existsSync(command)) run('.', 'python3', '-m', 'venv', join(CACHE, 'venv'));
  run('.', command, '-m', 'pip', 'install', '--quiet', ...PYTHON);
  return { command, path: join(generate('python', '.'), 'src') };
}

/** A class path with cdk8s from its registry and the compiled library. */
export function java(): string {
  const dir = join(CACHE, 'java');
  const classes = join(dir, 'classes');
  const code = generate('java', '.');
  const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>test</groupId><artifactId>languages</artifactId><version>0</version>
  <dependencies>${Object.entries(JAVA).map(([id, version]) => {
    const [group, artifact] = id.split(':');
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  }).join('')}</dependencies>
</project>`;
  mkdirSync(dir, { recursive: true });
  // Maven takes seconds to say what it said before
  if (!existsSync(join(dir, 'classpath')) || readFileSync(join(dir, 'pom.xml'), 'utf8') !== pom) {
    writeFileSync(join(dir, 'pom.xml'), pom);
    run(dir, 'mvn', '-B', '-q', 'dependency:build-classpath', '-Dmdep.outputFile=classpath');
  }
  const libraries = readFileSync(join(dir, 'classpath'), 'utf8');
  rmSync(classes, { recursive: true, force: true });
  run(dir, 'sh', '-c', `find '${code}/src/main/java' -name '*.java' > sources && javac -nowarn -d '${classes}' -cp '${libraries}' @sources && cp -r '${code}'/src/main/resources/. '${classes}'`);
  return [classes, libraries].join(delimiter);
}

/**
 * Makes a folder a Go module that has the generated library, and cdk8s from the module proxy. Where the proxy refuses that module,
 * its code is generated from cdk8s' npm package, by the tool that its publisher uses, and this is said.
 */
export function goModule(dir: string): void {
  const library = join(generate('go', '.'), 'cdk8sistio');
  const moduleName = /^module (.*)$/m.exec(readFileSync(join(library, 'go.mod'), 'utf8'))![1];
  const { version } = JSON.parse(readFileSync('node_modules/cdk8s/package.json', 'utf8'));
  const cdk8s = fromProxy(dir, `${GO_CDK8S}@v${version}`) ? '' : `replace ${GO_CDK8S} => ${join(generate('go', 'node_modules/cdk8s'), 'cdk8s')}\n`;
  if (cdk8s) console.warn(`NOT RUN with the Go module of cdk8s: the proxy refuses ${GO_CDK8S}@v${version}. Run instead with the code that jsii-pacmak generates from npm's cdk8s ${version}.`);
  const required = Object.entries({ ...GO, [GO_CDK8S]: `v${version}`, [moduleName]: 'v0.0.0' }).map(([name, at]) => `require ${name} ${at}\n`);
  writeFileSync(join(dir, 'go.mod'), `module chart\n\ngo 1.25\n\n${required.join('')}\n${cdk8s}replace ${moduleName} => ${library}\n`);
  run(dir, 'go', 'mod', 'tidy');
}

function fromProxy(dir: string, version: string): boolean {
  try {
    run(dir, 'go', 'mod', 'download', version);
    return true;
  } catch {
    return false;
  }
}

/** Where the library is found by its name, as in the project of somebody who uses it. */
export function project(): string {
  const dir = join(CACHE, 'typescript');
  mkdirSync(join(dir, 'node_modules'), { recursive: true });
  if (!existsSync(join(dir, 'node_modules', 'cdk8s-istio'))) symlinkSync(resolve('.'), join(dir, 'node_modules', 'cdk8s-istio'));
  return dir;
}
