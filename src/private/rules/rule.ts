import { Manifest } from '../manifests/manifest';
import { ManifestSet } from '../manifests/set';

/** Something wrong in one object. */
export interface Fault {
  readonly object: Manifest;
  /** Where in the object: `spec.gateways[0]`. */
  readonly field: string;
  /** What is there, what comes of it. */
  readonly message: string;
  /** The change that helps here; without it the rule's own. */
  readonly fix?: string;
}

export interface Rule {
  /** Part of the public API: never renamed or given another meaning. */
  readonly code: string;
  /** What is wrong, in one sentence. */
  readonly cause: string;
  /** What a client sees. */
  readonly effect: string;
  readonly fix: string;
  readonly find: (set: ManifestSet) => Iterable<Fault>;
}

/** A fault, and the rule that found it. */
export interface Finding extends Required<Fault> {
  readonly code: string;
}
