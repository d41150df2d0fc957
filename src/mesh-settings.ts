import { IConstruct } from 'constructs';
import { checkObjectsByHand } from './private/app/objects-by-hand';
import { Refuse, refuser } from './private/basics/errors';
import { isDnsLabel, isDnsName } from './private/basics/names';
import { takeProps } from './private/basics/take';

/** Facts about the mesh that the library cannot find out by itself. */
export interface MeshSettingsOptions {
  /**
   * The version of Istio, as `major.minor`. Fields that this version does not support are refused. Error `IstioVersionTooOld`.
   *
   * @default 1.31
   */
  readonly istioVersion?: string;

  /**
   * The version of Kubernetes, as `major.minor`. What this version does not have is refused. Error `KubernetesVersionTooOld`.
   *
   * @default 1.30
   */
  readonly kubernetesVersion?: string;

  /**
   * The DNS domain of the cluster.
   *
   * @default cluster.local
   */
  readonly clusterDomain?: string;

  /**
   * The trust domain of the mesh: the first part of every workload identity.
   *
   * @default cluster.local
   */
  readonly trustDomain?: string;

  /**
   * The namespace whose configuration holds for the whole mesh (`meshConfig.rootNamespace`). A Sidecar object there must not hide from callers what
   * routes need. Error `SidecarHidesRoute`.
   *
   * @default istio-system
   */
  readonly rootNamespace?: string;

  /**
   * Whether sidecars answer DNS queries and assign addresses to external services (`ISTIO_META_DNS_CAPTURE`). TCP ports then need no `addresses`.
   *
   * @default false
   */
  readonly dnsCapture?: boolean;

  /**
   * Whether a Gateway selects pods in its own namespace only (`PILOT_SCOPE_GATEWAY_TO_NAMESPACE` at istiod). An `IngressGateway` must then be in a
   * chart with the namespace of its pods, error `GatewayNamespaceMismatch`; gateways in different namespaces may have the same labels.
   *
   * @default false
   */
  readonly scopeGatewayToNamespace?: boolean;

  /**
   * The widest visibility that `meshConfig.serviceEntryVisibility` leaves to ServiceEntries of this app, if `applyToSidecars` is set there, and in
   * any case to those that lead to waypoints. Objects that it would hide from the proxies that need them are refused. Error `ServiceEntryHidden`.
   *
   * @default ServiceEntryVisibility.PUBLIC
   * @see https://istio.io/latest/docs/reference/config/istio.mesh.v1alpha1/
   */
  readonly serviceEntryVisibility?: ServiceEntryVisibility;

  /**
   * The version of the Gateway API whose CRDs the cluster has, as `major.minor`. What this version does not have is refused.
   *
   * @default 1.5
   * @see https://gateway-api.sigs.k8s.io/guides/getting-started/
   */
  readonly gatewayApiVersion?: string;

  /**
   * The channel of the Gateway API whose CRDs the cluster has. Fields of the experimental channel are refused on the standard channel, where the
   * API server would drop them.
   *
   * @default GatewayApiChannel.STANDARD
   */
  readonly gatewayApiChannel?: GatewayApiChannel;

  /**
   * Whether waypoints serve TLS under wildcard hosts (`ENABLE_WILDCARD_HOST_SERVICE_ENTRIES_FOR_TLS` at istiod, from Istio 1.29).
   *
   * @default false
   */
  readonly wildcardTlsAtWaypoints?: boolean;
}

/** Which fields the CRDs of the Gateway API have. */
export enum GatewayApiChannel {
  /** Those that are stable. */
  STANDARD = 'STANDARD',
  /** Also those that may still change, such as retries of an HTTPRoute. */
  EXPERIMENTAL = 'EXPERIMENTAL',
}

/** How far a ServiceEntry can be seen, by `meshConfig.serviceEntryVisibility`. */
export enum ServiceEntryVisibility {
  /** Nowhere. */
  NONE = 'NONE',
  /** In its own namespace. */
  NAMESPACE = 'NAMESPACE',
  /** Wherever its `exportTo` says. */
  PUBLIC = 'PUBLIC',
}

/** A symbol of the global registry: two copies of the package in one app have the same settings. */
const SETTINGS = Symbol.for('cdk8s-istio.MeshSettings');

/**
 * The settings of the mesh for which an app is written. Set them once, before creating the first construct that needs them.
 *
 * @example
 * MeshSettings.of(app, { istioVersion: '1.30', trustDomain: 'mesh.example.com' });
 */
export class MeshSettings {
  /**
   * Sets the mesh settings of an app, or returns the current ones when called without options.
   *
   * @param scope the app, or any construct in it
   * @param options the settings. Error `MeshSettingsInvalid`; error `MeshSettingsConflict` if other settings have been made or the defaults have
   * already been used.
   */
  public static of(scope: IConstruct, options?: MeshSettingsOptions): MeshSettings {
    const root = scope.node.root as IConstruct & { [SETTINGS]?: MeshSettings };
    const before = root[SETTINGS];
    if (options === undefined && before) return before;
    const refuse = refuser(scope);
    const wanted = new MeshSettings(options === undefined ? {} : takeProps('MeshSettingsOptions', options, refuse, 'options'));
    checkSettings(wanted, refuse);
    const other = (Object.keys(wanted) as (keyof MeshSettings)[]).filter(key => before && before[key] !== wanted[key]);
    if (before && other.length > 0) {
      const settings = (of: MeshSettings) => Object.fromEntries(other.map(key => [key, of[key]]));
      refuse({
        code: 'MeshSettingsConflict', prop: 'options', got: settings(wanted), allowed: `the settings in use, ${JSON.stringify(settings(before))}`, fix: 'call MeshSettings.of(app, ...) once, right after creating the app',
      });
    }
    if (before) return wanted;
    Object.defineProperty(root, SETTINGS, { value: wanted });
    checkObjectsByHand(root, wanted);
    return wanted;
  }

  /** The version of Istio. */
  public readonly istioVersion: string;
  /** The version of Kubernetes. */
  public readonly kubernetesVersion: string;
  /** The DNS domain of the cluster. */
  public readonly clusterDomain: string;
  /** The trust domain of the mesh. */
  public readonly trustDomain: string;
  /** The namespace of mesh-wide configuration. */
  public readonly rootNamespace: string;
  /** Whether sidecars answer DNS queries. */
  public readonly dnsCapture: boolean;
  /** Whether a Gateway selects pods in its own namespace only. */
  public readonly scopeGatewayToNamespace: boolean;
  /** The widest visibility of ServiceEntries. */
  public readonly serviceEntryVisibility: ServiceEntryVisibility;
  /** The version of the Gateway API. */
  public readonly gatewayApiVersion: string;
  /** The channel of the Gateway API. */
  public readonly gatewayApiChannel: GatewayApiChannel;
  /** Whether waypoints serve TLS under wildcard hosts. */
  public readonly wildcardTlsAtWaypoints: boolean;

  private constructor(options: MeshSettingsOptions) {
    this.istioVersion = options.istioVersion ?? '1.31';
    this.kubernetesVersion = options.kubernetesVersion ?? '1.30';
    this.clusterDomain = options.clusterDomain ?? 'cluster.local';
    this.trustDomain = options.trustDomain ?? 'cluster.local';
    this.rootNamespace = options.rootNamespace ?? 'istio-system';
    this.dnsCapture = options.dnsCapture ?? false;
    this.scopeGatewayToNamespace = options.scopeGatewayToNamespace ?? false;
    this.serviceEntryVisibility = options.serviceEntryVisibility ?? ServiceEntryVisibility.PUBLIC;
    this.gatewayApiVersion = options.gatewayApiVersion ?? '1.5';
    this.gatewayApiChannel = options.gatewayApiChannel ?? GatewayApiChannel.STANDARD;
    this.wildcardTlsAtWaypoints = options.wildcardTlsAtWaypoints ?? false;
  }

  /** @internal */
  public _isAtLeast(version: string): boolean {
    return isAtLeast(this.istioVersion, version);
  }

  /** @internal */
  public _gatewayApiIsAtLeast(version: string): boolean {
    return isAtLeast(this.gatewayApiVersion, version);
  }

  /** @internal */
  public _kubernetesIsAtLeast(version: string): boolean {
    return isAtLeast(this.kubernetesVersion, version);
  }
}

function isAtLeast(version: string, wanted: string): boolean {
  const [major, minor] = version.split('.').map(Number);
  const [wantMajor, wantMinor] = wanted.split('.').map(Number);
  return major > wantMajor || (major === wantMajor && minor >= wantMinor);
}

/** `major.minor`, and perhaps a patch. */
const VERSION = /^[1-9]\d*\.\d+(\.\d+)?$/;

function checkSettings(settings: MeshSettings, refuse: Refuse): void {
  const { istioVersion, kubernetesVersion, clusterDomain, trustDomain, rootNamespace, gatewayApiVersion } = settings;
  if (!VERSION.test(istioVersion) || !isAtLeast(istioVersion, '1.22')) {
    refuse({ code: 'MeshSettingsInvalid', prop: 'istioVersion', got: istioVersion, allowed: 'a version from 1.22, such as 1.31', fix: 'write major.minor, as shown by istioctl version' });
  }
  if (!VERSION.test(kubernetesVersion)) {
    refuse({ code: 'MeshSettingsInvalid', prop: 'kubernetesVersion', got: kubernetesVersion, allowed: 'a version such as 1.30', fix: 'write major.minor, as shown by kubectl version' });
  }
  for (const [prop, name] of Object.entries({ clusterDomain, trustDomain })) {
    if (!isDnsName(name)) refuse({ code: 'MeshSettingsInvalid', prop, got: name, allowed: 'a DNS name such as cluster.local', fix: 'write only the name' });
  }
  if (!isDnsLabel(rootNamespace)) {
    refuse({ code: 'MeshSettingsInvalid', prop: 'rootNamespace', got: rootNamespace, allowed: 'the name of a namespace, such as istio-system', fix: 'correct the name' });
  }
  if (!VERSION.test(gatewayApiVersion)) {
    refuse({ code: 'MeshSettingsInvalid', prop: 'gatewayApiVersion', got: gatewayApiVersion, allowed: 'a version from 1.0, such as 1.5', fix: 'write major.minor, as the annotation gateway.networking.k8s.io/bundle-version of the CRDs shows' });
  }
  if (settings.wildcardTlsAtWaypoints && !settings._isAtLeast('1.29')) {
    refuse({ code: 'MeshSettingsInvalid', prop: 'wildcardTlsAtWaypoints', got: true, allowed: `false, because Istio ${istioVersion} has no such setting; it came with 1.29`, fix: 'leave it out, or raise istioVersion once the mesh is upgraded' });
  }
}
