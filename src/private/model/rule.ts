import { Match, PathCondition } from './match';

/** A checked rule. */
export interface Rule {
  /** Empty means every request. */
  readonly matches: Match[];
  readonly action?: Action;
  readonly timeoutMs?: number;
  readonly retries?: RetriesSpec;
  readonly rewrite?: RewriteIntent;
  readonly requestHeaders?: Edits;
  readonly responseHeaders?: Edits;
  readonly fault?: FaultSpec;
  readonly mirror?: MirrorSpec;
  /** Rules with this field also match the preflights of their requests. */
  readonly cors?: CorsSpec;
}

/** The destinations to which a rule sends requests and mirrored copies. */
export function targetsOf({ action, mirror }: Rule): Target[] {
  return [...(action?.kind === 'forward' ? action.to : []), ...(mirror ? [mirror.to] : [])];
}

export interface RewriteIntent {
  readonly path?: {
    readonly kind: 'prefix' | 'full' | 'regex';
    readonly value: string;
    readonly regex?: string;
    /** The prefixes that the user matched; the matches of the rule may have been narrowed since. */
    readonly prefixes?: PathCondition[];
  };
  readonly authority?: string;
}

export interface RetriesSpec {
  /** Attempts after the first. */
  readonly attempts: number;
  readonly perTryTimeoutMs?: number;
  readonly retryOn?: string[];
}

export interface Edits {
  readonly set?: { readonly [name: string]: string };
  readonly add?: { readonly [name: string]: string };
  readonly remove?: string[];
}

export interface FaultSpec {
  readonly delay?: { readonly percent: number; readonly ms: number };
  readonly abort?: { readonly percent: number; readonly status: number };
}

/** Preflights from origins that are not listed are answered too, without permission. */
export interface CorsSpec {
  readonly allowOrigins: TextMatch[];
  readonly allowMethods?: string[];
  readonly allowHeaders?: string[];
  readonly exposeHeaders?: string[];
  readonly maxAgeMs?: number;
  readonly allowCredentials: boolean;
}

export interface MirrorSpec {
  readonly to: Target;
  readonly percent: number;
}

/** Istio's one-of for texts; empty matches any value that is present. */
export interface TextMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export type Action =
  | { readonly kind: 'forward'; readonly to: WeightedTarget[] }
  | { readonly kind: 'redirect'; readonly scheme?: string; readonly authority?: string; readonly uri?: string; readonly port?: number; readonly code: number }
  | { readonly kind: 'delegate'; readonly name: string; readonly namespace: string }
  | { readonly kind: 'respond'; readonly status: number; readonly body?: string };

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly subset?: string;
}

export interface WeightedTarget extends Target {
  /** Undefined for a single target. */
  readonly weight?: number;
  /** Edits of the requests to this target; each of several targets may need a different Host header. */
  readonly requestHeaders?: Edits;
}
