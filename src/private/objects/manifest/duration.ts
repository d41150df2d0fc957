export function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : `${ms / 1000}s`;
}
