/** Ids of requests: 32 hexadecimal characters, random. */
import { randomFillSync } from 'node:crypto';

const ID_BYTES = 16;

/** Random bytes are drawn for many ids at once: a call costs more than the bytes. */
const POOL = Buffer.alloc(ID_BYTES * 256);
let used = POOL.length;

export function nextRequestId(): string {
  if (used === POOL.length) {
    randomFillSync(POOL);
    used = 0;
  }
  used += ID_BYTES;
  return POOL.toString('hex', used - ID_BYTES, used);
}
