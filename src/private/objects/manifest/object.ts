import { admissionBindingSpec, admissionPolicySpec } from './admission';
import { authorizationPolicySpec } from './authorization-policy';
import { certificateSpec } from './certificate';
import { clusterNetworkPolicySpec } from './cluster-network-policy';
import { destinationRuleSpec } from './destination-rule';
import { gatewaySpec } from './gateway';
import { jobSpec } from './job';
import { listenerSetSpec, managedGatewaySpec } from './managed-gateway';
import { networkPolicySpec } from './network-policy';
import { peerAuthenticationSpec } from './peer-authentication';
import { requestAuthenticationSpec } from './request-authentication';
import { role, roleBinding } from './role';
import { serviceEntrySpec } from './service-entry';
import { sidecarSpec } from './sidecar';
import { opaqueRouteSpec, referenceGrantSpec, standardRouteSpec } from './standard-route';
import { telemetrySpec } from './telemetry';
import { virtualServiceSpec } from './virtual-service';
import { RenderedObject } from '../../model/rendered-object';
import { Kind, ObjectHead, ObjectPlan, Specs } from '../plans';

interface Renderer<K extends Kind> {
  readonly apiVersion: string;
  /** The kind in the manifest, where plans have another name for it. */
  readonly kind?: string;
  readonly spec: (plan: Specs[K]) => object;
  /** Whether objects of the kind have no `spec`: its fields stand beside the metadata. */
  readonly inline?: true;
  /** The field that holds it. By default, `spec`. */
  readonly field?: RenderedObject['field'];
}

const RENDERERS: { [K in Kind]: Renderer<K> } = {
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
  ManagedGateway: { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', spec: managedGatewaySpec },
  ListenerSet: { apiVersion: 'gateway.networking.k8s.io/v1', spec: listenerSetSpec },
  HTTPRoute: { apiVersion: 'gateway.networking.k8s.io/v1', spec: standardRouteSpec },
  TLSRoute: { apiVersion: 'gateway.networking.k8s.io/v1', spec: opaqueRouteSpec },
  TCPRoute: { apiVersion: 'gateway.networking.k8s.io/v1', spec: opaqueRouteSpec },
  ReferenceGrant: { apiVersion: 'gateway.networking.k8s.io/v1beta1', spec: referenceGrantSpec },
  Role: { apiVersion: 'rbac.authorization.k8s.io/v1', spec: role, inline: true },
  RoleBinding: { apiVersion: 'rbac.authorization.k8s.io/v1', spec: roleBinding, inline: true },
  ClusterNetworkPolicy: { apiVersion: 'policy.networking.k8s.io/v1alpha2', spec: clusterNetworkPolicySpec },
  Job: { apiVersion: 'batch/v1', spec: jobSpec },
  ConfigMap: { apiVersion: 'v1', spec: data => data, field: 'data' },
};

/** An object whose spec is known. */
export function rendered<K extends Kind>(plan: ObjectHead<K> & { readonly spec: Specs[K] }): RenderedObject {
  return withSpec(plan, RENDERERS[plan.kind].spec(plan.spec));
}

/** An object whose spec is planned at synthesis, because later constructs can affect it. */
export function renderedLate<K extends Kind>(head: ObjectHead<K>, spec: () => Specs[K]): RenderedObject {
  return withSpec(head, () => RENDERERS[head.kind].spec(spec()));
}

function withSpec({ kind, id, name, namespace, labels, annotations }: ObjectHead, spec: RenderedObject['spec']): RenderedObject {
  const { apiVersion, kind: written = kind, inline, field } = RENDERERS[kind];
  return { kind: written, id, name, namespace, labels, annotations, apiVersion, spec, inline, field };
}

/** Objects whose specs are planned at synthesis, when more may be known of each; which objects there are is known already. */
export function renderedEachLate(plan: () => ObjectPlan[]): RenderedObject[] {
  return plan().map(({ spec: _, ...head }) => renderedLate(head, () => plan().find(({ id }) => id === head.id)!.spec));
}
