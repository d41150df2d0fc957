import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { ClusterDns } from './cluster-dns';
import { MeshPeer } from './mesh-peer';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { chartNamespace } from '../private/app/chart';
import { appModelOf, checkLate, declare, makingRefuser } from '../private/app/declared';
import { addObject } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { checkScope } from '../private/check/lock';
import { scopeRefusals } from '../private/check/lock-conflicts';
import { DEFAULT_NAME } from '../private/istio/lock';
import { sidecarOf } from '../private/istio/sidecar';
import { renderedLate } from '../private/objects/manifest/object';

/** Properties of a `SidecarScope`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface SidecarScopeProps {
  /**
   * The workloads in the cluster that workloads of the namespace call, beside those of the namespace itself. Calls to others still pass, unless the
   * mesh refuses what sidecars do not know; but as plain connections, without mesh mTLS and without routes. Errors as in `MeshPeer`.
   *
   * @default - none
   */
  readonly calls?: MeshPeer[];

  /**
   * The collectors to which the sidecars send traces and access logs. Without them, sidecars would stop sending, and report no error.
   *
   * @default - none
   */
  readonly telemetry?: MeshPeer[];

  /**
   * Whether workloads call the Kubernetes API server.
   *
   * @default false
   */
  readonly callsKubeApi?: boolean;

  /**
   * Which pods resolve names for the cluster.
   *
   * @default ClusterDns.kubeDns()
   */
  readonly dns?: ClusterDns;

  /**
   * Name, labels and annotations.
   *
   * @default - named `default`, so that a second Sidecar for the namespace has the same name instead of being ignored
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * What sidecars in the chart's namespace know: their own namespace, what the routes of this app need, and what the workloads call. Everything else
 * costs each sidecar memory and updates for nothing.
 *
 * It creates one Sidecar, and locks nothing: see `EgressLock` for that. Errors `NamespaceMissing`, `LockDuplicate` if a lock or another scope covers
 * the namespace, `LockOpened` if the app has another Sidecar for it.
 *
 * @see https://istio.io/latest/docs/reference/config/networking/sidecar/
 * @example
 * new SidecarScope(chart, 'scope', { calls: [MeshPeer.namespace('warehouse')] });
 */
export class SidecarScope extends Construct {
  /** The Sidecar. */
  public readonly sidecar: ApiObject;

  /** All objects of the construct: the Sidecar. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props what the workloads of the namespace call
   */
  constructor(scope: Construct, id: string, props: SidecarScopeProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('SidecarScopeProps', props, refuse);
    const namespace = chartNamespace(this, refuse);
    const intent = checkScope(props, props.callsKubeApi ?? false, MeshSettings.of(this).clusterDomain, refuse);
    const app = appModelOf(this);
    const head = { kind: 'Sidecar', id: 'sidecar', namespace, name: props.metadata?.name ?? DEFAULT_NAME } as const;
    this.sidecar = addObject(this, renderedLate(head, () => sidecarOf(app, namespace, intent)), props.metadata);
    this.parts = [this.sidecar];
    this.node.defaultChild = this.sidecar;
    const model = { path: this.node.path, namespace, scope: intent };
    declare(this, 'sidecarScopes', model, this.parts);
    checkLate(this, () => scopeRefusals(this.node.root, app, model), { always: true });
  }
}
