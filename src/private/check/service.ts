import { ApiObject, Chart } from 'cdk8s';
import { IConstruct } from 'constructs';
import { Refuse } from '../basics/errors';

export interface ServiceFacts {
  readonly name: string;
  readonly namespace: string;
  readonly selector: { [label: string]: string };
  readonly ports: { readonly number: number; readonly targetPort: number | string }[];
}

/** The Service that a construct is or holds: a Helm release has many objects. */
function onlyService(construct: IConstruct): ApiObject | undefined {
  const services = construct.node.findAll().filter((c): c is ApiObject => c instanceof ApiObject && c.kind === 'Service');
  if (services.length > 1) throw new Error(`it holds ${services.map(s => s.node.path).join(', ')}`);
  return services[0];
}

/** Reads a Service through its manifest, so that it does not matter which library made it. */
export function readService(construct: IConstruct, prop: string, refuse: Refuse): ServiceFacts {
  let object: ApiObject;
  let manifest: { kind?: string; spec?: { selector?: { [label: string]: string }; ports?: { port: number; targetPort?: number | string }[] } };
  try {
    object = onlyService(construct) ?? ApiObject.of(construct);
    manifest = object.toJson();
  } catch (e) {
    return refuse({
      code: 'ServiceUnreadable',
      prop,
      got: construct?.node?.path,
      allowed: `a construct whose Service is complete (${(e as Error).message})`,
      fix: 'add the ports of the Service first, or refer to the Service by name',
    });
  }
  const namespace = object.metadata.namespace ?? Chart.of(construct).namespace;
  if (manifest.kind !== 'Service' || !namespace) {
    return refuse({
      code: 'ServiceUnreadable',
      prop,
      got: `${manifest.kind} ${object.name} in ${namespace ? `namespace ${namespace}` : 'no namespace'}`,
      allowed: 'a Service in a namespace',
      fix: 'pass the construct of the Service, and set the namespace of its chart',
    });
  }
  return {
    name: object.name,
    namespace,
    selector: manifest.spec?.selector ?? {},
    ports: (manifest.spec?.ports ?? []).map(p => ({ number: p.port, targetPort: p.targetPort ?? p.port })),
  };
}
