/** What stands behind a declaration: while it is part of the app, the declaration counts. */
export interface Owner { isAttached(): boolean }

/** What every declaration has: the path of its construct, which nothing else in the app has. */
export interface Declared { readonly path: string }

interface Entry<T> { model: T; readonly owner: Owner; readonly keys: Set<string> }

/** Declarations of one kind, found by keys. Their order is that of their paths, whatever was declared first. */
export class Collection<T extends Declared> {
  private readonly entries = new Map<Owner, Entry<T>>();
  private readonly byKey = new Map<string, Entry<T>[]>();

  constructor(private readonly keysOf: (model: T) => Iterable<string>) {}

  /** Declares something, or what its owner declares from now on, which has all keys that it had before. */
  public put(model: T, owner: Owner): void {
    const entry = this.entries.get(owner) ?? { model, owner, keys: new Set() };
    entry.model = model;
    this.entries.set(owner, entry);
    for (const key of this.keysOf(model)) {
      if (entry.keys.has(key)) continue;
      entry.keys.add(key);
      const found = this.byKey.get(key);
      if (found) found.push(entry);
      else this.byKey.set(key, [entry]);
    }
  }

  public all(): T[] {
    return attached([...this.entries.values()]).map(({ model }) => model);
  }

  public with(...key: (string | number)[]): T[] {
    return attached(this.byKey.get(keyOf(...key)) ?? []).map(({ model }) => model);
  }

  /** As `with`, those who declare it. */
  public ownersWith(key: (string | number)[], isMeant: (model: T) => boolean = () => true): Owner[] {
    return attached(this.byKey.get(keyOf(...key)) ?? []).filter(({ model }) => isMeant(model)).map(({ owner }) => owner);
  }

  /** What the collection holds, as plain data. */
  public toJSON(): T[] {
    return this.all();
  }
}

export function keyOf(...parts: (string | number)[]): string {
  return parts.join(' ');
}

function attached<T extends Declared>(entries: Entry<T>[]): Entry<T>[] {
  return entries.filter(({ owner }) => owner.isAttached()).sort((a, b) => (a.model.path < b.model.path ? -1 : 1));
}
