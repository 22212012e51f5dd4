/** Many data planes of one control plane as one block: regions and sites in rows, with one line for all their tunnels. */
import { BOX_HEADER, BOX_PADDING, GAP, sizeOf } from './measures.ts';
import type { Rectangle } from './measures.ts';
import { pack } from './packing.ts';
import type { Size } from './packing.ts';
import type { Box, Card, Scene } from './scene.ts';

/** A block with the places of everything in it, relative to its corner. */
export interface Crowd extends Size {
  readonly boxes: readonly (Rectangle & { readonly box: Box })[];
  readonly cards: readonly (Rectangle & { readonly card: Card })[];
}

export function crowdOf(scene: Scene, members: readonly Card[]): Crowd {
  const parentOf = new Map(scene.boxes.map(({ id, parent }) => [id, parent]));
  const inside = (card: Card, box: Box) => {
    for (let at: string | undefined = card.parent; at !== undefined; at = parentOf.get(at)) if (at === box.id) return true;
    return false;
  };
  const block = (box: Box): Crowd => {
    const cards = members.filter(({ parent }) => parent === box.id).map(cardBlock);
    const boxes = scene.boxes.filter((each) => each.parent === box.id && members.some((card) => inside(card, each))).map(block);
    const content = joined([...cards, ...boxes]);
    const size = { width: content.width + 2 * BOX_PADDING, height: content.height + BOX_HEADER + BOX_PADDING };
    const moved = shifted(content, BOX_PADDING, BOX_HEADER);
    return { ...size, cards: moved.cards, boxes: [{ box, x: 0, y: 0, ...size }, ...moved.boxes] };
  };
  return joined(scene.boxes.filter((box) => box.parent === undefined && members.some((card) => inside(card, box))).map(block));
}

function cardBlock(card: Card): Crowd {
  const size = sizeOf(card);
  return { ...size, boxes: [], cards: [{ card, x: 0, y: 0, ...size }] };
}

function joined(blocks: readonly Crowd[]): Crowd {
  const { items, width, height } = pack(blocks, GAP);
  const moved = items.map(({ item, x, y }) => shifted(item, x, y));
  return { width, height, boxes: moved.flatMap(({ boxes }) => boxes), cards: moved.flatMap(({ cards }) => cards) };
}

export function shifted(crowd: Crowd, x: number, y: number): Crowd {
  const move = <T extends Rectangle>(thing: T): T => ({ ...thing, x: thing.x + x, y: thing.y + y });
  return { ...crowd, boxes: crowd.boxes.map(move), cards: crowd.cards.map(move) };
}
