/** Prints a Markdown table under a heading. */
export function printTable(heading: string, columns: string[], rows: (string | number)[][]): void {
  const cells = [columns, ...rows.map(row => row.map(String))];
  const widths = columns.map((_, i) => Math.max(...cells.map(row => row[i].length)));
  const line = (row: string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  console.log([`\n## ${heading}\n`, line(columns), line(widths.map(width => '-'.repeat(width))), ...cells.slice(1).map(line)].join('\n'));
}

export function kB(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}
