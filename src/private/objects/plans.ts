import { CertificateSpec } from '../model/certificate';
import { EndpointSpec, ResolutionKind, ServiceLocation } from '../model/external-service';
import { Labels } from '../model/labels';
import { ListenerProtocol, ServerTls } from '../model/listener';
import { Action, CorsSpec, Edits, FaultSpec, MirrorSpec, RetriesSpec, TextMatch, WeightedTarget } from '../model/rule';
import { TrafficPolicy } from '../model/traffic-policy';
import { StandardMatch } from '../requests/standard-match';

/**
 * Istio's objects, those of the Gateway API, and those of Kubernetes beside them, as plain data, reduced to what the library uses. Plans are written in these terms;
 * renderers turn them into manifests field by field, without making decisions.
 */

export interface Specs {
  readonly Gateway: GatewaySpec;
  readonly VirtualService: VirtualServiceSpec;
  readonly DestinationRule: DestinationRuleSpec;
  readonly ServiceEntry: ServiceEntrySpec;
  readonly AuthorizationPolicy: AuthorizationPolicySpec;
  readonly RequestAuthentication: RequestAuthenticationSpec;
  readonly Telemetry: TelemetrySpec;
  readonly Certificate: CertificateSpec;
  readonly Sidecar: SidecarSpec;
  readonly PeerAuthentication: PeerAuthenticationSpec;
  readonly NetworkPolicy: NetworkPolicySpec;
  readonly ValidatingAdmissionPolicy: AdmissionPolicySpec;
  readonly ValidatingAdmissionPolicyBinding: AdmissionBindingSpec;
  readonly ManagedGateway: ManagedGatewaySpec;
  readonly ListenerSet: ListenerSetSpec;
  readonly HTTPRoute: StandardRouteSpec;
  readonly TLSRoute: OpaqueRouteSpec;
  readonly TCPRoute: OpaqueRouteSpec;
  readonly ReferenceGrant: ReferenceGrantSpec;
  readonly Role: RoleSpec;
  readonly RoleBinding: RoleBindingSpec;
  readonly ClusterNetworkPolicy: ClusterNetworkPolicySpec;
  readonly Job: JobSpec;
  readonly ConfigMap: Labels;
}

export type Kind = keyof Specs;

export interface ObjectHead<K extends Kind = Kind> {
  readonly kind: K;
  /** The id of the construct. */
  readonly id: string;
  /** By default, cdk8s generates it from the construct's path. */
  readonly name?: string;
  /** Left out for objects of the whole cluster. */
  readonly namespace?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
}

export type ObjectPlan = { [K in Kind]: ObjectHead<K> & { readonly spec: Specs[K] } }[Kind];

export interface GatewaySpec {
  readonly selector: Labels;
  readonly servers: Server[];
}

export interface Server {
  readonly name: string;
  readonly number: number;
  readonly protocol: ListenerProtocol;
  readonly hosts: string[];
  readonly tls?: ServerTls;
}

export interface VirtualServiceSpec {
  /** Undefined, like `gateways`, if the object is a delegate. */
  readonly hosts?: string[];
  readonly gateways?: string[];
  readonly exportTo: string[];
  readonly http: HttpRoute[];
  readonly tls: TlsRoute[];
  readonly tcp: TcpRoute[];
}

export interface HttpRoute {
  readonly matches: HttpMatch[];
  readonly action: Action;
  readonly timeoutMs?: number;
  /** By default, Istio's own policy for connection failures applies. */
  readonly retries?: RetriesSpec;
  readonly rewrite?: { readonly authority?: string; readonly path?: { readonly regex: string; readonly substitution: string } };
  readonly requestHeaders?: Edits;
  readonly responseHeaders?: Edits;
  readonly fault?: FaultSpec;
  readonly mirror?: MirrorSpec;
  readonly cors?: CorsSpec;
}

export interface HttpMatch {
  /** Undefined in a delegate, which uses that of the root. */
  readonly port?: number;
  readonly gateway?: string;
  readonly uri?: TextMatch;
  readonly ignoreUriCase?: true;
  readonly scheme?: TextMatch;
  readonly method?: TextMatch;
  readonly authority?: TextMatch;
  readonly headers?: { readonly [name: string]: TextMatch };
  readonly withoutHeaders?: { readonly [name: string]: TextMatch };
  readonly queryParams?: { readonly [name: string]: TextMatch };
}

export interface TlsRoute {
  readonly port: number;
  readonly gateway?: string;
  readonly sniHosts: string[];
  readonly to: WeightedTarget[];
}

export interface TcpRoute {
  readonly port: number;
  readonly gateway?: string;
  readonly to: WeightedTarget[];
}

export interface ServiceEntrySpec {
  readonly hosts: string[];
  readonly location: ServiceLocation;
  readonly resolution: ResolutionKind;
  readonly exportTo: string[];
  readonly ports: { readonly name: string; readonly number: number; readonly protocol: string; readonly targetPort?: number }[];
  readonly addresses?: string[];
  readonly endpoints?: EndpointSpec[];
  readonly workloadSelector?: Labels;
  readonly subjectAltNames?: string[];
}

export interface DestinationRuleSpec {
  readonly host: string;
  readonly exportTo: string[];
  readonly workloadSelector?: Labels;
  /** For every port without a policy of its own. */
  readonly policy?: TrafficPolicySpec;
  /** For single ports of the service; replaces `policy` there (R22). */
  readonly portPolicies?: { readonly port: number; readonly policy: TrafficPolicySpec }[];
  readonly subsets?: SubsetSpec[];
}

export interface SubsetSpec {
  readonly name: string;
  readonly labels?: Labels;
  readonly policy?: TrafficPolicySpec;
}

export interface TrafficPolicySpec extends TrafficPolicy {
  readonly tls?: ClientTls;
  readonly tunnel?: TunnelSpec;
}

/** How connections are tunneled to a host by the forward proxy that the rule is for. */
export interface TunnelSpec {
  readonly protocol: 'CONNECT' | 'POST';
  readonly targetHost: string;
  readonly targetPort: number;
}

export interface ClientTls {
  readonly mode: 'ISTIO_MUTUAL' | 'SIMPLE' | 'MUTUAL';
  readonly sni?: string;
  readonly subjectAltNames?: string[];
  readonly caCertificates?: string;
  readonly caCrl?: string;
  readonly credentialName?: string;
  readonly clientCertificate?: string;
  readonly privateKey?: string;
  readonly insecureSkipVerify?: boolean;
}

export interface AuthorizationPolicySpec {
  /** The pods to which it applies, in its own namespace. */
  readonly selector?: Labels;
  /** Instead, what it applies to at a waypoint, which heeds no selector. */
  readonly target?: PolicyTarget;
  /** An ALLOW denies whatever else comes to the same pods: only the pods of an egress gateway have one, where that is its purpose. */
  readonly action: 'ALLOW' | 'DENY' | 'CUSTOM';
  /** The name of an extension provider in mesh config, for CUSTOM. */
  readonly provider?: string;
  /** The policy holds for what fits one of them; an empty rule fits everything. */
  readonly rules: AuthorizationRule[];
}

/** An object of the policy's own namespace. */
export interface PolicyTarget {
  readonly kind: 'Gateway' | 'ServiceEntry';
  readonly name: string;
}

/** Matches what fits all of its fields. */
export interface AuthorizationRule {
  /** Who fits one of them; anybody where it is left out. */
  readonly from?: Source[];
  /** What fits one of them; anything where it is left out. */
  readonly to?: Operation[];
  readonly when?: Condition[];
}

export interface Source {
  readonly namespaces?: string[];
  readonly principals?: string[];
  readonly notNamespaces?: string[];
  readonly notPrincipals?: string[];
}

export interface Operation {
  readonly hosts?: string[];
  readonly notHosts?: string[];
  readonly paths?: string[];
  readonly methods?: string[];
  readonly notPaths?: string[];
  readonly notMethods?: string[];
  /** Ports of the pods; at a waypoint, those that were called. */
  readonly ports: number[];
}

export interface Condition {
  readonly key: string;
  readonly values?: string[];
  readonly notValues?: string[];
}

export interface RequestAuthenticationSpec {
  readonly selector: Labels;
  readonly jwtRules: JwtRule[];
}

export interface JwtRule {
  readonly issuer: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly fromHeaders?: { readonly name: string; readonly prefix?: string }[];
  readonly forwardOriginalToken: boolean;
}

export interface TelemetrySpec {
  /** All pods of the namespace where it is left out. */
  readonly selector?: Labels;
  readonly accessLogging?: { readonly provider: string; readonly filter?: string; readonly disabled?: boolean };
  readonly tracing?: { readonly provider?: string; readonly randomSamplingPercentage?: number; readonly disableSpanReporting?: boolean };
  readonly metrics?: { readonly provider: string; readonly disabled: boolean; readonly withoutTags?: string[] };
}

export interface SidecarSpec {
  /** What the sidecars of the namespace know, as `namespace/host`. */
  readonly hosts: string[];
  /** That of the mesh where it is left out. */
  readonly policy?: 'REGISTRY_ONLY' | 'ALLOW_ANY';
}

export interface PeerAuthenticationSpec {
  /** All pods of the namespace where it is left out. */
  readonly selector?: Labels;
  readonly mode?: 'STRICT';
  readonly permissivePorts?: number[];
}

export interface NetworkPolicySpec {
  /** All pods of the namespace where it is empty. */
  readonly selector: Labels;
  /** Nobody enters where it is empty, and everybody where it is left out. */
  readonly ingress?: NetworkRule[];
  readonly egress?: NetworkRule[];
}

export interface NetworkRule {
  /** Never empty: that would mean everybody. */
  readonly peers: NetworkPeer[];
  /** Of the pods; every port where it is left out. */
  readonly ports?: { readonly number: number; readonly protocol: 'TCP' | 'UDP' }[];
}

/** Pods of namespaces, of every one where `*` is named, of the own namespace where none is; or a block of addresses. */
export interface NetworkPeer {
  readonly namespaces?: string[];
  readonly pods?: Labels;
  readonly block?: string;
  readonly except?: string[];
}

/** Above the NetworkPolicies of a namespace, which cannot widen it. */
export interface ClusterNetworkPolicySpec {
  readonly namespace: string;
  /** The lower, the earlier it is asked. */
  readonly priority: number;
  /** The first that fits decides. */
  readonly egress: ClusterNetworkRule[];
}

/** As in NetworkPolicies, but for blocks, which have no exceptions, and peers without anything, which are the pods of every namespace. */
export interface ClusterNetworkRule extends NetworkRule {
  readonly name: string;
  readonly action: 'Pass' | 'Deny';
}

/** What may be written to the cluster, in CEL. */
export interface AdmissionPolicySpec {
  readonly resources: { readonly apiGroups: string[]; readonly apiVersions: string[]; readonly resources: string[]; readonly operations: string[] }[];
  /** The policy is asked where all of them hold. */
  readonly matchConditions: NamedExpression[];
  readonly variables: NamedExpression[];
  readonly validations: { readonly expression: string; readonly reason: string; readonly message?: string; readonly messageExpression?: string }[];
}

export interface NamedExpression {
  readonly name: string;
  readonly expression: string;
}

export interface AdmissionBindingSpec {
  readonly policyName: string;
  readonly validationActions: ('Deny' | 'Warn' | 'Audit')[];
  /** Of the namespaces of objects; all where it is left out. */
  readonly namespaceSelector?: object;
}

/** A Gateway of the Gateway API. Istiod makes its pods and its Service. */
export interface ManagedGatewaySpec {
  readonly className: 'istio' | 'istio-waypoint';
  readonly listeners: ManagedListener[];
  /** The namespaces whose ListenerSets may add listeners; `*` for all. None where it is left out. */
  readonly listenerNamespaces?: string[];
}

/** Listeners that a Gateway gets from another namespace. */
export interface ListenerSetSpec {
  readonly gateway: { readonly namespace: string; readonly name: string };
  readonly listeners: ManagedListener[];
}

export interface ManagedListener {
  readonly name: string;
  readonly port: number;
  readonly protocol: 'HTTP' | 'HTTPS' | 'TLS' | 'TCP' | 'HBONE';
  /** Every host where it is left out. */
  readonly hostname?: string;
  readonly tls?: ListenerTls;
  /** The namespaces of routes that may bind; `*` for all. Only the own one where it is left out. */
  readonly namespaces?: string[];
}

export interface ListenerTls {
  readonly mode: 'Terminate' | 'Passthrough';
  /** The names of Secrets in the namespace of the Gateway or ListenerSet. */
  readonly certificates?: string[];
  /** Istio's own. */
  readonly options?: { readonly [name: string]: string };
}

/** A route of the Gateway API for HTTP. Its rules are evaluated by how specific their matches are, and as written only among equals. */
export interface StandardRouteSpec {
  readonly parents: RouteParent[];
  /** Those of the parent where it is left out. */
  readonly hostnames?: string[];
  readonly rules: StandardRule[];
}

/** What a route is for. */
export interface RouteParent {
  readonly kind: 'Gateway' | 'ListenerSet' | 'ServiceEntry';
  readonly name: string;
  /** That of the route where it is left out. */
  readonly namespace?: string;
  /** The name of a listener. */
  readonly sectionName?: string;
  readonly port?: number;
}

export interface StandardRule {
  readonly matches: StandardMatch[];
  readonly requestHeaders?: Edits;
  readonly responseHeaders?: Edits;
  readonly rewrite?: { readonly hostname?: string; readonly path?: StandardPathChange };
  readonly redirect?: {
    readonly scheme?: string; readonly hostname?: string; readonly path?: StandardPathChange; readonly port?: number; readonly code: number;
  };
  /** None for a redirect. */
  readonly backends: StandardBackend[];
  readonly timeoutMs?: number;
  readonly mirror?: { readonly to: StandardBackend; readonly percent: number };
  readonly cors?: StandardCors;
  /** Of the experimental channel. */
  readonly retry?: { readonly attempts: number; readonly codes?: number[]; readonly perTryTimeoutMs?: number };
}

export interface StandardCors {
  readonly allowOrigins: string[];
  readonly allowMethods?: string[];
  readonly allowHeaders?: string[];
  readonly exposeHeaders?: string[];
  readonly maxAgeMs?: number;
  readonly allowCredentials: boolean;
}

export type StandardPathChange = { readonly prefix: string } | { readonly full: string };

export interface StandardBackend {
  /** A Service by its name, or whatever has a host name that Istio knows. */
  readonly kind: 'Service' | 'Hostname';
  readonly name: string;
  readonly namespace?: string;
  readonly port: number;
  readonly weight?: number;
}

/** A route of the Gateway API for connections that the gateway cannot read: TLS, by server names, or TCP. */
export interface OpaqueRouteSpec {
  readonly parents: RouteParent[];
  /** None for TCP. */
  readonly hostnames?: string[];
  readonly backends: StandardBackend[];
}

/** Lets routes of another namespace lead to Services of the grant's own. */
export interface ReferenceGrantSpec {
  readonly from: { readonly kind: 'HTTPRoute' | 'TLSRoute' | 'TCPRoute'; readonly namespace: string };
  readonly services: string[];
}

/** What may be done in a namespace. */
export interface RoleSpec {
  readonly rules: { readonly apiGroups: string[]; readonly resources: string[]; readonly verbs: string[] }[];
}

/** Who may do it. */
export interface RoleBindingSpec {
  readonly role: string;
  readonly serviceAccounts: { readonly name: string; readonly namespace: string }[];
}

/** A script from a ConfigMap, run once. */
export interface JobSpec {
  readonly image: string;
  readonly serviceAccount: string;
  readonly configMap: string;
  /** Its key in the ConfigMap. */
  readonly script: string;
  readonly limitS: number;
}
