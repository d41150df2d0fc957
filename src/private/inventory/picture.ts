import { Arrow, Box, Picture } from './graph';
import { html, Markup } from './html';
import type { dagre as Dagre } from './layout-engine';

/** Loaded with the first picture: most apps draw none. */
function dagre(): typeof Dagre {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- an import would load it with the library
  return require('./layout-engine').dagre;
}

/** In the font of the picture, which has characters of one width. */
const CHARACTER = 7.3;
const LINE = 17;
const PADDING = 10;
const MOST_LINES = 8;
const LONGEST = 44;

/** The page around it names the colours; what they say is also said by words and dashes. */
export const PICTURE_STYLE = `
.map text { font: 12px ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace; fill: var(--text) }
.map .title { fill: var(--muted) }
.map rect { fill: var(--box); stroke: var(--line) }
.map .gateway rect { fill: var(--gateway); stroke: var(--accent) }
.map path { fill: none; stroke-width: 1.6 }
.map .verified path { stroke: var(--good) }
.map .application path { stroke: var(--accent); stroke-dasharray: 7 3 }
.map .none path { stroke: var(--bad); stroke-dasharray: 2 3 }
.map .verified .head { fill: var(--good); stroke: none }
.map .application .head { fill: var(--accent); stroke: none }
.map .none .head { fill: var(--bad); stroke: none }
.map .label { fill: var(--page); stroke: none }
.map .dim { opacity: 0.25 }`;

/** What a box shows of itself. */
interface BoxText { readonly title: string; readonly lines: string[] }

interface Sized { readonly box: Box; readonly text: BoxText; readonly width: number; readonly height: number }

interface Point { readonly x: number; readonly y: number }

/** The picture, drawn. Boxes name the places of their ways, for the filter of the page. */
export function drawn({ boxes, arrows }: Picture, id: string, title: string): Markup {
  const { Graph } = dagre().graphlib;
  const graph = new Graph({ multigraph: false }).setGraph({ rankdir: 'LR', nodesep: 22, ranksep: 50, marginx: 12, marginy: 12 });
  const sized: Sized[] = boxes.map(box => ({ box, text: textOf(box) })).map(one => ({ ...one, ...sizeOf(one.text) }));
  // the layout puts the first of equal ones last
  for (const { box, width, height } of [...sized].reverse()) graph.setNode(box.id, { width, height });
  // one arrow for each pair of boxes: what differs between them is told in its label
  const merged = mergedArrows(arrows);
  const gateways = new Set(boxes.filter(({ kind }) => kind === 'gateway').map(({ id: gateway }) => gateway));
  for (const { from, to, label } of [...merged].reverse()) {
    // what goes around gateways is as long as two legs, so that all hosts stand in one column
    const minlen = gateways.has(from) || gateways.has(to) ? 1 : 2;
    graph.setEdge(from, to, { width: label.length * CHARACTER + 8, height: LINE, labelpos: 'c', minlen });
  }
  dagre().layout(graph);
  const widths = new Map(sized.map(({ box, width: w }) => [box.id, w]));
  /** From the right side of a box to the left of another, by the points that the layout wants between them. */
  const bends = ({ from, to }: Arrow) => {
    const side = (box: string, direction: 1 | -1) => ({ x: graph.node(box).x + direction * widths.get(box)! / 2, y: graph.node(box).y });
    const inner = graph.edge(from, to).points.slice(1, -1);
    return [side(from, 1), ...inner, side(to, -1)].map(({ x, y }) => ({ x: tenth(x), y: tenth(y) }));
  };
  const { width, height } = boxes.length > 0 ? graph.graph() : { width: 10, height: 10 };
  return html`<svg class="map" xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="${id}-title ${id}-text" viewBox="0 0 ${whole(width)} ${whole(height)}" width="${whole(width)}" height="${whole(height)}">
<title id="${id}-title">${title}</title>
<desc id="${id}-text">${merged.map(({ from, to, label }) => `${nameOf(boxes, from)} to ${nameOf(boxes, to)}: ${label}`).join('; ')}</desc>
${merged.map(arrow => arrowMarkup(arrow, bends(arrow)))}${merged.map(({ label, from, to }) => labelMarkup(label, graph.edge(from, to)))}${sized.map(one => boxMarkup(one, graph.node(one.box.id)))}</svg>`;
}

function whole(length: number): number {
  return Math.ceil(length);
}

function tenth(length: number): number {
  return Math.round(length * 10) / 10;
}

const WORST = { verified: 0, application: 1, none: 2 };

function mergedArrows(arrows: readonly Arrow[]): Arrow[] {
  const pairs = new Map<string, Arrow>();
  for (const arrow of arrows) {
    const key = JSON.stringify([arrow.from, arrow.to]);
    const other = pairs.get(key);
    pairs.set(key, other ? {
      ...arrow, label: `${other.label}, ${arrow.label}`, protection: WORST[other.protection] > WORST[arrow.protection] ? other.protection : arrow.protection,
    } : arrow);
  }
  return [...pairs.values()];
}

function textOf({ title, lines }: Box): BoxText {
  const shown = lines.length > MOST_LINES ? [...lines.slice(0, MOST_LINES - 1), `… and ${lines.length - MOST_LINES + 1} more`] : lines;
  return { title: lines.length > 1 ? `${title} (${lines.length})` : title, lines: shown.map(shortened) };
}

/** The end of a name tells more than its middle. */
function shortened(line: string): string {
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST / 2 - 1)}…${line.slice(-LONGEST / 2)}`;
}

function sizeOf({ title, lines }: BoxText) {
  const longest = Math.max(...[title, ...lines].map(line => line.length));
  return { width: Math.ceil(longest * CHARACTER + 2 * PADDING), height: (lines.length + 1) * LINE + 2 * PADDING - 4 };
}

function nameOf(boxes: readonly Box[], id: string): string {
  const { title, lines } = boxes.find(box => box.id === id)!;
  return lines.length > 3 ? `${title} (${lines.length})` : lines.join(', ');
}

function boxMarkup({ box, text: { title, lines }, width, height }: Sized, at: Point): Markup {
  const [x, y] = [tenth(at.x - width / 2), tenth(at.y - height / 2)];
  const all = box.lines.some((line, i) => lines[i] !== line) && html`<title>${box.lines.slice(0, 100).join('\u00a0\u00a0')}</title>`;
  const texts = lines.map((line, i) => html`<text x="${x + PADDING}" y="${y + PADDING + 9 + (i + 1) * LINE}">${line}</text>`);
  return html`<g class="box ${box.kind}" data-ways="${box.ways.join(' ')}">${all}<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="5"/>${
    html`<text class="title" x="${x + PADDING}" y="${y + PADDING + 9}">${title}</text>`}${texts}</g>
`;
}

function arrowMarkup({ protection }: Arrow, points: readonly Point[]): Markup {
  const tip = points[points.length - 1];
  return html`<g class="${protection}"><path d="${curve(points)}"/><path class="head" d="M${tip.x} ${tip.y}l-9 -4v8Z"/></g>
`;
}

function labelMarkup(label: string, { x, y }: Point): Markup {
  const width = label.length * CHARACTER + 8;
  return html`<rect class="label" x="${tenth(x - width / 2)}" y="${tenth(y - LINE / 2)}" width="${tenth(width)}" height="${LINE}"/><text x="${tenth(x - width / 2 + 4)}" y="${tenth(y + 4)}">${label}</text>
`;
}

/** A line through the points, which leaves and reaches each from the side. */
function curve([start, ...others]: readonly Point[]): string {
  let before = start;
  return `M${start.x} ${start.y}${others.map(point => {
    const middle = tenth((before.x + point.x) / 2);
    const piece = `C${middle} ${before.y} ${middle} ${point.y} ${point.x} ${point.y}`;
    before = point;
    return piece;
  }).join('')}`;
}
