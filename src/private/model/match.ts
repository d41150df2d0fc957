/** A text condition that the user wrote, checked. */
export interface TextCondition { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string }
/** With `ignoreCase`, the value is in lower case and contains letters. */
export interface PathCondition { readonly kind: 'exact' | 'prefix' | 'rawPrefix' | 'regex'; readonly value: string; readonly ignoreCase?: true }
export interface HeaderCondition { readonly name: string; readonly kind: 'exact' | 'prefix' | 'regex' | 'present' | 'absent'; readonly value?: string }
export interface QueryParamCondition extends TextCondition { readonly name: string }

/** The checked conditions of a `RouteMatch`, with names in the form in which they are compared. */
export interface Match {
  readonly path?: PathCondition;
  /** Each name once, sorted. */
  readonly headers: HeaderCondition[];
  /** Each name once, sorted. */
  readonly queryParams: QueryParamCondition[];
  readonly methods: string[];
  readonly authority?: TextCondition;
  readonly scheme?: string;
}

export const NO_CONDITION: Match = {
  path: undefined, authority: undefined, scheme: undefined, headers: [], queryParams: [], methods: [],
};

/** Conditions sorted by name, so that equal ones compare as equal. */
export function byName<T extends { readonly name: string }>(conditions: Iterable<T>): T[] {
  return [...conditions].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The matches of a list; an empty list means every request. */
export function orEverything(matches: Match[]): Match[] {
  return matches.length === 0 ? [NO_CONDITION] : matches;
}

export function trimSlash(path: string): string {
  return path.replace(/\/+$/, '');
}

/** The port in a Host header. */
export const PORT = /:\d+$/;

export function isBareHost({ kind, value }: TextCondition): boolean {
  return kind === 'exact' && !PORT.test(value);
}
