import { admissionBindingSpec, admissionPolicySpec } from './admission';
import { authorizationPolicySpec } from './authorization-policy';
import { certificateSpec } from './certificate';
import { destinationRuleSpec } from './destination-rule';
import { gatewaySpec } from './gateway';
import { networkPolicySpec } from './network-policy';
import { peerAuthenticationSpec } from './peer-authentication';
import { requestAuthenticationSpec } from './request-authentication';
import { serviceEntrySpec } from './service-entry';
import { sidecarSpec } from './sidecar';
import { telemetrySpec } from './telemetry';
import { virtualServiceSpec } from './virtual-service';
import { RenderedObject } from '../../model/rendered-object';
import { Kind, ObjectHead, ObjectPlan, Specs } from '../plans';

const RENDERERS: { [K in Kind]: { readonly apiVersion: string; readonly spec: (plan: Specs[K]) => object } } = {
  Gateway: { apiVersion: 'networking.istio.io/v1', spec: gatewaySpec },
  VirtualService: { apiVersion: 'networking.istio.io/v1', spec: virtualServiceSpec },
  DestinationRule: { apiVersion: 'networking.istio.io/v1', spec: destinationRuleSpec },
  ServiceEntry: { apiVersion: 'networking.istio.io/v1', spec: serviceEntrySpec },
  AuthorizationPolicy: { apiVersion: 'security.istio.io/v1', spec: authorizationPolicySpec },
  RequestAuthentication: { apiVersion: 'security.istio.io/v1', spec: requestAuthenticationSpec },
  Telemetry: { apiVersion: 'telemetry.istio.io/v1', spec: telemetrySpec },
  Certificate: { apiVersion: 'cert-manager.io/v1', spec: certificateSpec },
  Sidecar: { apiVersion: 'networking.istio.io/v1', spec: sidecarSpec },
  PeerAuthentication: { apiVersion: 'security.istio.io/v1', spec: peerAuthenticationSpec },
  NetworkPolicy: { apiVersion: 'networking.k8s.io/v1', spec: networkPolicySpec },
  ValidatingAdmissionPolicy: { apiVersion: 'admissionregistration.k8s.io/v1', spec: admissionPolicySpec },
  ValidatingAdmissionPolicyBinding: { apiVersion: 'admissionregistration.k8s.io/v1', spec: admissionBindingSpec },
};

/** An object whose spec is known. */
export function rendered<K extends Kind>(plan: ObjectHead<K> & { readonly spec: Specs[K] }): RenderedObject {
  return withSpec(plan, RENDERERS[plan.kind].spec(plan.spec));
}

/** An object whose spec is planned at synthesis, because later constructs can affect it. */
export function renderedLate<K extends Kind>(head: ObjectHead<K>, spec: () => Specs[K]): RenderedObject {
  return withSpec(head, () => RENDERERS[head.kind].spec(spec()));
}

function withSpec({ kind, id, name, namespace, annotations }: ObjectHead, spec: RenderedObject['spec']): RenderedObject {
  return { kind, id, name, namespace, annotations, apiVersion: RENDERERS[kind].apiVersion, spec };
}

/** Objects whose specs are planned at synthesis; which objects there are is known from the start. */
export function renderedEachLate(plan: () => ObjectPlan[]): RenderedObject[] {
  return plan().map(({ spec: _, ...head }) => renderedLate(head, () => plan().find(({ id }) => id === head.id)!.spec));
}
