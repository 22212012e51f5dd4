/** WebSocket frames of any opcode, right or wrong, byte by byte (RFC 6455 §5.2). Data is one character for each byte. */

export interface WireFrame {
  readonly op: number;
  readonly fin: boolean;
  readonly data: string;
}

interface WireOptions {
  readonly fin?: boolean;
  readonly mask?: boolean;
  /** Reserved bits, 0 to 7. */
  readonly rsv?: number;
}

export function encodeWire(op: number, data: string, { fin = true, mask = false, rsv = 0 }: WireOptions = {}): Buffer {
  const payload = Buffer.from(data, 'latin1');
  const { length } = payload;
  const extended = length < 126 ? 0 : length < 65_536 ? 2 : 8;
  const head = Buffer.alloc(2 + extended);
  head[0] = (fin ? 0x80 : 0) + rsv * 0x10 + op;
  head[1] = (mask ? 0x80 : 0) + (extended === 0 ? length : extended === 2 ? 126 : 127);
  if (extended === 2) head.writeUInt16BE(length, 2);
  if (extended === 8) head.writeBigUInt64BE(BigInt(length), 2);
  // A mask of zeros is a mask, and leaves the payload readable.
  return Buffer.concat(mask ? [head, Buffer.alloc(4), payload] : [head, payload]);
}

export class WireReader {
  #bytes: Buffer = Buffer.alloc(0);

  /** Bytes that are no whole frame yet. */
  get hasRest(): boolean {
    return this.#bytes.length > 0;
  }

  push(chunk: Buffer): WireFrame[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const frames: WireFrame[] = [];
    for (let frame = this.#next(); frame !== undefined; frame = this.#next()) frames.push(frame);
    return frames;
  }

  #next(): WireFrame | undefined {
    const bytes = this.#bytes;
    if (bytes.length < 2) return undefined;
    const short = bytes[1]! % 0x80;
    const masked = bytes[1]! >= 0x80;
    const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + extended + (masked ? 4 : 0);
    if (bytes.length < start) return undefined;
    const length = extended === 0 ? short : extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < start + length) return undefined;
    const payload = Buffer.from(bytes.subarray(start, start + length));
    // eslint-disable-next-line no-bitwise
    if (masked) for (let index = 0; index < length; index += 1) payload[index] = payload[index]! ^ bytes[start - 4 + index % 4]!;
    this.#bytes = bytes.subarray(start + length);
    return { op: bytes[0]! % 0x10, fin: bytes[0]! >= 0x80, data: payload.toString('latin1') };
  }
}
