/** The value below which a share of the sample lies, interpolated. */
export function quantile(sample: number[], share: number): number {
  const sorted = [...sample].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.ceil(at);
  return sorted[low] + (sorted[high] - sorted[low]) * (at - low);
}

export function median(sample: number[]): number {
  return quantile(sample, 0.5);
}

/** Median and the middle half of the sample. */
export function spread(sample: number[]): string {
  return `${median(sample).toFixed(2)} (${quantile(sample, 0.25).toFixed(2)} to ${quantile(sample, 0.75).toFixed(2)})`;
}
