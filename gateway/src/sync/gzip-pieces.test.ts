import { gunzipSync } from 'node:zlib';

import fc from 'fast-check';
import { expect, it } from 'vitest';

import { compressedPiece, gzipOf, storedPiece } from './gzip-pieces.ts';

it('is read as one gzip file with the text of all pieces', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(70_000).map((length) => 'abcdefghij'.repeat(length / 10)));
  await fc.assert(fc.asyncProperty(fc.array(fc.tuple(text, fc.boolean()), { maxLength: 12 }), async (texts) => {
    const pieces = await Promise.all(texts.map(([piece, isStored]) => isStored ? storedPiece(piece) : compressedPiece(piece)));
    const whole = Buffer.concat(texts.map(([piece]) => Buffer.from(piece)));
    // Length and checksum at the end are verified by this.
    expect(gunzipSync(gzipOf(pieces)).equals(whole)).toBe(true);
    expect(gunzipSync(gzipOf([...pieces, ...pieces])).equals(Buffer.concat([whole, whole]))).toBe(true);
  }), { numRuns: 30 });
});
