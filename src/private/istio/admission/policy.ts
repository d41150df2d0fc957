import { GatewayFacts } from '../../model/gateway';
import { AdmissionBindingSpec } from '../../objects/plans';

type Actions = AdmissionBindingSpec['validationActions'];

/** What admission control knows of a lock. */
export interface AdmissionFacts {
  readonly gateway: Pick<GatewayFacts, 'namespace' | 'selector'>;
  readonly namespaces: string[];
  /** Those that have routes through the gateway. */
  readonly hosts: string[];
  readonly actions: Actions;
  /** Whether pods that may run as root are refused. */
  readonly refusesUsers: boolean;
}

export const WATCH: Actions = ['Warn', 'Audit'];

/** What a policy and its binding say. */
export interface Policy {
  readonly resources: { readonly groups: string[]; readonly versions?: string[]; readonly resources: string[]; readonly operations: string[] }[];
  readonly conditions?: { readonly [name: string]: string };
  readonly variables?: { readonly [name: string]: string };
  /** Expressions that must hold, with the message where one does not: an expression itself, where it begins with a quote. */
  readonly validations: readonly (readonly [expression: string, message: string])[];
  readonly actions: Actions;
  /** The namespaces whose objects are looked at; all where it is left out. */
  readonly namespaces?: { readonly operator: 'In' | 'NotIn'; readonly values: string[] };
}

/** A list or text of CEL: JSON is a part of it. */
export const cel = (value: unknown) => JSON.stringify(value);
