import { ApiObject } from 'cdk8s';
import { Construct, IConstruct } from 'constructs';
import { GatewayWorkload } from './gateway-workload';
import { Caller } from '../egress/caller';
import { MeshSettings } from '../mesh-settings';
import { ObjectMetadata } from '../object-metadata';
import { checkPort } from '../private/checks';
import { refuser } from '../private/errors';
import { checkCaller } from '../private/intent/egress-route';
import { WorkloadFacts, resolveWorkload, workloadPortsText } from '../private/intent/workload';
import { isDnsLabel } from '../private/names';
import { GatewayFacts, legOneHost, legOneRule, sharedLegOne, sharedServer } from '../private/plan/egress-gateway';
import { addLateObject, addObject } from '../private/render/object';

/** An egress gateway that routes can use. */
export interface IEgressGateway extends IConstruct {
  /** The name under which the sidecars of callers reach the gateway. */
  readonly legOneHost: string;

  /** @internal */
  readonly _facts: GatewayFacts;

  /** @internal */
  readonly _workload: WorkloadFacts;

  /**
   * Makes the gateway known to namespaces.
   *
   * @internal
   */
  _showTo(namespaces: string[]): void;
}

/** Properties of an `EgressGateway`. */
export interface EgressGatewayProps {
  /** Where the pods of the gateway run. */
  readonly workload: GatewayWorkload;

  /**
   * The port of the gateway's Service that leg 1 uses, 1 to 65535. Error `EgressGatewayPortMissing`.
   *
   * @default 443
   */
  readonly port?: number;

  /**
   * Callers of routes that other apps declare. Those of routes in this app are known already. Error `NameInvalid`.
   *
   * @default - none
   */
  readonly callers?: Caller[];

  /**
   * Name, labels and annotations. The name is also part of the name under which callers reach the gateway.
   *
   * @default - the id of the construct
   */
  readonly metadata?: ObjectMetadata;
}

/**
 * The way into an egress gateway, which all routes share. It makes three objects in the namespace of the gateway's pods:
 * a Gateway with one server for mesh mTLS, to which only VirtualServices of that namespace can bind; a ServiceEntry that names
 * the pods `<name>.<namespace>.mesh.internal` for callers; and a DestinationRule that makes callers speak mTLS to that name.
 *
 * @see https://istio.io/latest/docs/tasks/traffic-management/egress/egress-gateway/
 */
export class EgressGateway extends Construct implements IEgressGateway {
  public readonly legOneHost: string;

  /** The Gateway. */
  public readonly gateway: ApiObject;

  /** The ServiceEntry that names the gateway's pods for callers. */
  public readonly legOneServiceEntry: ApiObject;

  /** The DestinationRule that makes callers speak mesh mTLS to the gateway. */
  public readonly legOneDestinationRule: ApiObject;

  /** @internal */
  public readonly _facts: GatewayFacts;
  /** @internal */
  public readonly _workload: WorkloadFacts;
  private readonly callers = new Set<string>();

  constructor(scope: Construct, id: string, props: EgressGatewayProps) {
    super(scope, id);
    const refuse = refuser(this);
    const workload = resolveWorkload(props.workload, 'workload', refuse);
    const number = checkPort(props.port ?? 443, 'port', refuse);
    const port = workload.ports.find(p => p.number === number);
    if (!port) {
      refuse({ code: 'EgressGatewayPortMissing', prop: 'port', got: number, allowed: workloadPortsText(workload), fix: `add port ${number} to the Service and to the GatewayWorkload, or set \`port\`` });
    }
    const name = props.metadata?.name ?? id;
    if (!isDnsLabel(name)) {
      refuse({ code: 'GatewayNameNotALabel', prop: props.metadata?.name === undefined ? 'id' : 'metadata.name', got: name, allowed: 'a DNS label: lower-case letters, digits and dashes, at most 63', fix: 'set metadata.name to a name without dots and capitals' });
    }
    const { namespace, selector } = workload;
    const facts: GatewayFacts = {
      name,
      namespace,
      selector,
      port: number,
      targetPort: port!.targetPort,
      serviceHost: `${workload.serviceName}.${namespace}.svc.${MeshSettings.of(this).clusterDomain}`,
    };
    this._facts = facts;
    this._workload = workload;
    this.legOneHost = legOneHost(facts);
    this._showTo((props.callers ?? []).map((c, i) => checkCaller(c, `callers[${i}]`, refuse).namespace));
    this.gateway = addObject(this, { kind: 'Gateway', id: 'gateway', namespace, name, spec: sharedServer(facts) }, props.metadata);
    this.legOneServiceEntry = addLateObject(this, { kind: 'ServiceEntry', id: 'leg-1', namespace, name: `${name}-leg-1` },
      () => sharedLegOne(facts, this.callers), props.metadata);
    this.legOneDestinationRule = addLateObject(this, { kind: 'DestinationRule', id: 'leg-1-mtls', namespace, name: `${name}-leg-1-mtls` },
      () => legOneRule(facts, this.legOneHost, this.callers), props.metadata);
  }

  /** @internal */
  public _showTo(namespaces: string[]): void {
    for (const namespace of namespaces) this.callers.add(namespace);
  }
}
