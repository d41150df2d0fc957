import { cdk8s, github, javascript } from 'projen';

/** Who publishes the library, and where: the one place to edit. What the registries and the pages of the project say is derived from it. */
const owner = { name: 'The cdk8s-istio authors', organization: true, account: 'cdk8s-istio', repository: 'cdk8s-istio' };
const home = `https://github.com/${owner.account}`;

const project = new cdk8s.ConstructLibraryCdk8s({
  name: 'cdk8s-istio',
  description: 'Typed Istio routes for cdk8s: ingress, external services, and the two-leg egress route, as manifests that are right.',
  keywords: ['cdk8s', 'istio', 'kubernetes', 'service-mesh', 'egress', 'ingress', 'gateway'],
  author: owner.name,
  authorOrganization: owner.organization,
  authorAddress: home,
  repositoryUrl: `${home}/${owner.repository}.git`,
  publishToPypi: { distName: 'cdk8s-istio', module: 'cdk8s_istio' },
  publishToMaven: { javaPackage: `io.github.${owner.account.replace(/-/g, '_')}`, mavenGroupId: `io.github.${owner.account}`, mavenArtifactId: 'cdk8s-istio' },
  publishToGo: { moduleName: `github.com/${owner.account}/cdk8s-istio-go` },
  publishToNuget: { dotNetNamespace: 'Cdk8sIstio', packageId: 'Cdk8sIstio' },
  license: 'Apache-2.0',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  github: true,
  // CI is .ci/run, of which projen's own workflow knows nothing
  buildWorkflow: false,
  githubOptions: { mergify: false, pullRequestLintOptions: { semanticTitleOptions: { types: ['feat', 'fix', 'docs', 'test', 'chore'] } } },
  pullRequestTemplateContents: [
    '<!-- The title decides the next version: feat, fix, docs, test or chore, with ! if something breaks (CONTRIBUTING.md). -->',
    '',
    'What becomes of which request, before and after, and why:',
  ],
  release: false,
  depsUpgrade: true,
  depsUpgradeOptions: { workflowOptions: { schedule: javascript.UpgradeDependenciesSchedule.WEEKLY } },
  workflowNodeVersion: '24.x',
  sampleCode: false,
  minNodeVersion: '20.16.0',
  // the lower ends of the peer ranges, which test/package installs; development is done with the newest
  cdk8sVersion: '2.0.0',
  constructsVersion: '10.0.0',
  peerDependencyOptions: { pinnedDevDependency: false },
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0',
  devDeps: ['re2js@^2.10.0', 'esbuild', 'cdk8s@^2.70.106', 'constructs@^10.8.1', 'cdk8s-cli', 'cdk8s-plus-33', 'cdk8s-plus-34', 'yaml', 'fast-check', 'tsconfig-paths@^4', '@stryker-mutator/core@^9', '@stryker-mutator/mocha-runner@^9', 'mocha@^11', 'commander@^14', '@dagrejs/dagre@^3', 'ajv@^8', 'puppeteer-core@^24', 'axe-core@^4'],
  entrypoint: 'lib/src/index.js',
  bin: { 'cdk8s-istio': 'lib/src/private/cli/main.js' },
  tsconfig: {
    compilerOptions: { rootDir: '.', outDir: 'lib', inlineSourceMap: false, inlineSources: false, stripInternal: true },
    include: ['imports/**/*.ts'],
  },
  jestOptions: {
    jestVersion: '^30',
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    junitReporting: false,
    jestConfig: {
      collectCoverage: false,
      moduleNameMapper: { '^cdk8s-istio$': '<rootDir>/src' },
      modulePathIgnorePatterns: ['<rootDir>/lib/', '<rootDir>/dist/'],
    },
  },
});
project.package.addField('types', 'lib/src/index.d.ts');
project.npmignore?.exclude('/API.md', '/ARCHITECTURE.md', '/CHANGELOG.md', '/CODE_OF_CONDUCT.md', '/CONTRIBUTING.md', '/SECURITY.md', '/lib/imports/', '/imports/', '/rosetta/', '/bench/', '/docs/', '/examples/', '/.ci/', '/coverage/', '/stryker.config.mjs', '/.jsii.tabl.json', '/lib/src/private/**/*.d.ts', '/lib/src/private/cli/*.js');
// the build puts the others into it
project.npmignore?.include('/lib/src/private/cli/main.js');
project.gitignore.exclude('.jsii.tabl.json', '.jsii.tabl.json.gz', 'dist/', '*.tgz');
// the low ends of the peer ranges are tried by test/package, instead of by developing with them
project.compileTask.reset('jsii --silence-warnings=reserved-word --silence-warnings=metadata/missing-dev-dependency --fail-on-warnings');
// engines become part of one compiled file each: a bundled dependency would come with all of its own builds, four times the size
const engines = { 'basics/re2-engine': 'node_modules/re2js/LICENSE', 'inventory/layout-engine': 'node_modules/@dagrejs/dagre/LICENSE' };
for (const [file, licence] of Object.entries(engines)) {
  const engine = `lib/src/private/${file}`;
  project.compileTask.exec(`esbuild ${engine}.js --bundle --platform=node --minify --legal-comments=none --log-level=warning --allow-overwrite --outfile=${engine}.js`);
  project.compileTask.exec(`cp ${licence} ${engine}.LICENSE`);
}
project.compileTask.exec('cp src/inventory/inventory.schema.json lib/src/inventory/');
// so do the libraries of the command
const command = 'lib/src/private/cli/main';
project.compileTask.exec(`esbuild src/private/cli/main.ts --bundle --platform=node --minify --log-level=warning --allow-overwrite --outfile=${command}.js`);
project.compileTask.exec(`cat node_modules/commander/LICENSE node_modules/yaml/LICENSE > ${command}.LICENSE`);
// internal members stay out of the declarations that users see and editors complete; the strict rules of jsii want them in
project.tryFindObjectFile('package.json')?.addOverride('jsii.validateTsconfig', 'minimal');
project.tryFindObjectFile('package.json')?.addOverride('jsii.diagnostics', { 'documentation/non-existent-parameter': 'error' });
const importTask = project.addTask('import', { description: 'Regenerate imports/ from the CRDs of Istio and of the Gateway API (needs Go)', exec: 'ts-node -T -P projenrc/tsconfig.json projenrc/imports.ts' });
project.addTask('example', {
  description: 'Synthesize an example, bookinfo if none is named, and show its manifests',
  exec: 'ts-node -T -P projenrc/tsconfig.json examples/show.ts',
  receiveArgs: true,
});
project.addTask('bench', {
  description: 'Measure the library beside the same objects written without it (bench/README.md); parts can be named',
  steps: [{ spawn: project.compileTask.name }, { exec: 'ts-node -P bench/tsconfig.json bench/main.ts', receiveArgs: true }],
});
const examples = project.addTask('examples', { exec: 'jsii-rosetta extract --strict --compress-tablet' });
project.postCompileTask.spawn(examples);

const generate = project.addTask('generate', { description: 'Regenerate everything that is generated and committed' });
generate.spawn(project.defaultTask!);
generate.spawn(importTask, { condition: 'go version' });
generate.exec('ts-node -T -P projenrc/tsconfig.json projenrc/error-docs.ts');
// the description comes of a compilation, and is part of the next one
generate.spawn(project.compileTask);
generate.exec('ts-node -T -P projenrc/tsconfig.json projenrc/api.ts');
generate.spawn(project.compileTask);
generate.spawn(project.postCompileTask);
project.testTask.reset('ts-node -T -P projenrc/tsconfig.json test/suites.ts');
project.addTask('tables', {
  description: 'Run the mesh tests of which the pages have tables, and write these',
  env: { UPDATE_DOCS: '1' },
  steps: [
    { exec: 'jest test/mesh/ --ci --maxWorkers 100% --testNamePattern "^(egress|ingress|planes|routes|lockdown)" --json --outputFile node_modules/.cache/tables.json' },
    { exec: 'ts-node -T -P projenrc/tsconfig.json test/mesh/tables.ts node_modules/.cache/tables.json' },
  ],
});
project.addTask('test:languages', {
  description: 'Run what README and the pages show in Python, Java and Go, and compare the manifests (needs these, pip and Maven)',
  steps: [{ spawn: project.compileTask.name }, { exec: 'jest --ci test/languages/', receiveArgs: true }],
});
project.addTask('mutants', {
  description: 'Damage the private sources in one place at a time, and see whether a unit test fails (stryker.config.mjs)',
  exec: 'stryker run',
  receiveArgs: true,
});
project.addTask('test:envoys', {
  description: 'Run the mesh tests on each Envoy that the library is held to',
  exec: 'ts-node -T -P projenrc/tsconfig.json test/mesh/envoys.ts',
  receiveArgs: true,
});
// data goes one way: basics <- model <- check and requests; model and requests <- objects <- back ends, which do not know each other (ARCHITECTURE.md)
const layers: Record<string, string[]> = {
  'basics': [],
  'model': ['basics'],
  'requests': ['basics', 'model'],
  'check': ['basics', 'model', 'requests'],
  'objects': ['basics', 'model', 'requests'],
  'istio': ['basics', 'model', 'requests', 'objects'],
  'ambient': ['basics', 'model', 'requests', 'objects'],
  'gateway-api': ['basics', 'model', 'requests', 'objects'],
  'explain': ['basics', 'model', 'requests'],
  'inventory': ['basics', 'model', 'requests'],
  'app': ['basics', 'model', 'explain', 'objects', 'istio', 'ambient', 'gateway-api'],
  'manifests': ['basics'],
  'rules': ['basics', 'manifests'],
  'cli': ['basics', 'manifests', 'rules', 'explain', 'inventory'],
};
const forbidden = (target: string, allowed: string[]) => ({
  target: `./src/private/${target}`,
  from: `./src/${target === 'check' ? 'private' : ''}`,
  except: [target, ...allowed].map(layer => `./${target === 'check' ? '' : 'private/'}${layer}`),
});
project.eslint?.addRules({
  // its shortcut reads files as they are on disk, and a test of the rule lints what is not
  'import/no-cycle': ['error', { disableScc: true }],
  'import/no-restricted-paths': ['error', { zones: Object.entries(layers).map(([target, allowed]) => forbidden(target, allowed)) }],
});
project.addTask('fuzz', {
  description: 'Draw random apps, and show those that neither have a coded error nor are accepted by Istio and Envoy: npm run fuzz -- [apps] [seed]',
  exec: 'ts-node -T -P projenrc/tsconfig.json test/generate/fuzz.ts',
  receiveArgs: true,
});
project.addTask('differential', {
  description: 'Explain requests of random apps, follow them through what istiod makes of these, and show where the two differ: npm run differential -- [apps] [seed]',
  exec: 'ts-node -T -P projenrc/tsconfig.json test/walk/main.ts',
  receiveArgs: true,
});
// an example imports the library by its name, as its readers will
project.eslint?.addOverride({
  files: ['examples/**', 'bench/**'],
  rules: { 'import/no-unresolved': 'off', 'import/no-extraneous-dependencies': 'off' },
});

const setup: github.workflows.JobStep[] = [
  { uses: 'actions/checkout@v5' },
  { uses: 'actions/setup-node@v5', with: { 'node-version': '24' } },
  { uses: 'actions/setup-go@v6', with: { 'go-version-file': 'test/mesh/lab/go.mod', 'cache-dependency-path': 'test/mesh/lab/go.sum' } },
  { uses: 'actions/setup-python@v6', with: { 'python-version': '3.13' } },
  { uses: 'actions/setup-java@v5', with: { 'distribution': 'temurin', 'java-version': '17' } },
];
const read = { contents: github.workflows.JobPermission.READ };
const build = project.github!.addWorkflow('build');
build.on({ pullRequest: {}, push: { branches: ['main'] }, workflowDispatch: {} });
build.addJobs({
  test: {
    runsOn: ['ubuntu-latest'],
    permissions: read,
    timeoutMinutes: 120,
    // the mesh tests make network namespaces
    steps: [...setup, { name: 'Test', run: 'sudo env "PATH=$PATH" "HOME=$HOME" bash .ci/run' }, { name: 'The tree is clean', run: 'git diff --exit-code' }],
  },
  package: {
    runsOn: ['ubuntu-latest'],
    permissions: read,
    strategy: { matrix: { domain: { language: ['js', 'python', 'java', 'dotnet', 'go'] } } },
    steps: [
      ...setup,
      { uses: 'actions/setup-dotnet@v5', with: { 'dotnet-version': '8.x' }, if: "matrix.language == 'dotnet'" },
      { run: 'npm ci' },
      { run: 'npx projen compile && npx projen post-compile' },
      { run: 'npx projen package:${{ matrix.language }}' },
      { uses: 'actions/upload-artifact@v4', with: { name: '${{ matrix.language }}', path: 'dist/' } },
    ],
  },
});
const codeql = project.github!.addWorkflow('codeql');
codeql.on({ pullRequest: {}, push: { branches: ['main'] }, schedule: [{ cron: '0 4 * * 1' }] });
codeql.addJob('analyze', {
  runsOn: ['ubuntu-latest'],
  permissions: { ...read, securityEvents: github.workflows.JobPermission.WRITE },
  steps: [
    { uses: 'actions/checkout@v5' },
    { uses: 'github/codeql-action/init@v4', with: { languages: 'javascript-typescript,actions' } },
    { uses: 'github/codeql-action/analyze@v4' },
  ],
});
// where there is no SDK, as on the machines of most who change the library, its code can still be looked at
const dotnet = project.tasks.tryFind('package:dotnet')!;
dotnet.reset();
dotnet.exec('jsii-pacmak -v --target dotnet', { condition: 'dotnet --version' });
dotnet.exec('jsii-pacmak -v --target dotnet --code-only', { condition: '! dotnet --version' });
project.package.addPackageResolutions('unrs-resolver@1.11.1');
project.synth();
