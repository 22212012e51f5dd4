/**
 * What a TLS client says first, RFC 8446 §4.1.2: enough of it to choose a route before an answer. Bounded, and strict about lengths:
 * an upstream must not find another server name in the same bytes.
 */

export interface ClientHello {
  /** Server name, RFC 6066 §3, without a dot at its end. `undefined`: the client names none */
  readonly serverName: string | undefined;
}

/** A longer message is refused. nginx reads as many. Bytes. */
export const MAX_CLIENT_HELLO_BYTES = 16_384;

/** A message in more records is refused: no client splits it further. */
const MAX_RECORDS = 32;

const RECORD_HEADER = 5;
const MAX_RECORD = 16_384;
const HANDSHAKE_RECORD = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;

/** @param bytes what came so far, from the first byte of the connection on */
export function parseClientHello(bytes: Buffer): ClientHello | 'incomplete' | 'invalid' {
  const message = handshakeMessage(bytes);
  if (typeof message === 'string') return message;
  try {
    return helloOf(new Reader(message));
  } catch (error) {
    if (error instanceof Malformed) return 'invalid';
    throw error;
  }
}

/** The first handshake message, put together from its records, without its header. */
function handshakeMessage(bytes: Buffer): Buffer | 'incomplete' | 'invalid' {
  const parts: Buffer[] = [];
  let gathered = 0;
  let at = 0;
  for (let records = 0; records < MAX_RECORDS; records += 1) {
    if (at < bytes.length && bytes[at] !== HANDSHAKE_RECORD) return 'invalid';
    // Major version; the minor one means nothing, RFC 8446 §5.1.
    if (at + 1 < bytes.length && bytes[at + 1] !== 3) return 'invalid';
    if (at + RECORD_HEADER > bytes.length) return 'incomplete';
    const length = bytes.readUInt16BE(at + 3);
    if (length === 0 || length > MAX_RECORD) return 'invalid';
    at += RECORD_HEADER;
    const part = bytes.subarray(at, at + length);
    parts.push(part);
    gathered += part.length;
    const message = messageIn(parts, gathered);
    if (message !== 'incomplete') return message;
    if (part.length < length) return 'incomplete';
    at += length;
  }
  return 'invalid';
}

function messageIn(parts: readonly Buffer[], gathered: number): Buffer | 'incomplete' | 'invalid' {
  if (parts[0]!.length > 0 && parts[0]![0] !== CLIENT_HELLO) return 'invalid';
  if (gathered < 4) return 'incomplete';
  const all = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  const length = all.readUIntBE(1, 3);
  if (length > MAX_CLIENT_HELLO_BYTES) return 'invalid';
  return gathered < 4 + length ? 'incomplete' : all.subarray(4, 4 + length);
}

class Malformed extends Error {}

/** Reads a message from front to back. */
class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(size: 1 | 2): number {
    return this.take(size).readUIntBE(0, size);
  }

  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new Malformed();
    const taken = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return taken;
  }

  /** A vector behind its length. */
  vector(size: 1 | 2): Buffer {
    return this.take(this.number(size));
  }
}

function helloOf(hello: Reader): ClientHello {
  // Version, and 32 random bytes.
  if (hello.take(2)[0] !== 3) throw new Malformed();
  hello.take(32);
  if (hello.vector(1).length > 32) throw new Malformed();
  const suites = hello.vector(2).length;
  if (suites === 0 || suites % 2 !== 0 || hello.vector(1).length === 0) throw new Malformed();
  if (hello.isAtEnd) return { serverName: undefined };
  const extensions = new Reader(hello.vector(2));
  if (!hello.isAtEnd) throw new Malformed();
  const seen = new Set<number>();
  let serverName: string | undefined;
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (seen.has(type)) throw new Malformed();
    seen.add(type);
    if (type === SERVER_NAME) serverName = nameOf(new Reader(content));
  }
  return { serverName };
}

/** The list has one name: RFC 6066 §3 allows one of each type, and no other type than host_name exists. */
function nameOf(extension: Reader): string {
  const list = new Reader(extension.vector(2));
  if (!extension.isAtEnd || list.number(1) !== 0) throw new Malformed();
  const name = list.vector(2).toString('latin1').replace(/\.$/, '');
  if (!list.isAtEnd || !/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,253}$/.test(name)) throw new Malformed();
  return name;
}
