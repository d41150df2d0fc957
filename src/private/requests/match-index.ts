import { Match, PathCondition, PORT, trimSlash } from '../model/match';

interface Entry<T> {
  readonly match: Match;
  readonly value: T;
}

/** Finds values by the conditions of their matches, so that no match has to be compared with all others. */
export class MatchIndex<T> {
  private readonly pathless = new Shelf<T>();
  private readonly expressions = new Map<string, Shelf<T>>();
  private readonly root = new Place<T>();

  public add(match: Match, value: T): void {
    this.shelfFor(match.path).add({ match, value });
  }

  /** All matches that overlap this one, and possibly some others. */
  public overlapping(match: Match): Entry<T>[] {
    const { path } = match;
    const shelves = [this.pathless, ...this.expressions.values()];
    if (!path || path.kind === 'regex') {
      this.root.collect(shelves);
    } else {
      const { pieces, rest } = spotOf(path);
      const place = this.walk(pieces, shelves);
      if (path.kind === 'exact') shelves.push(...place?.exact ? [place.exact] : []);
      else if (path.kind === 'prefix') place?.collect(shelves);
      else place?.collectFrom(rest, shelves);
    }
    return [...new Set(shelves)].flatMap(shelf => shelf.overlapping(match));
  }

  /** All matches that cover this one, and possibly some others. */
  public covering(match: Match): Entry<T>[] {
    const { path } = match;
    const shelves = [this.pathless];
    if (path?.kind === 'regex') {
      shelves.push(...this.expressions.has(path.value) ? [this.expressions.get(path.value)!] : []);
    } else if (path) {
      if (path.kind === 'exact') shelves.push(...this.expressions.values());
      const place = this.walk(piecesOf(path.value), shelves);
      if (place?.exact) shelves.push(place.exact);
    }
    return shelves.flatMap(shelf => shelf.covering(match));
  }

  private shelfFor(path: PathCondition | undefined): Shelf<T> {
    if (!path) return this.pathless;
    if (path.kind === 'regex') return getOrMake(this.expressions, path.value, () => new Shelf());
    const { pieces, rest } = spotOf(path);
    const place = pieces.reduce((at, piece) => getOrMake(at.children, piece, () => new Place()), this.root);
    return path.kind === 'rawPrefix' ? getOrMake(place.rawPrefixes, rest, () => new Shelf()) : place[path.kind] ??= new Shelf();
  }

  /** Walks down to a place, if it exists, and collects the prefixes on the way. */
  private walk(pieces: string[], shelves: Shelf<T>[]): Place<T> | undefined {
    let place: Place<T> | undefined = this.root;
    for (const piece of pieces) {
      place.collectPrefixes(piece, shelves);
      place = place.children.get(piece);
      if (!place) return undefined;
    }
    if (place.prefix) shelves.push(place.prefix);
    return place;
  }
}

/** Matches whose paths have the same segments; character prefixes are stored at their last whole segment, by the rest. */
class Place<T> {
  public readonly children = new Map<string, Place<T>>();
  public exact?: Shelf<T>;
  public prefix?: Shelf<T>;
  public readonly rawPrefixes = new Map<string, Shelf<T>>();

  /** The prefixes of paths that continue with a segment. */
  public collectPrefixes(piece: string, shelves: Shelf<T>[]): void {
    if (this.prefix) shelves.push(this.prefix);
    for (let length = 0; this.rawPrefixes.size > 0 && length <= piece.length; length++) {
      const shelf = this.rawPrefixes.get(piece.slice(0, length));
      if (shelf) shelves.push(shelf);
    }
  }

  /** All paths that continue with these characters. */
  public collectFrom(start: string, shelves: Shelf<T>[]): void {
    this.collectPrefixes(start, shelves);
    for (const [rest, shelf] of this.rawPrefixes) if (rest.startsWith(start)) shelves.push(shelf);
    for (const [piece, child] of this.children) if (piece.startsWith(start)) child.collect(shelves);
  }

  public collect(shelves: Shelf<T>[]): void {
    for (const shelf of [this.exact, this.prefix, ...this.rawPrefixes.values()]) if (shelf) shelves.push(shelf);
    for (const child of this.children.values()) child.collect(shelves);
  }
}

function getOrMake<T>(map: Map<string, T>, key: string, make: () => T): T {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** The place of a path. Case is ignored; comparing it is up to the caller. */
function spotOf({ kind, value }: PathCondition): { readonly pieces: string[]; readonly rest: string } {
  if (kind === 'prefix') return { pieces: trimSlash(value) === '' ? [] : piecesOf(trimSlash(value)), rest: '' };
  const pieces = piecesOf(value);
  return kind === 'exact' ? { pieces, rest: '' } : { pieces: pieces.slice(0, -1), rest: pieces[pieces.length - 1] };
}

function piecesOf(path: string): string[] {
  return path.toLowerCase().split('/');
}

/** Matches that their paths do not distinguish. Those that require an exact header, parameter or authority are indexed by one such value. */
class Shelf<T> {
  private readonly loose: Entry<T>[] = [];
  private readonly pinned = new Map<string, Map<string, Entry<T>[]>>();

  public add(entry: Entry<T>): void {
    const lists = [...pinsOf(entry.match)].map(([what, text]) => {
      const texts = getOrMake(this.pinned, what, () => new Map<string, Entry<T>[]>());
      return { texts, text, list: texts.get(text) ?? [] };
    });
    // the rarest value is the most selective
    const [rarest] = lists.sort((a, b) => a.list.length - b.list.length);
    if (rarest) rarest.texts.set(rarest.text, rarest.list);
    (rarest?.list ?? this.loose).push(entry);
  }

  public overlapping(match: Match): Entry<T>[] {
    const pins = pinsOf(match);
    const found = [...this.pinned].flatMap(([what, texts]) => (pins.has(what) ? texts.get(pins.get(what)!) ?? [] : [...texts.values()].flat()));
    return found.length > 0 ? [...this.loose, ...found] : this.loose;
  }

  public covering(match: Match): Entry<T>[] {
    const found = [...pinsOf(match)].flatMap(([what, text]) => this.pinned.get(what)?.get(text) ?? []);
    return found.length > 0 ? [...this.loose, ...found] : this.loose;
  }
}

function pinsOf({ headers, queryParams, authority }: Match): Map<string, string> {
  const pins = new Map<string, string>();
  for (const { name, kind, value } of headers) if (kind === 'exact') pins.set(`header ${name}`, value!);
  for (const { name, kind, value } of queryParams) if (kind === 'exact') pins.set(`parameter ${name}`, value);
  // an authority without a port covers all ports
  if (authority?.kind === 'exact') pins.set('authority', authority.value.replace(PORT, ''));
  return pins;
}
