import { cdk8s, javascript } from 'projen';

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
  github: false,
  release: false,
  depsUpgrade: false,
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
project.npmignore?.exclude('/API.md', '/ARCHITECTURE.md', '/lib/imports/', '/imports/', '/rosetta/', '/.jsii.tabl.json', '/bench/', '/docs/', '/examples/', '/.ci/', '/coverage/', '/stryker.config.mjs', '/lib/src/private/**/*.d.ts', '/lib/src/private/cli/*.js');
// the build puts the others into it
project.npmignore?.include('/lib/src/private/cli/main.js');
project.gitignore.exclude('.jsii.tabl.json', 'dist/', '*.tgz');
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
const examples = project.addTask('examples', { exec: 'jsii-rosetta extract --strict' });
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
// an example imports the library by its name, as its readers will
project.eslint?.addOverride({
  files: ['examples/**', 'bench/**'],
  rules: { 'import/no-unresolved': 'off', 'import/no-extraneous-dependencies': 'off' },
});
project.package.addPackageResolutions('unrs-resolver@1.11.1');
project.synth();
