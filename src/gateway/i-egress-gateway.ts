import { IConstruct } from 'constructs';

/** An egress gateway that routes can use. */
export interface IEgressGateway extends IConstruct {
  /** The name under which the sidecars of callers reach the gateway. */
  readonly legOneHost: string;
}
