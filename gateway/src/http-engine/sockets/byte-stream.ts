/** A connection as engines see it: bytes in, bytes out, back-pressure. TCP, TLS and tests are behind it. */

/** Called by a `ByteStream`. */
export interface ByteReader {
  /** @param buffer shared by connections: valid during the call only */
  data(buffer: Buffer, start: number, end: number): void;
  /** What was written has left, after a write returned false. */
  drain(): void;
  /** The other end sends nothing further; it may still read. */
  end(): void;
  /** The connection is gone; comes once, last. */
  close(error: Error | undefined): void;
}

export interface ByteStream {
  reader: ByteReader;
  readonly bytesWritten: number;
  /** Latin-1 text: one byte for each character. @returns false when the other end is slow */
  writeText(text: string): boolean;
  /** @param bytes may be overwritten after the call @returns false when the other end is slow */
  writeBytes(bytes: Buffer): boolean;
  /** Both in one packet, where that is possible. @returns as the others */
  writeBoth(text: string, bytes: Buffer): boolean;
  pause(): void;
  resume(): void;
  /** Sends nothing further; what was written is sent first. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}
