/**
 * Reads what an upstream gets, as a server without mercy would: the first byte that RFC 9112 does not allow is a flaw. Framing must be the
 * gateway's own, so that forms which a sender need not use (extensions of chunks, lists of lengths) are flaws, too.
 */

export interface StrictRequest {
  readonly method: string;
  readonly target: string;
  /** Names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly trailers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

type Line = readonly [name: string, value: string];

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ((?:\/|\*$|\*(?= ))[\x21-\x7e\x80-\xff]*|\*) HTTP\/1\.[01]$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*((?:[\x20-\x7e\x80-\xff\t]*[\x21-\x7e\x80-\xff])?)[ \t]*$/;
const HOST = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(?::[^@/?#\s]*)?$/;

/** RFC 9110 §6.5.1: what says how a message is framed or routed, and no trailer may be. */
const NEVER_TRAILERS = new Set(['content-length', 'transfer-encoding', 'host', 'trailer', 'connection', 'te', 'upgrade', 'authorization']);

export class StrictRequests {
  /** Whole requests. */
  readonly requests: StrictRequest[] = [];
  /** What was wrong; nothing is read behind it. */
  flaw: string | undefined;
  #bytes = '';

  push(chunk: Buffer): void {
    this.#bytes += chunk.toString('latin1');
    while (this.flaw === undefined && this.#next());
  }

  /** @returns whether a request was read */
  #next(): boolean {
    const end = this.#bytes.indexOf('\r\n\r\n');
    if (end === -1) {
      // A line that is broken shows before its head is whole.
      if (/^[\r\n\0]/.test(this.#bytes)) this.#isFlawed('bytes between requests', this.#bytes);
      return false;
    }
    const [first = '', ...rest] = this.#bytes.slice(0, end).split('\r\n');
    const [, method = '', target = ''] = REQUEST_LINE.exec(first) ?? this.#isFlawed('request line', first);
    const headers = this.#lines(rest);
    if (this.flaw !== undefined) return false;
    const values = (name: string) => headers.filter(([one]) => one === name).map(([, value]) => value);
    const [hosts, lengths, encodings] = [values('host'), values('content-length'), values('transfer-encoding')];
    if (hosts.length !== 1 || !HOST.test(hosts[0]!)) this.#isFlawed('Host', hosts.join(' | '));
    if (lengths.length + encodings.length > 1) this.#isFlawed('framing', [...lengths, ...encodings].join(' | '));
    if (lengths.length === 1 && !/^(?:0|[1-9][0-9]*)$/.test(lengths[0]!)) this.#isFlawed('Content-Length', lengths[0]!);
    if (encodings.length === 1 && encodings[0] !== 'chunked') this.#isFlawed('Transfer-Encoding', encodings[0]!);
    if (this.flaw !== undefined) return false;
    const body = this.#bytes.slice(end + 4);
    const read = encodings.length === 1 ? this.#chunks(body) : counted(body, Number(lengths[0] ?? 0));
    if (read === undefined) return false;
    this.#bytes = body.slice(read.used);
    this.requests.push({ method, target, headers, trailers: read.trailers, body: read.body });
    return true;
  }

  #lines(lines: readonly string[]): readonly Line[] {
    return lines.map((line): Line => {
      const [, name = '', value = ''] = HEADER_LINE.exec(line) ?? this.#isFlawed('header line', line);
      return [name.toLowerCase(), value];
    });
  }

  #chunks(body: string): Body | undefined {
    let text = '';
    for (let at = 0; ;) {
      const lineEnd = body.indexOf('\r\n', at);
      if (lineEnd === -1) return undefined;
      const line = body.slice(at, lineEnd);
      if (!/^[0-9a-fA-F]{1,8}$/.test(line)) this.#isFlawed('size of a chunk', line);
      if (this.flaw !== undefined) return undefined;
      const size = Number.parseInt(line, 16);
      at = lineEnd + 2;
      if (size === 0) return this.#trailers(body, at, text);
      if (body.length < at + size + 2) return undefined;
      if (!body.startsWith('\r\n', at + size)) this.#isFlawed('end of a chunk', body.slice(at + size, at + size + 2));
      if (this.flaw !== undefined) return undefined;
      text += body.slice(at, at + size);
      at += size + 2;
    }
  }

  #trailers(body: string, at: number, text: string): Body | undefined {
    if (body.startsWith('\r\n', at)) return { body: text, used: at + 2, trailers: [] };
    const end = body.indexOf('\r\n\r\n', at);
    if (end === -1) return undefined;
    const trailers = this.#lines(body.slice(at, end).split('\r\n'));
    const wrong = trailers.find(([name]) => NEVER_TRAILERS.has(name));
    if (wrong !== undefined) this.#isFlawed('trailer', wrong.join(': '));
    return this.flaw === undefined ? { body: text, used: end + 4, trailers } : undefined;
  }

  #isFlawed(what: string, found: string): readonly string[] {
    this.flaw ??= `${what}: ${JSON.stringify(found.slice(0, 100))}`;
    return [];
  }
}

interface Body {
  readonly body: string;
  readonly used: number;
  readonly trailers: readonly Line[];
}

function counted(bytes: string, length: number): Body | undefined {
  return bytes.length < length ? undefined : { body: bytes.slice(0, length), used: length, trailers: [] };
}
