import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { EgressLock } from './egress-lock';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { needChart } from '../private/app/chart';
import { appModelOf, checkLate, declare, makingRefuser } from '../private/app/declared';
import { addObjects } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { takeProps } from '../private/basics/take';
import { needSidecarLock } from '../private/check/declared';
import { renderedAdmission } from '../private/istio/admission';

/** What happens to pods in locked namespaces that may run as root, or do not say as which user they run. */
export enum PodUsers {
  /** They are created, with a warning and an audit annotation. */
  WARN = 'WARN',
  /** They are refused: they may become user 1337, whose traffic the sidecar does not see. A NetworkPolicy holds it all the same. */
  REFUSE = 'REFUSE',
}

/** Properties of an `EgressAdmission`. Errors `TypeInvalid` for a value of the wrong type, `PropUnknown` for an unknown prop. */
export interface EgressAdmissionProps {
  /** The lock that cannot be opened any more. While it observes, violations are only warned of and audited. */
  readonly lock: EgressLock;

  /**
   * What happens to pods that may run as root. Error `ValueUnknown`.
   *
   * @default PodUsers.WARN
   */
  readonly podUsers?: PodUsers;

  /**
   * Name, labels and annotations. The name is the first part of the name of each object.
   *
   * @default - named `egress-lock`
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * Refuses at the API server what would open a lock: pods without a sidecar or around it, in the network of the node, with user 1337, privileges or
 * NET_ADMIN; commands in `istio-proxy`; namespaces that lose injection; objects of locked namespaces that open another way (Sidecar, Gateway, EnvoyFilter,
 * ServiceEntry, WorkloadEntry, RequestAuthentication, NetworkPolicies with egress, ExternalName, EndpointSlices ...); and, in all namespaces, Gateways that can
 * select the pods of the egress gateway, and ServiceEntries for hosts that have routes through it.
 *
 * It creates six ValidatingAdmissionPolicies with their bindings, for the whole cluster: apply it with the rights of a cluster administrator.
 * Kubernetes 1.30 or later, error `KubernetesVersionTooOld`. Whoever deploys routes needs the right to `open` the resource `egresslocks` of group `cdk8s-istio` in the namespace of the
 * gateway, which need not exist as a resource; cluster administrators have it.
 *
 * Error `ChartMissing` outside a chart.
 *
 * @see https://kubernetes.io/docs/reference/access-authn-authz/validating-admission-policy/
 * @example
 * new EgressRoute(chart, 'api-route', { service: api, gateway: egress });
 * const lock = new EgressLock(chart, 'lock', { gateway: egress });
 * new EgressAdmission(chart, 'admission', { lock });
 */
export class EgressAdmission extends Construct {
  /** The policies and their bindings. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the lock that it keeps closed
   */
  constructor(scope: Construct, id: string, props: EgressAdmissionProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('EgressAdmissionProps', props, refuse);
    needChart(this, refuse);
    const settings = MeshSettings.of(this);
    if (!settings._kubernetesIsAtLeast('1.30')) {
      refuse({ code: 'KubernetesVersionTooOld', prop: 'kubernetesVersion', got: settings.kubernetesVersion, allowed: '1.30 or later, because the API server must have ValidatingAdmissionPolicy v1', fix: 'leave the EgressAdmission out, or raise kubernetesVersion in MeshSettings.of once the cluster is upgraded' });
    }
    const app = appModelOf(this);
    const lock = needSidecarLock(this, props.lock, refuse);
    const name = props.metadata?.name ?? 'egress-lock';
    const model = { path: this.node.path, lock: lock.path, refusesUsers: props.podUsers === PodUsers.REFUSE };
    this.parts = addObjects(this, renderedAdmission(app, lock, model, name), props.metadata);
    this.node.defaultChild = this.parts[0];
    declare(this, 'egressAdmissions', model, this.parts);
    checkLate(this, () => (app.egressLocks.all().some(({ path }) => path === lock.path) ? [] : [
      { code: 'ConstructRemoved', prop: 'lock', got: lock.path, allowed: 'an EgressLock that is part of the App', fix: 'pass one that is still in its scope, or remove both' },
    ]));
  }
}
