import { IConstruct } from 'constructs';

/** Rules to which a route can hand over requests. */
export interface IIngressDelegate extends IConstruct {
  /** The VirtualService of the rules: `namespace/name`. */
  readonly delegateName: string;
}
