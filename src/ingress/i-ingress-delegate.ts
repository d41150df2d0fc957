import { IConstruct } from 'constructs';

/** Rules to which a route can delegate requests. */
export interface IIngressDelegate extends IConstruct {
  /** The VirtualService with the rules: `namespace/name`. */
  readonly delegateName: string;
}
