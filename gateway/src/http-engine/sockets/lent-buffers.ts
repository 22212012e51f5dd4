/** Buffers that are used again: memory of this size is not cheap, and what is dropped of it brings the next collection nearer. */

/** Of each. Bytes. */
export const LENT_BYTES = 81_920;

/** Buffers that are kept. */
const MAX_FREE = 64;

const free: Buffer[] = [];

/** Who gets it gives it back, once. What is in it belongs to others. */
export function lendBuffer(): Buffer {
  return free.pop() ?? Buffer.allocUnsafeSlow(LENT_BYTES);
}

export function giveBack(buffer: Buffer): void {
  if (free.length < MAX_FREE) free.push(buffer);
}
