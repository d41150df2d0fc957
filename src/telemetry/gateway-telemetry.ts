import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AccessLogging } from './access-logging';
import { Metrics } from './metrics';
import { Tracing } from './tracing';
import { GatewayWorkload } from '../gateway/gateway-workload';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { needChart } from '../private/app/chart';
import { appModelOf, declare, makingRefuser } from '../private/app/declared';
import { addObject } from '../private/app/objects';
import { Refuse } from '../private/basics/errors';
import { labelOf } from '../private/basics/names';
import { takeProps } from '../private/basics/take';
import { checkManagedPods } from '../private/check/managed-gateway';
import { checkTelemetry } from '../private/check/telemetry';
import { resolvePods } from '../private/check/workload';
import { telemetry } from '../private/istio/telemetry';
import { canBeSamePods } from '../private/model/pods';
import { rendered } from '../private/objects/manifest/object';

/** Properties of a `GatewayTelemetry`. Error `TelemetryEmpty` if only the workload is set. */
export interface GatewayTelemetryProps {
  /** Where the pods of the gateway run, for ingress or egress. Errors `TelemetryDuplicate` for a second one on the same pods, `WorkloadInvalid`. */
  readonly workload: GatewayWorkload;

  /**
   * Which requests are logged.
   *
   * @default - the settings of mesh config and of the namespace's Telemetry
   */
  readonly accessLogging?: AccessLogging;

  /**
   * Which requests are traced.
   *
   * @default - the settings of mesh config and of the namespace's Telemetry
   */
  readonly tracing?: Tracing;

  /**
   * Which metrics are reported.
   *
   * @default - the settings of mesh config and of the namespace's Telemetry
   */
  readonly metrics?: Metrics;

  /**
   * Name, labels and annotations.
   *
   * @default - named after the gateway's Service
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * Access logs, traces and metrics of a gateway: one Telemetry in the namespace of its pods, which applies only to them.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 * @example
 * new GatewayTelemetry(chart, 'telemetry', {
 *   workload: GatewayWorkload.helmRelease('istio-egressgateway', { namespace: 'istio-system' }),
 *   accessLogging: AccessLogging.all(),
 * });
 */
export class GatewayTelemetry extends Construct {
  /** The Telemetry. */
  public readonly telemetry: ApiObject;

  /** All objects of the construct: the Telemetry. */
  public readonly parts: ApiObject[];

  /**
   * @param scope the chart to which the objects belong, or a construct in it
   * @param id the name of the construct in its scope, from which names of its objects may be derived
   * @param props the pods of the gateway, and what they report
   */
  constructor(scope: Construct, id: string, props: GatewayTelemetryProps) {
    super(scope, id);
    const refuse: Refuse = makingRefuser(this);
    props = takeProps('GatewayTelemetryProps', props, refuse);
    needChart(this, refuse);
    const workload = resolvePods(props.workload, 'workload', refuse);
    if (workload.gatewayApi) checkManagedPods(workload, MeshSettings.of(this), refuse);
    const { namespace, selector, serviceName } = workload;
    const intent = checkTelemetry(props, refuse);
    const other = appModelOf(this).telemetries.with('pods', namespace).find(one => canBeSamePods(one.workload, workload));
    if (other) {
      refuse({ code: 'TelemetryDuplicate', prop: 'workload', got: `pods of Service ${namespace}/${serviceName}`, allowed: `pods that ${other.path} does not select`, fix: `configure it in ${other.path}: Istio supports one Telemetry per pod` });
    }
    const name = props.metadata?.name ?? labelOf(serviceName, 'telemetry');
    this.telemetry = addObject(this, rendered({ kind: 'Telemetry', id: 'telemetry', namespace, name, spec: telemetry(selector, intent) }), props.metadata);
    this.parts = [this.telemetry];
    this.node.defaultChild = this.telemetry;
    declare(this, 'telemetries', { path: this.node.path, workload }, this.parts);
  }
}
