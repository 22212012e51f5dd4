/** Regions and sites as blocks: planes with their clusters on the left, what planes rely on in a column on the right. */
import { BOX_HEADER, BOX_PADDING, CHARACTER, GAP, sizeOf } from './measures.ts';
import type { Rectangle } from './measures.ts';
import { pack } from './packing.ts';
import type { Size } from './packing.ts';
import type { Box, Card, Scene } from './scene.ts';

/** A block with the places of everything in it, relative to its corner. */
export interface Block extends Size {
  readonly boxes: readonly (Rectangle & { readonly box: Box })[];
  readonly cards: readonly (Rectangle & { readonly card: Card })[];
}

/** More data planes of one control plane than these become one block, with one line. */
export const MAX_WITH_LINES = 8;

const NOTHING: Block = { width: 0, height: 0, boxes: [], cards: [] };

/** @returns undefined for a box that holds no card: nothing says where it belongs */
export function blockOf(scene: Scene, box: Box): Block | undefined {
  const cards = scene.cards.filter(({ parent }) => parent === box.id);
  const inner = scene.boxes
    .filter(({ parent }) => parent === box.id)
    .map((each) => blockOf(scene, each))
    .filter((block) => block !== undefined);
  const planes = planesIn(inner, cards.filter(isPlane).map(cardBlock));
  const others = inColumn(cards.filter((card) => !isPlane(card)).map(cardBlock));
  // Tunnels leave on the right and arrive on the left: nothing else is there.
  const content = takesTunnels(planes) ? beside(planes, others) : beside(others, planes);
  return content.cards.length === 0 ? undefined : framed(box, content);
}

/** One below the other while lines are drawn from each; many fill an area, those outside of clusters beside those in clusters. */
function planesIn(inner: readonly Block[], loose: readonly Block[]): Block {
  const planes = [...inner, ...loose].sort((one, other) => Number(takesTunnels(other)) - Number(takesTunnels(one)));
  const clusters = inRows(inner);
  if (planes.reduce((sum, { cards }) => sum + cards.length, 0) <= MAX_WITH_LINES) return inColumn(planes);
  return inner.length === 0 ? inRows(planes) : beside(clusters, inColumnsOf(loose, clusters.height));
}

/** Regions first and sites below them, each in rows: side by side their heights would leave holes. */
export function crowded(scene: Scene, members: readonly Box[]): Block {
  const blocksOf = (isSite: boolean) =>
    members
      .filter(({ kind }) => (kind === 'site') === isSite)
      .map((box) => blockOf(scene, box))
      .filter((block) => block !== undefined);
  const [regions, sites] = [blocksOf(false), blocksOf(true)];
  const area = [...regions, ...sites].reduce((sum, { width, height }) => sum + (width + GAP) * (height + GAP), 0);
  return inColumn([inRows(regions, Math.sqrt(area * 1.3)), inRows(sites, Math.sqrt(area * 1.3))].filter(({ width }) => width > 0));
}

export function shifted(block: Block, x: number, y: number): Block {
  const move = <T extends Rectangle>(thing: T): T => ({ ...thing, x: thing.x + x, y: thing.y + y });
  return { ...block, boxes: block.boxes.map(move), cards: block.cards.map(move) };
}

function framed(box: Box, content: Block): Block {
  const width = Math.max(content.width + 2 * BOX_PADDING, Math.ceil(box.title.length * CHARACTER) + 2 * BOX_PADDING);
  const height = content.height + BOX_HEADER + BOX_PADDING;
  const { cards, boxes } = shifted(content, BOX_PADDING, BOX_HEADER);
  // Outer ones first: they are drawn below.
  return { width, height, cards, boxes: [{ box, x: 0, y: 0, width, height }, ...boxes] };
}

function cardBlock(card: Card): Block {
  const size = sizeOf(card);
  return { ...size, boxes: [], cards: [{ card, x: 0, y: 0, ...size }] };
}

function isPlane({ kind }: Card): boolean {
  return kind === 'control plane' || kind === 'data plane';
}

function takesTunnels({ cards }: Block): boolean {
  return cards.some(({ card }) => card.kind === 'control plane');
}

function inRows(blocks: readonly Block[], maxWidth?: number): Block {
  const { items, width, height } = pack(blocks, GAP, maxWidth);
  return joined(items.map(({ item, x, y }) => shifted(item, x, y)), { width, height });
}

function inColumn(blocks: readonly Block[]): Block {
  if (blocks.length === 0) return NOTHING;
  let y = 0;
  const items = blocks.map((block) => {
    const item = shifted(block, 0, y);
    y += block.height + GAP;
    return item;
  });
  return joined(items, { width: Math.max(...blocks.map(({ width }) => width)), height: y - GAP });
}

/** As many columns as keep them within a height. */
function inColumnsOf(blocks: readonly Block[], maxHeight: number): Block {
  const columns: Block[][] = [];
  let height = Infinity;
  for (const block of blocks) {
    height += GAP + block.height;
    if (height <= maxHeight) columns.at(-1)!.push(block);
    else {
      columns.push([block]);
      height = block.height;
    }
  }
  return columns.map(inColumn).reduce(beside, NOTHING);
}

function beside(left: Block, right: Block): Block {
  if (left.width === 0 || right.width === 0) return left.width === 0 ? right : left;
  return joined([left, shifted(right, left.width + GAP, 0)], {
    width: left.width + GAP + right.width,
    height: Math.max(left.height, right.height),
  });
}

function joined(blocks: readonly Block[], size: Size): Block {
  return { ...size, boxes: blocks.flatMap(({ boxes }) => boxes), cards: blocks.flatMap(({ cards }) => cards) };
}
