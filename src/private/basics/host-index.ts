/** Values by hosts and wildcards, found without a look at every host. */
export class HostIndex<T extends { readonly host: string }> {
  private readonly own = new Map<string, T[]>();
  private readonly below = new Map<string, T[]>();

  constructor(values: Iterable<T> = []) {
    for (const value of values) this.add(value);
  }

  public add(value: T): void {
    put(this.own, value.host, value);
    for (const pattern of patternsOver(value.host)) put(this.below, pattern, value);
  }

  /** Those whose host or wildcard covers this one; the most specific first, then as they came. */
  public over(host: string): T[] {
    return patternsOver(host).flatMap(pattern => this.own.get(pattern) ?? []);
  }

  /** Those whose host or wildcard this one covers, as they came. */
  public under(pattern: string): readonly T[] {
    return this.below.get(pattern) ?? [];
  }
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else list.push(value);
}

/** What covers a host or wildcard: itself, the wildcards above it, and `*`. */
export function patternsOver(host: string): string[] {
  if (host === '*') return [host];
  const patterns = [host];
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
    const wildcard = `*${host.slice(dot)}`;
    if (wildcard !== host) patterns.push(wildcard);
  }
  return [...patterns, '*'];
}
