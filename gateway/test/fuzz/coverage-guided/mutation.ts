/** Changes to bytes, by numbers that one seed makes. */

/** @returns a whole number below `bound` */
export type Random = (bound: number) => number;

/** Longer inputs only take time. Bytes. */
const MAX_BYTES = 4_096;

/** Mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (bound) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** @param words pieces that the format knows @param others inputs from which a part may come */
export function mutated(bytes: Buffer, words: readonly Buffer[], others: readonly Buffer[], random: Random): Buffer {
  let changed = bytes;
  for (let changes = 1 + random(4); changes > 0; changes -= 1) changed = changedOnce(changed, words, others, random);
  return changed.subarray(0, MAX_BYTES);
}

function changedOnce(bytes: Buffer, words: readonly Buffer[], others: readonly Buffer[], random: Random): Buffer {
  const at = random(bytes.length + 1);
  const length = 1 + random(random(4) === 0 ? 64 : 8);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  switch (random(8)) {
    case 0:
      return Buffer.concat([before, after.subarray(length)]);
    case 1:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 2:
      return Buffer.concat([before, Buffer.of(random(256)), after.subarray(1)]);
    case 3:
      return Buffer.concat([before, Buffer.of((after[0] ?? 0) ^ (1 << random(8))), after.subarray(1)]);
    case 4:
      return Buffer.concat([before, Buffer.alloc(length, random(256)), after]);
    case 5: {
      const other = others[random(others.length)]!;
      return Buffer.concat([before, other.subarray(random(other.length + 1))]);
    }
    case 6:
      return Buffer.concat([before, words[random(words.length)]!, after.subarray(random(length))]);
    default:
      return Buffer.concat([before, words[random(words.length)]!, after]);
  }
}

/** Cuts bytes at random places, or into single ones. */
export function cut(text: string, random: Random): readonly string[] {
  if (random(4) === 0) return text.split('');
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const end = at + 1 + random(random(2) === 0 ? 4 : text.length);
    pieces.push(text.slice(at, end));
    at = end;
  }
  return pieces;
}
