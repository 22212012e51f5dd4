/** Ids of requests: 32 hexadecimal characters, random. */
import { randomFillSync } from 'node:crypto';

const ID_LENGTH = 32;

/** Random bytes are drawn, and written down, for many ids at once: a call costs more than the bytes. */
const POOL = Buffer.alloc(ID_LENGTH / 2 * 128);
let ids = '';
let used = 0;

export function nextRequestId(): string {
  if (used === ids.length) {
    randomFillSync(POOL);
    ids = POOL.toString('hex');
    used = 0;
  }
  used += ID_LENGTH;
  return ids.slice(used - ID_LENGTH, used);
}
