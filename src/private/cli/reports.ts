import { titleOf } from '../manifests/manifest';
import { ALL_RULES } from '../rules/judge';
import { Finding } from '../rules/rule';

/** What was found, and where in the files. */
export interface Report {
  readonly findings: readonly (Finding & { readonly file: string; readonly line: number })[];
  readonly objects: number;
  readonly hasColours: boolean;
}

const BOLD = 1;
const RED = 31;
const DIM = 2;

function text({ findings, objects, hasColours }: Report): string {
  const paint = (colour: number, what: string) => (hasColours ? `\u001b[${colour}m${what}\u001b[0m` : what);
  const told = findings.map(({ code, object, field, message, fix, file, line }) => [
    `${paint(BOLD, `${file}:${line}`)} ${paint(RED, code)} ${titleOf(object)}`, `  ${field}: ${message}`, `  ${paint(DIM, 'fix:')} ${fix}`, '',
  ].join('\n'));
  const count = findings.length === 1 ? '1 finding' : `${findings.length || 'no'} findings`;
  return [...told, `${count} in ${objects} object${objects === 1 ? '' : 's'}\n`].join('\n');
}

function json({ findings, objects }: Report): string {
  const told = findings.map(({ code, object: { kind, namespace, name }, field, message, fix, file, line }) => (
    { code, file, line, object: { kind, namespace, name }, field, message, fix }
  ));
  return `${JSON.stringify({ objects, findings: told }, undefined, 2)}\n`;
}

/** https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
function sarif({ findings }: Report): string {
  const rules = ALL_RULES.map(({ code, cause, effect, fix }) => (
    { id: code, shortDescription: { text: cause }, fullDescription: { text: `${cause} ${effect}` }, help: { text: fix } }
  ));
  const results = findings.map(({ code, object, field, message, fix, file, line }) => ({
    ruleId: code,
    ruleIndex: ALL_RULES.findIndex(rule => rule.code === code),
    level: 'error',
    message: { text: `${titleOf(object)} ${field}: ${message}. ${fix}` },
    locations: [{
      physicalLocation: { artifactLocation: { uri: encodeURI(file.replace(/\\/g, '/')) }, region: { startLine: line } },
      logicalLocations: [{ fullyQualifiedName: titleOf(object), kind: 'object' }],
    }],
  }));
  return `${JSON.stringify({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'cdk8s-istio', informationUri: 'https://github.com/cdk8s-istio/cdk8s-istio', rules } }, results }],
  }, undefined, 2)}\n`;
}

export const REPORTS = { text, json, sarif } satisfies { readonly [format: string]: (report: Report) => string };
