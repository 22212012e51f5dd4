/** Reads HTTP/1.1 messages from bytes as they come, telling how they were framed. Lenient, because it judges others. */

export interface ReadMessage {
  readonly startLine: string;
  /** As they came. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  readonly framing: 'cl' | 'chunked' | 'close' | 'none';
  readonly complete: boolean;
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
    const finish = (text: string, used: number, framing: ReadMessage['framing'], complete = true): ReadMessage => {
      this.#bytes = body.slice(used);
      return { startLine, headers, body: text, framing, complete };
    };
    const bodiless = side === 'response' && (hasNoBody || status < 200 || status === 204 || status === 304);
    if (bodiless) return finish('', 0, 'none');
    if (/chunked/i.test(value('transfer-encoding') ?? '')) {
      const decoded = decodeChunks(body);
      if (decoded !== undefined) return finish(decoded.text, decoded.used, 'chunked');
      return this.#ended ? finish(body, body.length, 'chunked', false) : undefined;
    }
    const length = value('content-length');
    if (length !== undefined) {
      const size = Number(length);
      if (body.length >= size) return finish(body.slice(0, size), size, 'cl');
      return this.#ended ? finish(body, body.length, 'cl', false) : undefined;
    }
    if (side === 'request') return finish('', 0, 'none');
    return this.#ended ? finish(body, body.length, 'close') : undefined;
  }
}

function decodeChunks(body: string): { text: string; used: number } | undefined {
  let position = 0;
  let text = '';
  for (;;) {
    const lineEnd = body.indexOf('\r\n', position);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(body.slice(position, lineEnd), 16);
    position = lineEnd + 2;
    if (size === 0) {
      const trailersEnd = body.startsWith('\r\n', position) ? position + 2 : body.indexOf('\r\n\r\n', position) + 4;
      return trailersEnd < position ? undefined : { text, used: trailersEnd };
    }
    if (body.length < position + size + 2) return undefined;
    text += body.slice(position, position + size);
    position += size + 2;
  }
}
