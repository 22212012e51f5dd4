/** Sizes of what is drawn, in pixels. */
import type { Size } from './packing.ts';
import type { Card } from './scene.ts';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Rectangle extends Point, Size {}

/** Text is set in a fixed-width font, so that its width is known here. */
export const FONT = 12;
export const CHARACTER = FONT * 0.602;
export const LINE_HEIGHT = 17;
export const CARD_PADDING = 12;
export const BOX_HEADER = 26;
export const BOX_PADDING = 14;
export const GAP = 16;

/** Characters of a line on a card; the rest is in its tooltip. */
const MAX_CHARACTERS = 48;

export function sizeOf({ title, lines }: Card): Size {
  const longest = Math.min(MAX_CHARACTERS, Math.max(title.length + 1, ...lines.map(({ length }) => length)));
  return { width: Math.ceil(longest * CHARACTER) + 2 * CARD_PADDING, height: (lines.length + 1) * LINE_HEIGHT + 2 * CARD_PADDING - 4 };
}
