/** The owner of a declaration, which counts only while its owner is part of the app. */
export interface Owner { isAttached(): boolean }

/** What every declaration has: the path of its construct, which is unique in the app. */
export interface Declared { readonly path: string }

interface Entry<T> { model: T; readonly owner: Owner }

/** The declarations under one key, in the order of their paths, regardless of when they were declared. */
interface Shelf<T> {
  entries: Entry<T>[];
  /** Their models, created on demand. */
  models?: readonly T[];
}

/** Declarations of one kind, found by keys. */
export class Collection<T extends Declared> {
  private readonly entries = new Map<Owner, Entry<T>>();
  private readonly shelves = new Map<string, Shelf<T>>();

  constructor(private readonly keysOf: (model: T) => readonly string[]) {}

  /** Adds the declaration of an owner, or replaces it; the new one must keep all keys of the old one. */
  public put(model: T, owner: Owner): void {
    let entry = this.entries.get(owner);
    if (entry) entry.model = model;
    else this.entries.set(owner, entry = { model, owner });
    for (const key of this.keysOf(model)) {
      let shelf = this.shelves.get(key);
      if (!shelf) this.shelves.set(key, shelf = { entries: [] });
      insert(shelf, entry);
    }
  }

  public all(): readonly T[] {
    return [...this.entries.values()].filter(({ owner }) => owner.isAttached()).map(({ model }) => model).sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  public owners(): Owner[] {
    return [...this.entries.keys()].filter(owner => owner.isAttached());
  }

  /** Returns the same array as long as nothing under the key changes. The key may be given in parts or joined. */
  public with(...key: (string | number)[]): readonly T[] {
    const shelf = this.shelves.get(keyOf(...key));
    return shelf ? modelsOf(shelf) : [];
  }

  /** Like `with`, but returns the owners. */
  public ownersWith(key: (string | number)[], isMeant: (model: T) => boolean = () => true): Owner[] {
    const shelf = this.shelves.get(keyOf(...key));
    return shelf ? attached(shelf).filter(({ model }) => isMeant(model)).map(({ owner }) => owner) : [];
  }

  /** The declarations as plain data. */
  public toJSON(): readonly T[] {
    return this.all();
  }
}

export function keyOf(...parts: (string | number)[]): string {
  return parts.join(' ');
}

/** Inserts an entry in order, unless it is there already. */
function insert<T extends Declared>(shelf: Shelf<T>, entry: Entry<T>): void {
  const { entries } = shelf;
  shelf.models = undefined;
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (entries[middle].model.path < entry.model.path) low = middle + 1;
    else high = middle;
  }
  // a removed construct may have had the same path
  for (let i = low; i < entries.length && entries[i].model.path === entry.model.path; i++) if (entries[i] === entry) return;
  entries.splice(low, 0, entry);
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
