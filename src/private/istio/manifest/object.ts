import { ApiObject, Lazy } from 'cdk8s';
import { IConstruct } from 'constructs';
import { Kind, ObjectHead, ObjectPlan, Specs } from '../objects';
import { authorizationPolicySpec } from './authorization-policy';
import { certificateSpec } from './certificate';
import { destinationRuleSpec } from './destination-rule';
import { gatewaySpec } from './gateway';
import { requestAuthenticationSpec } from './request-authentication';
import { serviceEntrySpec } from './service-entry';
import { telemetrySpec } from './telemetry';
import { virtualServiceSpec } from './virtual-service';
import { ObjectMetadata } from '../../../object-metadata';
import { checkLabel } from '../../basics/checks';
import { refuser } from '../../basics/errors';
import { checkObject } from '../../basics/kinds';
import { checkAnnotations, checkLabels } from '../../basics/labels';
import { claim } from '../../registry';

const RENDERERS: { [K in Kind]: { readonly apiVersion: string; readonly spec: (plan: Specs[K]) => object } } = {
  Gateway: { apiVersion: 'networking.istio.io/v1', spec: gatewaySpec },
  VirtualService: { apiVersion: 'networking.istio.io/v1', spec: virtualServiceSpec },
  DestinationRule: { apiVersion: 'networking.istio.io/v1', spec: destinationRuleSpec },
  ServiceEntry: { apiVersion: 'networking.istio.io/v1', spec: serviceEntrySpec },
  AuthorizationPolicy: { apiVersion: 'security.istio.io/v1', spec: authorizationPolicySpec },
  RequestAuthentication: { apiVersion: 'security.istio.io/v1', spec: requestAuthenticationSpec },
  Telemetry: { apiVersion: 'telemetry.istio.io/v1', spec: telemetrySpec },
  Certificate: { apiVersion: 'cert-manager.io/v1', spec: certificateSpec },
};

/** Adds an object whose spec is known. */
export function addObject<K extends Kind>(
  scope: IConstruct, plan: ObjectHead<K> & { readonly spec: Specs[K] }, metadata?: ObjectMetadata,
): ApiObject {
  return add(scope, plan, RENDERERS[plan.kind].spec(plan.spec), metadata);
}

/** Adds an object whose spec is planned when the app is synthesized, because later constructs have a say in it. */
export function addLateObject<K extends Kind>(scope: IConstruct, head: ObjectHead<K>, spec: () => Specs[K], metadata?: ObjectMetadata): ApiObject {
  return add(scope, head, Lazy.any({ produce: () => RENDERERS[head.kind].spec(spec()) }), metadata);
}

/** Adds objects that are planned again when the app is synthesized; which they are is known from the start. */
export function addLateObjects(scope: IConstruct, plan: () => ObjectPlan[], metadata?: ObjectMetadata): ApiObject[] {
  return plan().map(head => addLateObject(scope, head, () => plan().find(({ id }) => id === head.id)!.spec, metadata));
}

/**
 * The object is a plain `ApiObject` and not an instance of the imported class: that class drops every field that it does not know,
 * so that a JSON patch for such a field would vanish.
 */
function add(scope: IConstruct, head: ObjectHead, spec: object, metadata: ObjectMetadata = {}): ApiObject {
  const refuse = refuser(scope);
  checkObject(metadata, 'metadata', refuse);
  if (head.name !== undefined) checkLabel(head.name, 'metadata.name', refuse, { fix: 'shorten or correct the name' });
  checkLabels(metadata.labels, 'metadata.labels', refuse);
  checkAnnotations(metadata.annotations, 'metadata.annotations', refuse);
  const { name, namespace } = head;
  const object = new ApiObject(scope, head.id, {
    apiVersion: RENDERERS[head.kind].apiVersion,
    kind: head.kind,
    metadata: { namespace, ...(name && { name }), labels: metadata.labels, annotations: { ...metadata.annotations, ...head.annotations } },
    spec,
  });
  const other = claim(scope, head.kind, namespace, object.name);
  if (other) {
    refuse({
      code: 'NameCollision', prop: 'metadata.name', got: `${head.kind} ${namespace}/${object.name}`, allowed: `a name that ${other.node.path} does not use`, fix: 'give one of the two another name',
    });
  }
  return object;
}
