import { spawnSync } from 'node:child_process';

/** What the linter says, in a process of its own, of sources that import something more: the names of rules. */
function complaints(cases: [file: string, specifier: string][]): string[][] {
  const program = `
    const { readFileSync } = require('node:fs');
    const { LegacyESLint } = require('eslint/use-at-your-own-risk');
    const linter = new LegacyESLint();
    const lint = async ([filePath, specifier]) => {
      const source = "import * as added from '" + specifier + "';\\n" + readFileSync(filePath, 'utf8') + '\\nexport const use = added;\\n';
      return (await linter.lintText(source, { filePath }))[0].messages.map(({ ruleId }) => ruleId).filter(rule => /no-restricted-paths|no-cycle/.test(rule));
    };
    (async () => {
      const answers = [];
      for (const one of JSON.parse(process.argv[1])) answers.push(await lint(one));
      console.log(JSON.stringify(answers));
    })();`;
  const { stdout, stderr } = spawnSync('node', ['-e', program, JSON.stringify(cases)], { encoding: 'utf8', env: { ...process.env, ESLINT_USE_FLAT_CONFIG: 'false' } });
  if (!stdout) throw new Error(stderr);
  return JSON.parse(stdout);
}

test('the linter keeps layers from what stands above them, and finds circles', () => {
  const upwards: [string, string][] = [
    ['src/private/basics/names.ts', '../model/labels'],
    ['src/private/model/labels.ts', '../check/match'],
    ['src/private/model/labels.ts', '../../http/path-match'],
    ['src/private/requests/intersect.ts', '../objects/http'],
    ['src/private/check/match.ts', '../objects/http'],
    ['src/private/istio/mesh-leg.ts', '../check/match'],
    ['src/private/istio/mesh-leg.ts', '../../http/path-match'],
    ['src/private/istio/mesh-leg.ts', '../app/declared'],
    ['src/private/objects/visibility.ts', '../istio/mesh-leg'],
    ['src/private/app/chart.ts', '../check/match'],
    ['src/private/manifests/set.ts', '../model/labels'],
    ['src/private/rules/judge.ts', '../model/labels'],
    ['src/private/cli/run.ts', '../model/labels'],
  ];
  const downwards: [string, string] = ['src/private/istio/mesh-leg.ts', '../model/labels'];
  const circle: [string, string] = ['src/private/model/labels.ts', './external-service'];
  const answers = complaints([...upwards, downwards, circle]);
  upwards.forEach((one, i) => expect([...one, ...answers[i]]).toContain('import/no-restricted-paths'));
  expect(answers.slice(upwards.length)).toEqual([[], ['import/no-cycle']]);
}, 60_000);
