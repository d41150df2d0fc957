/** A text condition that the user wrote, checked. */
export interface TextCondition { readonly kind: 'exact' | 'prefix' | 'regex'; readonly value: string }
/** With `ignoreCase` the value is in lower case, and has letters. */
export interface PathCondition { readonly kind: 'exact' | 'prefix' | 'rawPrefix' | 'regex'; readonly value: string; readonly ignoreCase?: true }
export interface HeaderCondition { readonly kind: 'exact' | 'prefix' | 'regex' | 'present' | 'absent'; readonly value?: string }

/** The conditions of a `RouteMatch`, checked, with names in the form in which they are compared. */
export interface Match {
  readonly path?: PathCondition;
  readonly headers: ReadonlyMap<string, HeaderCondition>;
  readonly queryParams: ReadonlyMap<string, TextCondition>;
  readonly methods: string[];
  readonly authority?: TextCondition;
  readonly scheme?: string;
}

export const NO_CONDITION: Match = {
  path: undefined, authority: undefined, scheme: undefined, headers: new Map(), queryParams: new Map(), methods: [],
};

/** The matches of a list; none at all stands for every request. */
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
