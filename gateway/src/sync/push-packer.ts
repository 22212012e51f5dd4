/** Packs one push after the other: rows that were packed before are neither written as JSON nor compressed again. */
import { RowSegments } from '../model/row-segments.ts';
import type { Segment } from '../model/row-segments.ts';
import { compressedPiece, gzipOf, storedPiece } from './gzip-pieces.ts';
import type { Piece } from './gzip-pieces.ts';
import type { Reconfigure } from './protocol.ts';

const COMMA = storedPiece(',');

export class PushPacker {
  readonly #segments = new RowSegments();
  readonly #pieces = new WeakMap<Segment, Piece>();

  /** Gzip of the message as JSON. Rows must not change once they were packed. */
  async pack({ config_table: table, ...message }: Reconfigure): Promise<Buffer> {
    const segments = this.#segments.of(table);
    const pieces = [storedPiece(`${JSON.stringify(message).slice(0, -1)},"config_table":{`)];
    let separator = '';
    for (const [name, value] of Object.entries(table)) {
      if (value === undefined) continue;
      const head = `${separator}${JSON.stringify(name)}:`;
      const rows = segments.get(name);
      if (rows) pieces.push(storedPiece(`${head}[`), ...await this.#packed(rows), storedPiece(']'));
      else pieces.push(storedPiece(head + JSON.stringify(value)));
      separator = ',';
    }
    return gzipOf([...pieces, storedPiece('}}')]);
  }

  /** One after the other, so that everything else has its turn in between. */
  async #packed(segments: readonly Segment[]): Promise<readonly Piece[]> {
    const pieces: Piece[] = [];
    for (const segment of segments) {
      if (pieces.length > 0) pieces.push(COMMA);
      let piece = this.#pieces.get(segment);
      if (!piece) {
        piece = await compressedPiece(JSON.stringify(segment).slice(1, -1));
        this.#pieces.set(segment, piece);
      }
      pieces.push(piece);
    }
    return pieces;
  }
}
