import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { appModelOf, makeLate } from './declared';
import { addObject } from './objects';
import { withholdHeaders } from './withheld-headers';
import { labelOf } from '../basics/names';
import { managedGateway } from '../istio/managed-gateway';
import { WorkloadFacts } from '../model/gateway';
import { keptOnPods } from '../model/kept-headers';
import { Labels } from '../model/labels';
import { managedPorts } from '../model/managed-gateway';
import { rendered, renderedLate } from '../objects/manifest/object';
import { secretsRole, secretsRoleBinding } from '../objects/secrets-role';

interface Metadata { readonly labels?: Labels; readonly annotations?: Labels }

/** The Gateway for which Istio runs the pods of a gateway, unless somebody else makes it. */
export function addManagedGateway(
  scope: Construct, workload: WorkloadFacts, { annotations, metadata }: { readonly annotations?: Labels; readonly metadata?: Metadata },
): ApiObject | undefined {
  const { namespace, gatewayApi } = workload;
  if (!gatewayApi || gatewayApi.existing) return undefined;
  const app = appModelOf(scope);
  const head = { kind: 'ManagedGateway', id: 'managed-gateway', namespace, name: gatewayApi.name, annotations } as const;
  const made = addObject(scope, renderedLate(head, () => managedGateway(managedPorts(app, workload))), metadata);
  withholdHeaders(made, metadata?.annotations, () => keptOnPods(app, workload));
  return made;
}

export interface SecretsReader {
  readonly workload: Pick<WorkloadFacts, 'namespace' | 'serviceName' | 'gatewayApi'>;
  /** Of the gateway, which is part of the Role's name. Undefined if another app declares the gateway, which may have a Role of its own. */
  readonly name?: string;
  readonly metadata?: Metadata;
  readonly reads: () => boolean;
}

/** A Role for the Secrets that managed pods read, as long as they read any: it covers all of their namespace. */
export function grantSecretsLate(scope: Construct, reader: SecretsReader, parts: ApiObject[]): void {
  const { workload: { namespace, serviceName, gatewayApi }, name, metadata, reads } = reader;
  if (!gatewayApi) return;
  let made: ApiObject[] = [];
  makeLate(scope, () => {
    if (reads() === made.length > 0) return;
    for (const { node: { id } } of made) scope.node.tryRemoveChild(id);
    parts.splice(0, parts.length, ...parts.filter(part => !made.includes(part)));
    made = [];
    if (!reads()) return;
    const role = addObject(scope, rendered(secretsRole({ namespace, name: name && labelOf(name, 'secrets') })), metadata);
    // its ServiceAccount has the name of its Service
    made = [role, addObject(scope, rendered(secretsRoleBinding(role.name, { namespace, name: serviceName })), metadata)];
    parts.push(...made);
  });
}
