/** Reads HTTP/1.1 messages from bytes as they come, telling how they were framed. Lenient, because it judges others. */

export interface ReadMessage {
  readonly startLine: string;
  /** As they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly framing: 'cl' | 'chunked' | 'close' | 'none';
  readonly complete: boolean;
  readonly trailers?: readonly string[];
}

/** One character for each byte. */
export class HttpReader {
  #bytes = '';
  #ended = false;

  push(chunk: Buffer): void {
    this.#bytes += chunk.toString('latin1');
  }

  end(): void {
    this.#ended = true;
  }

  /** Bytes that belong to no message yet. */
  get rest(): string {
    return this.#bytes;
  }

  /**
   * The next message, or `undefined` while it is not there. At the end what is there counts, as incomplete.
   * @param hasNoBody for an answer whose request says so
   */
  next(side: 'request' | 'response', hasNoBody = false): ReadMessage | undefined {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end === -1) return undefined;
    const [startLine = '', ...lines] = this.#bytes.slice(0, end).split('\r\n');
    const headers = lines.map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
    });
    const value = (name: string) => headers.find(([key]) => key.toLowerCase() === name)?.[1];
    const body = this.#bytes.slice(end + 4);
    const status = Number(startLine.split(' ')[1]);
    const finish = (
      text: string, used: number, framing: ReadMessage['framing'], { complete = true, trailers = [] as readonly string[] } = {},
    ): ReadMessage => {
      this.#bytes = body.slice(used);
      return { startLine, headers, body: text, framing, complete, ...trailers.length > 0 && { trailers } };
    };
    const bodiless = side === 'response' && (hasNoBody || status < 200 || status === 204 || status === 304);
    if (bodiless) return finish('', 0, 'none');
    if (/chunked/i.test(value('transfer-encoding') ?? '')) {
      const decoded = decodeChunks(body);
      if (decoded.isWhole) return finish(decoded.text, decoded.used, 'chunked', decoded);
      return this.#ended ? finish(decoded.text, body.length, 'chunked', { complete: false }) : undefined;
    }
    const length = value('content-length');
    if (length !== undefined) {
      const size = Number(length);
      if (body.length >= size) return finish(body.slice(0, size), size, 'cl');
      return this.#ended ? finish(body, body.length, 'cl', { complete: false }) : undefined;
    }
    if (side === 'request') return finish('', 0, 'none');
    return this.#ended ? finish(body, body.length, 'close') : undefined;
  }
}

interface Decoded {
  readonly text: string;
  readonly used: number;
  readonly isWhole: boolean;
  readonly trailers?: readonly string[];
}

function decodeChunks(body: string): Decoded {
  let position = 0;
  let text = '';
  for (;;) {
    const lineEnd = body.indexOf('\r\n', position);
    if (lineEnd === -1) return { text, used: position, isWhole: false };
    const size = Number.parseInt(body.slice(position, lineEnd), 16);
    position = lineEnd + 2;
    if (size === 0) {
      if (body.startsWith('\r\n', position)) return { text, used: position + 2, isWhole: true };
      const end = body.indexOf('\r\n\r\n', position);
      const trailers = body.slice(position, end).split('\r\n').map((line) => line.replace(/^[^:]*/, (name) => name.toLowerCase())).sort();
      return { text, used: end + 4, isWhole: end !== -1, trailers };
    }
    if (body.length < position + size + 2) return { text: text + body.slice(position), used: position, isWhole: false };
    text += body.slice(position, position + size);
    position += size + 2;
  }
}
