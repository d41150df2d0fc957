import { ApiObject } from 'cdk8s';
import { Construct } from 'constructs';
import { AccessLogging } from './access-logging';
import { Metrics } from './metrics';
import { Tracing } from './tracing';
import { GatewayWorkload } from '../gateway/gateway-workload';
import { ObjectMetadata } from '../object-metadata';
import { Refuse, refuser } from '../private/basics/errors';
import { needObject } from '../private/basics/kinds';
import { labelOf } from '../private/basics/names';
import { checkTelemetry } from '../private/check/telemetry';
import { resolveWorkload } from '../private/check/workload';
import { addObject } from '../private/istio/manifest/object';
import { telemetry } from '../private/istio/telemetry';
import { podsKey } from '../private/model/gateway';
import { claim } from '../private/registry';

/** Properties of a `GatewayTelemetry`. Error `TelemetryEmpty` where nothing is said but the workload. */
export interface GatewayTelemetryProps {
  /** Where the pods of the gateway run, for ingress or egress. Error `TelemetryDuplicate` for a second one on the same pods. */
  readonly workload: GatewayWorkload;

  /**
   * What is logged.
   *
   * @default - as mesh config and the Telemetry of the namespace say
   */
  readonly accessLogging?: AccessLogging;

  /**
   * What is traced.
   *
   * @default - as mesh config and the Telemetry of the namespace say
   */
  readonly tracing?: Tracing;

  /**
   * What is counted.
   *
   * @default - as mesh config and the Telemetry of the namespace say
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
 * What the pods of a gateway log, trace and count: one Telemetry in their namespace, for them alone.
 *
 * @see https://istio.io/latest/docs/reference/config/telemetry/
 */
export class GatewayTelemetry extends Construct {
  /** The Telemetry. */
  public readonly telemetry: ApiObject;

  constructor(scope: Construct, id: string, props: GatewayTelemetryProps) {
    super(scope, id);
    const refuse: Refuse = refuser(this);
    needObject(props, 'props', refuse);
    const workload = resolveWorkload(props.workload, 'workload', refuse);
    const { namespace, selector, serviceName } = workload;
    const intent = checkTelemetry(props, refuse);
    const other = claim(this, 'telemetry', podsKey(workload));
    if (other) {
      refuse({ code: 'TelemetryDuplicate', prop: 'workload', got: `pods of Service ${namespace}/${serviceName}`, allowed: `pods that ${other.node.path} does not have`, fix: `say it in ${other.node.path}: Istio supports one Telemetry for a pod` });
    }
    const name = props.metadata?.name ?? labelOf(serviceName, 'telemetry');
    this.telemetry = addObject(this, { kind: 'Telemetry', id: 'telemetry', namespace, name, spec: telemetry(selector, intent) }, props.metadata);
  }
}
