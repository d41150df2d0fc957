// eslint-disable-next-line import/no-extraneous-dependencies -- bundled by the build
import { Command, Option } from 'commander';
import { AddCommand, Exit } from './command';
import { Problem, readInput } from './read';
import { REPORTS, Report } from './reports';
import { USUAL_MESH, manifestSet } from '../manifests/set';
import { judge } from '../rules/judge';

interface Options {
  readonly output: keyof typeof REPORTS;
  readonly complete?: boolean;
  readonly clusterDomain: string;
  readonly rootNamespace: string;
  readonly scopeGatewayToNamespace?: boolean;
}

export const addCheck: AddCommand = (program: Command, { out, err, isTerminal }, end) => {
  program.command('check')
    .description('judge the Istio objects in YAML or JSON, across all of them')
    .argument('<path...>', 'files, or directories with manifests')
    .addOption(new Option('-o, --output <format>', 'how findings are written').choices(Object.keys(REPORTS)).default('text'))
    .option('--complete', 'what these objects name and do not hold is missing in the cluster too')
    .option('--cluster-domain <domain>', 'the DNS domain of the cluster', USUAL_MESH.clusterDomain)
    .option('--root-namespace <namespace>', 'the namespace of mesh-wide configuration', USUAL_MESH.rootNamespace)
    .option('--scope-gateway-to-namespace', 'Gateways select pods in their own namespace only')
    .addHelpText('after', '\nExit codes: 0 nothing is wrong, 1 there are findings, 2 the input cannot be used.')
    .action((paths: string[], { output, complete, clusterDomain, rootNamespace, scopeGatewayToNamespace }: Options) => {
      const input = readInput(paths);
      if (input.problems.length > 0) {
        err(input.problems.map(tell).join(''));
        return end(Exit.UNUSABLE);
      }
      const facts = { clusterDomain, rootNamespace, scopeGatewayToNamespace: !!scopeGatewayToNamespace, isComplete: !!complete };
      const findings = judge(manifestSet(input.manifests, facts)).map(finding => ({
        ...finding, file: finding.object.source.file!, line: input.lineOf(finding.object, finding.field)!,
      }));
      const report: Report = { findings, objects: input.manifests.length, hasColours: isTerminal };
      out(REPORTS[output](report));
      return end(findings.length > 0 ? Exit.FOUND : Exit.FINE);
    });
};

function tell({ file, line, message }: Problem): string {
  return `${line === undefined ? file : `${file}:${line}`}: ${message}\n`;
}
