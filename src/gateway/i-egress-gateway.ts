import { IConstruct } from 'constructs';

/** An egress gateway that routes can use. */
export interface IEgressGateway extends IConstruct {
  /** The host name that callers' sidecars use to reach the gateway; none if it is a waypoint without a `sidecarGateway`. */
  readonly legOneHost?: string;
}
