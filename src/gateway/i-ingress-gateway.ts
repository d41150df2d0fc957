import { IConstruct } from 'constructs';

/** An ingress gateway that routes can use. */
export interface IIngressGateway extends IConstruct {
  /** The Gateway as VirtualServices refer to it: `namespace/name`. */
  readonly gatewayName: string;
}
