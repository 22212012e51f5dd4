/** The picture as SVG: one file without fonts, scripts or links, legible on a screen and on paper. */
import { layoutOf } from './layout.ts';
import type { Layout, PlacedLine } from './layout.ts';
import { BOX_HEADER, CARD_PADDING, CHARACTER, FONT, LINE_HEIGHT } from './measures.ts';
import type { Point } from './measures.ts';
import type { Box, Card, CardKind, Scene } from './scene.ts';

const MARGIN = 28;
const TITLE_HEIGHT = 48;
const LEGEND_HEIGHT = 26;
const MIN_WIDTH = 720;
const INK = '#1b1f24';
const MUTED = '#57606a';

const BOXES: Readonly<Record<Box['kind'], { readonly fill: string; readonly edge: string }>> = {
  region: { fill: '#f6f8fa', edge: '#8c959f' },
  cluster: { fill: '#eaf1fb', edge: '#2f5f9e' },
  site: { fill: '#fdf6e9', edge: '#9a6a10' },
};

const CARDS: Readonly<Record<CardKind, string>> = {
  'control plane': '#2f5f9e',
  'data plane': '#2e7040',
  'trust': '#7a3e9d',
  'database': '#57606a',
  'identity': '#7a3e9d',
  'logs': '#57606a',
  'cache': '#57606a',
};

const TUNNEL = 'stroke="#2e7040" stroke-width="1.8" stroke-linejoin="round" marker-end="url(#arrow)"';

export function drawSvg(scene: Scene): string {
  const layout = layoutOf(scene);
  const legend = legendOf(scene);
  const width = Math.ceil(Math.max(layout.width, MIN_WIDTH, ...legend.map((row) => 60 + row.text.length * CHARACTER)) + 2 * MARGIN);
  const legendTop = TITLE_HEIGHT + layout.height + 2 * MARGIN;
  const height = Math.ceil(legendTop + legend.length * LEGEND_HEIGHT + MARGIN / 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="title description" font-family="ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT}">`,
    `<title id="title">${escaped(scene.title)}</title>`,
    `<desc id="description">${escaped(descriptionOf(scene))}</desc>`,
    '<defs><marker id="arrow" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" ' +
      'orient="auto"><path d="M0 0L10 5L0 10z" fill="#2e7040"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(scene.title, MARGIN, 34, `font-size="18" font-weight="bold" fill="${INK}"`),
    `<g transform="translate(${MARGIN} ${TITLE_HEIGHT + MARGIN / 2})">`,
    ...shapes(layout),
    '</g>',
    ...legend.flatMap((entry, at) => drawLegend(entry, legendTop + at * LEGEND_HEIGHT)),
    '</svg>',
    '',
  ].join('\n');
}

/** Lines are above boxes and below cards. */
function shapes({ boxes, cards, lines, outlines }: Layout): string[] {
  return [
    ...outlines.map(
      ({ x, y, width, height }) =>
        `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8" fill="none" `
          + `stroke="${CARDS['data plane']}" stroke-dasharray="6 5"/>`,
    ),
    ...boxes.flatMap(({ box, x, y, width, height }) => [
      `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="8" `
        + `fill="${BOXES[box.kind].fill}" stroke="${BOXES[box.kind].edge}"/>`,
      fitted(box.title, x + 10, y + BOX_HEADER - 9, width - 20, `font-weight="bold" fill="${BOXES[box.kind].edge}"`),
    ]),
    ...lines.flatMap(drawLine),
    ...cards.flatMap(({ card, x, y, width, height }) => drawCard(card, x, y, width, height)),
  ];
}

function drawLine({ points, tunnels }: PlacedLine): string[] {
  const { x, y } = points[0]!;
  return [
    `<path d="${pathOf(points)}" fill="none" ${TUNNEL}/>`,
    ...tunnels === undefined ? [] : [text(`${tunnels} tunnels`, x + 8, y - 8, `font-weight="bold" fill="${CARDS['data plane']}"`)],
  ];
}

function drawCard({ kind, title, lines }: Card, x: number, y: number, width: number, height: number): string[] {
  const edge = CARDS[kind];
  const room = width - 2 * CARD_PADDING;
  return [
    '<g>',
    `<title>${escaped([title, ...lines].join('\n'))}</title>`,
    `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" rx="6" fill="#ffffff" `
      + `stroke="${edge}" stroke-width="1.4"/>`,
    `<rect x="${round(x)}" y="${round(y)}" width="5" height="${round(height)}" rx="2" fill="${edge}"/>`,
    fitted(title, x + CARD_PADDING, y + CARD_PADDING + 11, room, `font-weight="bold" fill="${edge}"`),
    ...lines.map((line, at) => fitted(line, x + CARD_PADDING, y + CARD_PADDING + 11 + (at + 1) * LINE_HEIGHT, room, `fill="${INK}"`)),
    '</g>',
  ];
}

interface LegendEntry {
  readonly text: string;
  readonly isTunnel?: boolean;
}

function legendOf({ lines, ports, secrets }: Scene): LegendEntry[] {
  return [
    ...(lines.length > 0 ? [{ isTunnel: true, text: `tunnel: ${ports.join(', ')}; mutual TLS; opened by the data plane` }] : []),
    ...secrets.map(({ name, home, readers }) => ({
      text: `secret ${name}: in ${home}; read by ${readers.length > 6 ? `${readers.length} planes` : readers.join(', ') || 'no plane'}`,
    })),
  ];
}

function drawLegend({ isTunnel, text: words }: LegendEntry, y: number): string[] {
  return [
    ...isTunnel ? [`<path d="M${MARGIN} ${round(y - 4)}h40" fill="none" ${TUNNEL}/>`] : [],
    text(words, MARGIN + (isTunnel ? 52 : 0), y, `fill="${MUTED}"`),
  ];
}

function descriptionOf({ boxes, cards, lines }: Scene): string {
  const titles = new Map(cards.map(({ id, title }) => [id, title]));
  const places = boxes.map(
    ({ id, title }) =>
      `${title}: ${
        cards
          .filter(({ parent }) => parent === id)
          .map((card) => card.title)
          .join(', ') || 'nothing of its own'
      }`,
  );
  const tunnels = lines.map(({ from, to }) => `${titles.get(from)} to ${titles.get(to)}`);
  return `${places.join('. ')}. Tunnels: ${tunnels.join(', ') || 'none'}.`;
}

function pathOf(points: readonly Point[]): string {
  return points.map(({ x, y }, at) => `${at === 0 ? 'M' : 'L'}${round(x)} ${round(y)}`).join('');
}

/** Cut to the room there is. */
function fitted(content: string, x: number, y: number, room: number, style: string): string {
  const most = Math.max(3, Math.floor(room / CHARACTER + 0.01));
  return text(content.length > most ? `${content.slice(0, most - 1)}…` : content, x, y, style);
}

function text(content: string, x: number, y: number, style: string): string {
  return `<text x="${round(x)}" y="${round(y)}" ${style}>${escaped(content)}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What XML reserves; control characters and halves of surrogates cannot be in it at all. */
function escaped(content: string): string {
  return content
    .toWellFormed()
    .replace(/[&<>"]/g, (character) => ENTITIES[character]!)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ' ');
}
