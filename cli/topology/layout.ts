/** Where everything in a picture goes. From left to right: sites and regions that open tunnels, regions that take them. */
import { Graph, layout as layOut } from '@dagrejs/dagre';
import { MAX_WITH_LINES, blockOf, crowded, shifted } from './blocks.ts';
import type { Block } from './blocks.ts';
import { BOX_PADDING } from './measures.ts';
import type { Point, Rectangle } from './measures.ts';
import type { Box, Card, Line, Scene } from './scene.ts';

export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly (Rectangle & { readonly box: Box })[];
  readonly cards: readonly (Rectangle & { readonly card: Card })[];
  /** The tunnels. What a plane uses is written on its card: lines for it would be a web. */
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

/** Between blocks side by side; the lines turn in the middle of it. */
const CORRIDOR = 110;
const BETWEEN_BLOCKS = 28;

/** What the library places: a region, a site, or many of them at once. */
interface Piece {
  readonly id: string;
  readonly block: Block;
  readonly isCrowd: boolean;
}

type Tunnel = Line & { readonly tunnels?: number };
type Placed = Piece & Rectangle;

export function layoutOf(scene: Scene): Layout {
  const { pieces, tunnels } = piecesOf(scene);
  const placed = placedPieces(pieces, tunnels);
  const boxes = placed.flatMap(({ block }) => block.boxes);
  const cards = placed.flatMap(({ block }) => block.cards);
  const ends = new Map<string, Rectangle>([
    ...placed.map((piece) => [piece.id, piece] as const),
    ...cards.map((card) => [card.card.id, card] as const),
  ]);
  return {
    width: Math.max(0, ...placed.map(({ x, width }) => x + width)),
    height: Math.max(0, ...placed.map(({ y, height }) => y + height)),
    boxes,
    cards,
    lines: tunnels.map((line) => ({
      line,
      tunnels: line.tunnels,
      points: pointsOf(line, ends, pieceOf(placed, line.from), pieceOf(placed, line.to)),
    })),
    outlines: placed.filter(({ isCrowd }) => isCrowd),
  };
}

function piecesOf(scene: Scene): { readonly pieces: readonly Piece[]; readonly tunnels: readonly Tunnel[] } {
  const tops = scene.boxes.filter(({ parent }) => parent === undefined);
  const topOf = (id: string) => topBox(scene, scene.cards.find((card) => card.id === id)?.parent);
  const outward = scene.lines.filter(({ from, to }) => topOf(from) !== topOf(to));
  const targets = new Set(outward.map(({ to }) => topOf(to)));
  const crowds = [...new Set(outward.map(({ to }) => to))]
    .map((to) => ({ to, lines: outward.filter((line) => line.to === to && !targets.has(topOf(line.from))) }))
    .filter(({ lines }) => lines.length > MAX_WITH_LINES)
    .map(({ to, lines }) => ({
      id: `crowd of ${to}`,
      to,
      lines,
      members: tops.filter(({ id }) => lines.some(({ from }) => topOf(from) === id)),
    }));
  const inCrowd = new Set(crowds.flatMap(({ members }) => members));
  const counted = new Set(crowds.flatMap(({ lines }) => lines));
  const single = tops.filter((box) => !inCrowd.has(box)).flatMap((box): Piece[] => {
    const block = blockOf(scene, box);
    return block ? [{ id: box.id, block, isCrowd: false }] : [];
  });
  return {
    pieces: [...crowds.map(({ id, members }): Piece => ({ id, block: outlined(crowded(scene, members)), isCrowd: true })), ...single],
    tunnels: [
      ...crowds.map(({ id, to, lines }): Tunnel => ({ from: id, to, tunnels: lines.length })),
      ...scene.lines.filter((line) => !counted.has(line)),
    ],
  };
}

function topBox({ boxes }: Scene, id: string | undefined): string | undefined {
  const box = boxes.find((each) => each.id === id);
  return box?.parent === undefined ? box?.id : topBox({ boxes } as Scene, box.parent);
}

function outlined(block: Block): Block {
  return { ...shifted(block, BOX_PADDING, BOX_PADDING), width: block.width + 2 * BOX_PADDING, height: block.height + 2 * BOX_PADDING };
}

function placedPieces(pieces: readonly Piece[], tunnels: readonly Tunnel[]): readonly Placed[] {
  const graph = new Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: BETWEEN_BLOCKS, ranksep: CORRIDOR });
  for (const { id, block: { width, height } } of pieces) graph.setNode(id, { width, height });
  for (const { from, to } of tunnels) {
    const [one, other] = [pieceOf(pieces, from), pieceOf(pieces, to)];
    if (one && other && one !== other) graph.setEdge(one.id, other.id, {});
  }
  layOut(graph);
  const centres = new Map(pieces.map(({ id }) => [id, graph.node(id) as { x: number; y: number }]));
  return pieces.map((piece) => {
    const { x: centre, y: middle } = centres.get(piece.id)!;
    // Columns begin where their widest block does.
    const left = Math.min(...pieces.filter(({ id }) => centres.get(id)!.x === centre).map(({ block }) => centre - block.width / 2));
    const [x, y] = [left, middle - piece.block.height / 2];
    return { ...piece, x, y, width: piece.block.width, height: piece.block.height, block: shifted(piece.block, x, y) };
  });
}

function pieceOf<T extends Piece>(pieces: readonly T[], id: string): T | undefined {
  return pieces.find((piece) => piece.id === id || piece.block.cards.some(({ card }) => card.id === id));
}

/** Lines leave on the right and arrive on the left, with right angles; all tunnels of a control plane meet on their way. */
function pointsOf(
  { from, to }: Line,
  ends: ReadonlyMap<string, Rectangle>,
  source: Placed | undefined,
  target: Placed | undefined,
): Point[] {
  const [start, end] = [ends.get(from)!, ends.get(to)!];
  const [fromY, toY] = [start.y + start.height / 2, end.y + end.height / 2];
  const arrival = { x: end.x, y: toY };
  if (source === target) {
    // Within one region: around on the left, inside its frame.
    const x = (target?.x ?? start.x) + BOX_PADDING / 2;
    return [{ x: start.x, y: fromY }, { x, y: fromY }, { x, y: toY }, arrival];
  }
  const x = (target?.x ?? end.x) - CORRIDOR / 2;
  return [{ x: start.x + start.width, y: fromY }, { x, y: fromY }, { x, y: toY }, arrival];
}
