import { App, Chart, Yaml } from 'cdk8s';

/** What a scenario takes as manifests: an app, a chart or several, plain objects, or YAML. */
export type Manifests = App | Chart | readonly (Chart | object)[] | string;

export function toYaml(manifests: Manifests): string {
  if (typeof manifests === 'string') {
    return manifests;
  }
  if (manifests instanceof App) {
    return manifests.synthYaml();
  }
  const parts = Array.isArray(manifests) ? manifests as readonly (Chart | object)[] : [manifests];
  return Yaml.stringify(...parts.flatMap((part) => part instanceof Chart ? part.toJson() as object[] : [part]));
}
