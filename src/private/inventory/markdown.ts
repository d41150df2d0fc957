import { Fact, factsIn, factsOfApp, factsOut } from './facts';
import { Inventory } from './inventory';
import { visible } from './visible';

/** The inventory as Markdown, one fact a line, so that a diff shows which facts changed. */
export function markdown(inventory: Inventory): string {
  const { waysOut, waysIn } = inventory;
  const about = factsOfApp(inventory);
  return [
    '# Ways out of the mesh and into it',
    ...about.length > 0 ? ['', ...list(about)] : [],
    ...section('Ways out', waysOut.map(way => [`${way.host}:${way.port}`, factsOut(way)])),
    ...section('Ways in', waysIn.map(way => [`${way.host}:${way.port}`, factsIn(way)])),
    '',
  ].join('\n');
}

function section(title: string, ways: (readonly [string, Fact[]])[]): string[] {
  return ['', `## ${title}`, '', ...ways.length > 0 ? ways.flatMap(([name, facts], i) => [...i > 0 ? [''] : [], `### ${code(name)}`, '', ...list(facts)]) : ['None.']];
}

function list(facts: Fact[]): string[] {
  return facts.map(({ label, text }) => `- ${label}: ${code(text)}`);
}

/** Text as it is, whatever it contains: longer runs of backticks surround those in it, and what would end the line is shown instead of meant. */
function code(text: string): string {
  const shown = visible(text);
  const longest = Math.max(0, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = longest > 0 || /^ .* $/.test(shown) ? ' ' : '';
  return fence + space + shown + space + fence;
}
