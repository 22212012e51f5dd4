/**
 * One gzip file from pieces that were compressed on their own, so that a piece can be used again in the next file. Each piece is a
 * run of deflate blocks that ends at a byte; the checksum of the whole comes from those of the pieces.
 */
import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

export interface Piece {
  /** Deflate blocks, none of them the last of a file. */
  readonly blocks: Buffer;
  /** Of the text. Bytes. */
  readonly length: number;
  /** CRC-32 of the text. */
  readonly checksum: number;
  /** What a checksum is multiplied with when the text follows. */
  readonly factor: number;
}

const deflate = promisify(deflateRaw);

/** Deflate, no name, no time, from Unix. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);

/** An empty block that is the last. */
const END = Buffer.from([1, 0, 0, 0xff, 0xff]);

/** Length and checksum. Bytes. */
const TRAILER_BYTES = 8;

/** Largest block that is not compressed. Bytes. */
const MAX_STORED = 65_535;

/** Compressed by a thread of the pool. */
export async function compressedPiece(text: string): Promise<Piece> {
  const bytes = Buffer.from(text);
  return pieceOf(bytes, await deflate(bytes, { finishFlush: constants.Z_SYNC_FLUSH }));
}

/** For a few characters, which compression would only make longer. */
export function storedPiece(text: string): Piece {
  const bytes = Buffer.from(text);
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += MAX_STORED) {
    const block = bytes.subarray(at, at + MAX_STORED);
    const head = Buffer.alloc(5);
    head.writeUInt16LE(block.length, 1);
    head.writeUInt16LE(MAX_STORED - block.length, 3);
    blocks.push(head, block);
  }
  return pieceOf(bytes, Buffer.concat(blocks));
}

export function gzipOf(pieces: readonly Piece[]): Buffer {
  let checksum = 0;
  let length = 0;
  for (const piece of pieces) {
    checksum = (product(piece.factor, checksum) ^ piece.checksum) >>> 0;
    length += piece.length;
  }
  const trailer = Buffer.alloc(TRAILER_BYTES);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...pieces.map(({ blocks }) => blocks), END, trailer]);
}

function pieceOf(text: Buffer, blocks: Buffer): Piece {
  return { blocks, length: text.length, checksum: crc32(text), factor: factorFor(text.length) };
}

/** The polynomial of CRC-32. In all polynomials here the highest bit is the coefficient of x^0. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
/** x^8: what a byte multiplies with. */
const BYTE = 0x00800000;

function factorFor(bytes: number): number {
  let factor = ONE;
  let power = BYTE;
  for (let rest = bytes; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) factor = product(factor, power);
    power = product(power, power);
  }
  return factor;
}

/** The product of two polynomials, modulo that of CRC-32. */
function product(one: number, other: number): number {
  let result = 0;
  let shifted = other;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((one & bit) !== 0) result ^= shifted;
    shifted = (shifted & 1) === 1 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
  }
  return result >>> 0;
}
