/** The name that was probably meant, if any is close. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  const plain = (name: string) => name.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase();
  const near = names.map(name => ({ name, distance: distanceOf(plain(given), plain(name)) })).sort((a, b) => a.distance - b.distance)[0];
  return near && near.distance <= Math.max(1, Math.floor(given.length / 3)) ? near.name : undefined;
}

/** The edit distance. */
function distanceOf(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) next.push(Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length];
}
