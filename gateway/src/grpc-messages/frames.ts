/** Messages of gRPC in their frames: a byte of flags, four of length. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md */

const HEADER_BYTES = 5;

/** Flag of a frame that holds trailers, in gRPC-Web. */
export const TRAILERS = 0x80;

/** Longest message that is put together. Bytes. */
export const MAX_MESSAGE_BYTES = 8_388_608;

export function framed(payload: Buffer, flags = 0): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head[0] = flags;
  head.writeUInt32BE(payload.length, 1);
  return Buffer.concat([head, payload]);
}

/** Cuts a body into the messages of its frames, however it comes in parts. */
export class FrameSplitter {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws Error a message is compressed, or too long */
  push(bytes: Buffer): readonly Buffer[] {
    const all = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    const messages: Buffer[] = [];
    let at = 0;
    while (all.length - at >= HEADER_BYTES) {
      const length = all.readUInt32BE(at + 1);
      if (all[at] !== 0) throw new Error('a message of the upstream is compressed');
      if (length > MAX_MESSAGE_BYTES) throw new Error(`a message of the upstream is longer than ${MAX_MESSAGE_BYTES} bytes`);
      if (all.length - at - HEADER_BYTES < length) break;
      messages.push(all.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
      at += HEADER_BYTES + length;
    }
    this.#rest = Buffer.from(all.subarray(at));
    return messages;
  }
}
