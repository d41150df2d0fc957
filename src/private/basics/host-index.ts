/** Finds values by host or wildcard without visiting every host. */
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

  /** The values whose host or wildcard covers this one, most specific first, then in insertion order. */
  public over(host: string): T[] {
    return patternsOver(host).flatMap(pattern => this.own.get(pattern) ?? []);
  }

  /** The values whose host or wildcard this one covers, in insertion order. */
  public under(pattern: string): readonly T[] {
    return this.below.get(pattern) ?? [];
  }
}

function put<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (!list) map.set(key, [value]);
  else list.push(value);
}

/** The patterns that cover a host or wildcard: itself, the wildcards above it, and `*`. */
export function patternsOver(host: string): string[] {
  if (host === '*') return [host];
  const patterns = [host];
  for (let dot = host.indexOf('.'); dot >= 0; dot = host.indexOf('.', dot + 1)) {
    const wildcard = `*${host.slice(dot)}`;
    if (wildcard !== host) patterns.push(wildcard);
  }
  return [...patterns, '*'];
}
