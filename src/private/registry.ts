import { IConstruct } from 'constructs';

/** What the constructs of one app have claimed so far: key -> who. */
const claims = new WeakMap<IConstruct, Map<string, IConstruct>>();

/** Who has claimed a key. */
export function claimant(scope: IConstruct, ...key: (string | number)[]): IConstruct | undefined {
  return claims.get(scope.node.root)?.get(key.join(' '));
}

/** Claims a key for a construct of the app; returns the construct that had it before, if any. */
export function claim(owner: IConstruct, ...key: (string | number)[]): IConstruct | undefined {
  const root = owner.node.root;
  let map = claims.get(root);
  if (!map) claims.set(root, map = new Map());
  const text = key.join(' ');
  const before = map.get(text);
  if (!before) map.set(text, owner);
  return before;
}

const lists = new WeakMap<IConstruct, Map<string, unknown[]>>();

/** A list that the constructs of one app share. */
export function shared<T>(scope: IConstruct, ...key: (string | number)[]): T[] {
  const root = scope.node.root;
  let map = lists.get(root);
  if (!map) lists.set(root, map = new Map());
  const text = key.join(' ');
  if (!map.has(text)) map.set(text, []);
  return map.get(text) as T[];
}
