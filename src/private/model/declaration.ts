import type { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { AppModel } from './app-model';
import { Collection, Owner } from './collection';

/** The models of what constructs declare, by collection. */
export type Models = { [K in keyof AppModel]: AppModel[K] extends Collection<infer T> ? T : never };

/** What a construct declares, and the objects that it consists of. */
export interface Declaration<K extends keyof AppModel = keyof AppModel> extends Owner {
  readonly construct: IConstruct;
  readonly kind: K;
  model: Models[K];
  parts: readonly ApiObject[];
}

/** A symbol of the global registry, because npm sometimes installs a second copy of the package. */
const DECLARATION = Symbol.for('cdk8s-istio.Declaration');

export function declarationOf(construct: unknown): Declaration | undefined {
  return (construct as { [DECLARATION]?: Declaration } | null | undefined)?.[DECLARATION];
}

export function attach(construct: IConstruct, declaration: Declaration): void {
  Object.defineProperty(construct, DECLARATION, { value: declaration });
}
