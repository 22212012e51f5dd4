/** Reads header blocks of HPACK, each field by itself, within bounds. RFC 7541. */
import { idOf } from '../../http1/known-headers.ts';
import { huffmanText } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';
import type { TableField } from './static-table.ts';

/** Gets the fields of a block. */
export interface FieldSink {
  field(field: TableField): void;
}

/** What a field occupies in a table beside its characters. RFC 7541 §4.1 */
export const FIELD_OVERHEAD = 32;

const STATIC_LENGTH = STATIC_TABLE.length;
/** Longer numbers make no sense for any length or index here. */
const MOST = 2 ** 28;

export class HpackDecoder {
  readonly #maxTableBytes: number;
  /** The newest field is the last one. */
  #table: TableField[] = [];
  #tableBytes = 0;
  #limit: number;
  #at = 0;

  /** @param maxTableBytes SETTINGS_HEADER_TABLE_SIZE that we sent to the peer */
  constructor(maxTableBytes: number) {
    this.#maxTableBytes = maxTableBytes;
    this.#limit = maxTableBytes;
  }

  /** @returns whether the block is well formed: after one that is not, no other can be read */
  decode(bytes: Buffer, start: number, end: number, sink: FieldSink): boolean {
    this.#at = start;
    let hasFields = false;
    while (this.#at < end) {
      const first = bytes[this.#at]!;
      if ((first & 0xe0) === 0x20) {
        if (hasFields || !this.#resize(this.#number(bytes, end, 5))) return false;
        continue;
      }
      hasFields = true;
      const field = (first & 0x80) === 0 ? this.#literal(bytes, end, (first & 0x40) !== 0) : this.#indexed(this.#number(bytes, end, 7));
      if (field === undefined) return false;
      sink.field(field);
    }
    return true;
  }

  #literal(bytes: Buffer, end: number, isKept: boolean): TableField | undefined {
    const index = this.#number(bytes, end, isKept ? 6 : 4);
    if (index === -1) return undefined;
    const named = index === 0 ? undefined : this.#indexed(index);
    if (index !== 0 && named === undefined) return undefined;
    const name = named === undefined ? this.#text(bytes, end) : named.name;
    if (name === undefined) return undefined;
    const value = this.#text(bytes, end);
    if (value === undefined) return undefined;
    const field: TableField = { name, value, id: named === undefined ? idOf(name) : named.id };
    if (isKept) this.#keep(field);
    return field;
  }

  #indexed(index: number): TableField | undefined {
    if (index <= 0) return undefined;
    return index <= STATIC_LENGTH ? STATIC_TABLE[index - 1] : this.#table[this.#table.length - (index - STATIC_LENGTH)];
  }

  #keep(field: TableField): void {
    const bytes = field.name.length + field.value.length + FIELD_OVERHEAD;
    this.#evict(this.#limit - bytes);
    if (bytes > this.#limit) return;
    this.#table.push(field);
    this.#tableBytes += bytes;
  }

  /** Drops the oldest fields until the rest fits. */
  #evict(room: number): void {
    let dropped = 0;
    while (this.#tableBytes > room && dropped < this.#table.length) {
      const { name, value } = this.#table[dropped]!;
      this.#tableBytes -= name.length + value.length + FIELD_OVERHEAD;
      dropped += 1;
    }
    if (dropped > 0) this.#table = this.#table.slice(dropped);
  }

  #resize(bytes: number): boolean {
    if (bytes < 0 || bytes > this.#maxTableBytes) return false;
    this.#limit = bytes;
    this.#evict(bytes);
    return true;
  }

  /** RFC 7541 §5.1 @returns -1 for one that is cut or too large */
  #number(bytes: Buffer, end: number, prefix: number): number {
    const mask = (1 << prefix) - 1;
    let value = bytes[this.#at++]! & mask;
    if (value < mask) return value;
    for (let shift = 0; this.#at < end && shift <= 28; shift += 7) {
      const byte = bytes[this.#at++]!;
      value += (byte & 127) * 2 ** shift;
      if (value > MOST) return -1;
      if ((byte & 128) === 0) return value;
    }
    return -1;
  }

  #text(bytes: Buffer, end: number): string | undefined {
    if (this.#at >= end) return undefined;
    const isHuffman = (bytes[this.#at]! & 0x80) !== 0;
    const length = this.#number(bytes, end, 7);
    const start = this.#at;
    if (length === -1 || start + length > end) return undefined;
    this.#at = start + length;
    return isHuffman ? huffmanText(bytes, start, this.#at) : bytes.toString('latin1', start, this.#at);
  }
}
