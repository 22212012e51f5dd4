/** Rows of rectangles, for as many data planes as columns of their own would not take. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Packed<T> extends Size {
  readonly items: readonly { readonly item: T; readonly x: number; readonly y: number }[];
}

/**
 * Side by side in the order given, in rows.
 *
 * @param maxWidth of a row with more than one item; by default what makes the whole a little wider than high
 */
export function pack<T extends Size>(items: readonly T[], gap: number, maxWidth?: number): Packed<T> {
  if (items.length === 0) return { items: [], width: 0, height: 0 };
  const area = items.reduce((sum, { width, height }) => sum + (width + gap) * (height + gap), 0);
  const most = Math.max(...items.map(({ width }) => width), maxWidth ?? Math.sqrt(area * 1.3));
  const placed: { item: T; x: number; y: number }[] = [];
  let [x, y, rowHeight, width] = [0, 0, 0, 0];
  for (const item of items) {
    if (x > 0 && x + item.width > most) [x, y, rowHeight] = [0, y + rowHeight + gap, 0];
    placed.push({ item, x, y });
    width = Math.max(width, x + item.width);
    x += item.width + gap;
    rowHeight = Math.max(rowHeight, item.height);
  }
  return { items: placed, width, height: y + rowHeight };
}
