/** Where everything in a picture goes. From left to right: data planes, control planes, what they rely on. */
import { Graph, layout as layOut } from '@dagrejs/dagre';
import { crowdOf, shifted } from './crowd.ts';
import type { Crowd } from './crowd.ts';
import { BOX_HEADER, BOX_PADDING, sizeOf } from './measures.ts';
import type { Point, Rectangle } from './measures.ts';
import type { Box, Card, Line, Scene } from './scene.ts';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly (Rectangle & { readonly box: Box })[];
  readonly cards: readonly (Rectangle & { readonly card: Card })[];
  readonly lines: readonly PlacedLine[];
  /** Around data planes whose tunnels are drawn as one line. */
  readonly outlines: readonly Rectangle[];
}

export interface PlacedLine {
  readonly line: Line;
  readonly points: readonly Point[];
  /** How many tunnels it stands for, when more than one. */
  readonly tunnels?: number;
}

/** More data planes of one control plane than these become one block. */
const MOST_WITH_LINES = 8;

/** What the library places: a card by itself, or a whole crowd. */
interface Piece {
  readonly id: string;
  readonly parent?: string;
  readonly width: number;
  readonly height: number;
  /** Room above it for the headers of the boxes around it. */
  readonly headroom: number;
  readonly card?: Card;
  readonly crowd?: Crowd;
}

type Edge = Line & { readonly tunnels?: number };

export function layoutOf(scene: Scene): Layout {
  const { pieces, edges } = piecesOf(scene);
  const graph = new Graph({ compound: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 34, ranksep: 90, edgesep: 12 });
  const parents = new Map(scene.boxes.map(({ id, parent }) => [id, parent]));
  const needed = new Set(pieces.flatMap(({ parent }) => ancestors(parent, parents)));
  for (const id of needed) graph.setNode(id, {});
  for (const id of needed) if (parents.get(id) !== undefined) graph.setParent(id, parents.get(id)!);
  for (const { id, parent, width, height, headroom } of pieces) {
    graph.setNode(id, { width, height: height + headroom });
    if (parent !== undefined) graph.setParent(id, parent);
  }
  for (const { from, to, kind } of edges) graph.setEdge(from, to, { weight: kind === 'tunnel' ? 3 : 1 });
  layOut(graph);
  return atOrigin(placed(scene, pieces, edges, graph));
}

function piecesOf(scene: Scene): { readonly pieces: readonly Piece[]; readonly edges: readonly Edge[] } {
  const { cards, lines, boxes } = scene;
  const parents = new Map(boxes.map(({ id, parent }) => [id, parent]));
  const crowds = [...new Set(lines.filter(({ kind }) => kind === 'tunnel').map(({ to }) => to))]
    .map((to) => ({ to, members: lines.filter((line) => line.kind === 'tunnel' && line.to === to).map(({ from }) => from) }))
    .filter(({ members }) => members.length > MOST_WITH_LINES);
  const crowded = new Set(crowds.flatMap(({ members }) => members));
  const blocks = crowds.map(({ to, members }): Piece => {
    const crowd = crowdOf(scene, cards.filter(({ id }) => members.includes(id)));
    return { id: `crowd of ${to}`, width: crowd.width + 2 * BOX_PADDING, height: crowd.height + 2 * BOX_PADDING, headroom: 0, crowd };
  });
  const single = cards.filter(({ id }) => !crowded.has(id))
    .map((card): Piece => ({ id: card.id, parent: card.parent, ...sizeOf(card), headroom: ancestors(card.parent, parents).length * (BOX_HEADER + BOX_PADDING), card }));
  return {
    pieces: [...blocks, ...single],
    edges: [
      ...crowds.map(({ to, members }): Edge => ({ from: `crowd of ${to}`, to, kind: 'tunnel', tunnels: members.length })),
      ...lines.filter(({ from }) => !crowded.has(from)),
    ],
  };
}

function ancestors(id: string | undefined, parents: ReadonlyMap<string, string | undefined>): string[] {
  return id === undefined ? [] : [id, ...ancestors(parents.get(id), parents)];
}

function placed(scene: Scene, pieces: readonly Piece[], edges: readonly Edge[], graph: Graph): Omit<Layout, 'width' | 'height'> {
  const at = new Map(pieces.map((piece) => {
    const node = graph.node(piece.id) as { x: number; y: number; height: number };
    return [piece.id, { x: node.x - piece.width / 2, y: node.y + node.height / 2 - piece.height, width: piece.width, height: piece.height }];
  }));
  const crowds = pieces.filter(({ crowd }) => crowd).map(({ id, crowd }) => {
    const outline = at.get(id)!;
    return { outline, crowd: shifted(crowd!, outline.x + BOX_PADDING, outline.y + BOX_PADDING) };
  });
  const single = pieces.filter(({ card }) => card).map(({ id, card }) => ({ card: card!, ...at.get(id)! }));
  return {
    boxes: [...boxesAround(scene, single), ...crowds.flatMap(({ crowd }) => crowd.boxes)],
    cards: [...single, ...crowds.flatMap(({ crowd }) => crowd.cards)],
    lines: edges.map((line) => ({ line, tunnels: line.tunnels, points: pointsOf(line, graph, at) })),
    outlines: crowds.map(({ outline }) => outline),
  };
}

/** From the inside out, so that what is inside has its place already. Boxes without cards are not drawn: nothing says where. */
function boxesAround({ boxes }: Scene, cards: Layout['cards']): Layout['boxes'] {
  const parents = new Map(boxes.map(({ id, parent }) => [id, parent]));
  const drawn: (Rectangle & { readonly box: Box })[] = [];
  for (const box of [...boxes].sort((one, other) => ancestors(other.id, parents).length - ancestors(one.id, parents).length)) {
    const inside = [...cards.filter(({ card }) => card.parent === box.id), ...drawn.filter((each) => each.box.parent === box.id)];
    if (inside.length === 0) continue;
    const [x, y] = [Math.min(...inside.map((each) => each.x)) - BOX_PADDING, Math.min(...inside.map((each) => each.y)) - BOX_HEADER];
    const [right, bottom] = [Math.max(...inside.map((each) => each.x + each.width)) + BOX_PADDING, Math.max(...inside.map((each) => each.y + each.height)) + BOX_PADDING];
    drawn.push({ box, x, y, width: right - x, height: bottom - y });
  }
  // Outer ones first: they are drawn below.
  return drawn.reverse();
}

/** Lines leave on the right and arrive on the left. */
function pointsOf({ from, to }: Line, graph: Graph, places: ReadonlyMap<string, Rectangle>): Point[] {
  const [start, end] = [places.get(from)!, places.get(to)!];
  const { points = [] } = graph.edge(from, to) as { points?: Point[] };
  return [
    { x: start.x + start.width, y: start.y + start.height / 2 },
    ...points.slice(1, -1).map(({ x, y }) => ({ x, y })),
    { x: end.x, y: end.y + end.height / 2 },
  ];
}

function atOrigin({ boxes, cards, lines, outlines }: Omit<Layout, 'width' | 'height'>): Layout {
  const everything: readonly Rectangle[] = [...cards, ...boxes, ...outlines, ...lines.flatMap(({ points }) => points.map((point) => ({ ...point, width: 0, height: 0 })))];
  if (everything.length === 0) return { width: 0, height: 0, boxes, cards, lines, outlines };
  const [left, top] = [Math.min(...everything.map(({ x }) => x)), Math.min(...everything.map(({ y }) => y))];
  const move = <T extends Point>(thing: T): T => ({ ...thing, x: thing.x - left, y: thing.y - top });
  return {
    width: Math.max(...everything.map(({ x, width }) => x + width)) - left,
    height: Math.max(...everything.map(({ y, height }) => y + height)) - top,
    boxes: boxes.map(move),
    cards: cards.map(move),
    lines: lines.map((line) => ({ ...line, points: line.points.map(move) })),
    outlines: outlines.map(move),
  };
}
