import { Labels } from './labels';

/** An object, as a back end wants it in the cluster. */
export interface RenderedObject {
  /** The id of the construct. */
  readonly id: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Left out for objects of the whole cluster. */
  readonly namespace?: string;
  /** By default, cdk8s generates it from the path of the construct. */
  readonly name?: string;
  readonly labels?: Labels;
  readonly annotations?: Labels;
  /** A function if it depends on other constructs: it is called at synthesis. */
  readonly spec: object | (() => object);
  /** Whether these fields stand beside the metadata instead of in a `spec`; they are never a function. */
  readonly inline?: true;
  /** The field that holds it. By default, `spec`. */
  readonly field?: 'data';
}
