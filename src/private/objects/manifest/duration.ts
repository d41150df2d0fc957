export function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms / 1000}s`;
}

/** As the Gateway API spells durations: whole numbers of up to five digits, each with its unit. */
export function standardDuration(ms: number): string {
  const units = [['h', 3_600_000], ['m', 60_000], ['s', 1000], ['ms', 1]] as const;
  let left = ms;
  return units.map(([unit, length]) => {
    const count = Math.floor(left / length);
    left -= count * length;
    return count > 0 ? `${count}${unit}` : '';
  }).join('');
}
