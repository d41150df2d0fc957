import { IConstruct } from 'constructs';

/** A service outside the mesh. */
export interface IExternalService extends IConstruct {
  /** The hosts of the service. */
  readonly hosts: string[];
}
