import { Manifest, readManifests, titleOf } from '../private/manifests/manifest';
import { MeshFacts, USUAL_MESH, groupBy, manifestSet } from '../private/manifests/set';
import { ALL_RULES, judge } from '../private/rules/judge';

/** The part of the context of a validation by cdk8s-cli that is used. */
interface Context {
  readonly manifests: readonly string[];
  readonly metadata: { readonly [name: string]: { readonly path: string } };
  readonly pkg: string;
  readonly version: string;
  readonly report: {
    addViolation(violation: {
      readonly ruleName: string;
      readonly recommendation: string;
      readonly fix: string;
      readonly violatingResources: { readonly resourceName: string; readonly locations: string[]; readonly manifestPath: string }[];
    }): void;
    submit(status: 'success' | 'failure', metadata?: { readonly [key: string]: string }): void;
  };
  readonly logger: { log(message: string): void };
  parseManifest(path: string): unknown[];
}

/** What `properties` in `cdk8s.yaml` may say. */
const PROPERTIES: { readonly [name: string]: 'boolean' | 'string' } = {
  clusterDomain: 'string', complete: 'boolean', rootNamespace: 'string', scopeGatewayToNamespace: 'boolean', warnOnly: 'boolean',
};

/**
 * The validation plugin for cdk8s-cli. `cdk8s synth` loads it by its name, as `cdk8s.yaml` says; programs use `IstioRules`.
 *
 * @internal
 */
export class IstioValidation {
  private readonly facts: MeshFacts;
  private readonly isWarning: boolean;

  constructor(properties: { readonly [name: string]: unknown } = {}) {
    const { complete, warnOnly, ...mesh } = takeProperties(properties);
    this.facts = { ...USUAL_MESH, ...mesh, isComplete: complete === true };
    this.isWarning = warnOnly === true;
  }

  public async validate(context: Context): Promise<void> {
    const files = new Map<Manifest, string>();
    for (const file of context.manifests) {
      for (const document of context.parseManifest(file) ?? []) for (const manifest of readManifests(document, { file })) files.set(manifest, file);
    }
    const manifests = [...files.keys()];
    // the report finds construct paths by the name of the object alone, and takes the last of that name
    const named = groupBy(manifests, ({ name }) => name);
    const nameFor = (object: Manifest) => (named.get(object.name)!.length === 1 ? object.name : titleOf(object));
    const findings = judge(manifestSet(manifests, this.facts));
    for (const { code, object, field, message, fix } of findings) {
      context.report.addViolation({
        ruleName: code,
        recommendation: `${titleOf(object)}: ${message}`,
        fix,
        violatingResources: [{ resourceName: nameFor(object), locations: [field], manifestPath: files.get(object)! }],
      });
    }
    context.report.submit(findings.length > 0 && !this.isWarning ? 'failure' : 'success', {
      objects: String(manifests.length), rules: String(ALL_RULES.length), findings: String(findings.length),
    });
  }
}

/** A misspelt property would change what is judged. */
function takeProperties(properties: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  for (const [name, value] of Object.entries(properties)) {
    if (!(name in PROPERTIES)) throw new Error(`IstioValidation: there is no property ${name}; there are: ${Object.keys(PROPERTIES).join(', ')}`);
    if (typeof value !== PROPERTIES[name]) throw new Error(`IstioValidation: property ${name} is ${JSON.stringify(value)}; it must be a ${PROPERTIES[name]}`);
  }
  return properties;
}
