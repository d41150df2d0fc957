import { Match, PathCondition } from './match';

/** What a rule says, checked. */
export interface Rule {
  /** Empty for every request. */
  readonly matches: Match[];
  readonly action?: Action;
  readonly timeoutMs?: number;
  readonly retries?: RetriesSpec;
  readonly rewrite?: RewriteIntent;
  readonly requestHeaders?: Edits;
  readonly responseHeaders?: Edits;
  readonly fault?: FaultSpec;
  readonly mirror?: MirrorSpec;
  /** Rules that have it take the preflights of their requests as well. */
  readonly cors?: CorsSpec;
}

/** Where a rule sends requests and copies. */
export function targetsOf({ action, mirror }: Rule): Target[] {
  return [...(action?.kind === 'forward' ? action.to : []), ...(mirror ? [mirror.to] : [])];
}

export interface RewriteIntent {
  readonly path?: {
    readonly kind: 'prefix' | 'full' | 'regex';
    readonly value: string;
    readonly regex?: string;
    /** Those that the user matched; the matches of the rule may have been narrowed since. */
    readonly prefixes?: PathCondition[];
  };
  readonly authority?: string;
}

export interface RetriesSpec {
  /** Tries beyond the first. */
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

/** Preflights of origins that are not listed are answered as well, without leave. */
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

/** Istio's one-of for texts; empty means that the text is there, whatever it is. */
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
  /** Left out for a single target. */
  readonly weight?: number;
  /** Edits of the requests that go to this target; of several targets each may see another Host. */
  readonly requestHeaders?: Edits;
}
