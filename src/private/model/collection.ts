/** What stands behind a declaration: while it is part of the app, the declaration counts. */
export interface Owner { isAttached(): boolean }

/** What every declaration has: the path of its construct, which nothing else in the app has. */
export interface Declared { readonly path: string }

interface Entry<T> { model: T; readonly owner: Owner; readonly keys: Set<string> }

/** The declarations under one key. Their order is that of their paths, whatever was declared first. */
interface Shelf<T> {
  entries: Entry<T>[];
  /** Their models, made when they are asked for. */
  models?: readonly T[];
}

/** Declarations of one kind, found by keys. */
export class Collection<T extends Declared> {
  private readonly entries = new Map<Owner, Entry<T>>();
  private readonly shelves = new Map<string, Shelf<T>>();

  constructor(private readonly keysOf: (model: T) => Iterable<string>) {}

  /** Declares something, or what its owner declares from now on, which has all keys that it had before. */
  public put(model: T, owner: Owner): void {
    const known = this.entries.get(owner);
    const entry = known ?? { model, owner, keys: new Set() };
    entry.model = model;
    this.entries.set(owner, entry);
    for (const key of entry.keys) this.shelves.get(key)!.models = undefined;
    for (const key of this.keysOf(model)) {
      if (entry.keys.has(key)) continue;
      entry.keys.add(key);
      let shelf = this.shelves.get(key);
      if (!shelf) this.shelves.set(key, shelf = { entries: [] });
      insert(shelf, entry);
    }
  }

  public all(): readonly T[] {
    return [...this.entries.values()].filter(({ owner }) => owner.isAttached()).map(({ model }) => model).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  /** Returns the same array as long as nothing under the key changes. */
  public with(...key: (string | number)[]): readonly T[] {
    const shelf = this.shelves.get(keyOf(...key));
    return shelf ? modelsOf(shelf) : [];
  }

  /** As `with`, those who declare it. */
  public ownersWith(key: (string | number)[], isMeant: (model: T) => boolean = () => true): Owner[] {
    const shelf = this.shelves.get(keyOf(...key));
    return shelf ? attached(shelf).filter(({ model }) => isMeant(model)).map(({ owner }) => owner) : [];
  }

  /** What the collection holds, as plain data. */
  public toJSON(): readonly T[] {
    return this.all();
  }
}

export function keyOf(...parts: (string | number)[]): string {
  return parts.join(' ');
}

function insert<T extends Declared>(shelf: Shelf<T>, entry: Entry<T>): void {
  const { entries } = shelf;
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (entries[middle].model.path < entry.model.path) low = middle + 1;
    else high = middle;
  }
  entries.splice(low, 0, entry);
  shelf.models = undefined;
}

/** A construct that has been removed from the tree never comes back. */
function attached<T>(shelf: Shelf<T>): Entry<T>[] {
  if (!shelf.entries.every(({ owner }) => owner.isAttached())) {
    shelf.entries = shelf.entries.filter(({ owner }) => owner.isAttached());
    shelf.models = undefined;
  }
  return shelf.entries;
}

function modelsOf<T extends Declared>(shelf: Shelf<T>): readonly T[] {
  const entries = attached(shelf);
  return shelf.models ??= entries.map(({ model }) => model);
}
