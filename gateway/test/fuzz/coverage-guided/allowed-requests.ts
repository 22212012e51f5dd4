/**
 * The requests that bytes of a client may be taken for by RFC 9112 and the acceptance policy, by a second reader that knows nothing of the
 * engine's: an engine may refuse more, and never find another one.
 */

export interface AllowedRequest {
  readonly method: string;
  readonly target: string;
  readonly body: string;
}

const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;
const CHUNK_LINE = /^([0-9A-Fa-f]+)(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

export function allowedRequests(text: string): readonly AllowedRequest[] {
  const requests: AllowedRequest[] = [];
  for (let at = 0; at < text.length;) {
    while (text.startsWith('\r\n', at)) at += 2;
    const end = text.indexOf('\r\n\r\n', at);
    const head = end === -1 ? undefined : headOf(text.slice(at, end).split('\r\n'));
    if (head === undefined) break;
    const body = head.isChunked ? chunkedBody(text, end + 4) : countedBody(text, end + 4, head.length);
    if (body === undefined) break;
    requests.push({ method: head.method, target: head.target, body: body.text });
    if (head.isLast) break;
    at = body.end;
  }
  return requests;
}

interface Head {
  readonly method: string;
  readonly target: string;
  readonly isChunked: boolean;
  readonly length: number;
  readonly isLast: boolean;
}

function headOf([first = '', ...rest]: readonly string[]): Head | undefined {
  const [, method = '', target = '', minor] = REQUEST_LINE.exec(first) ?? [];
  const lines = rest.map((line) => HEADER_LINE.exec(line));
  if (method === '' || lines.includes(null)) return undefined;
  const values = (wanted: string) => lines.filter((line) => line![1]!.toLowerCase() === wanted).map((line) => line![2]!.toLowerCase());
  const [lengths, codings] = [values('content-length'), values('transfer-encoding')];
  const isChunked = codings.length > 0;
  if (lengths.length + codings.length > 1 || values('host').length > 1) return undefined;
  if (isChunked ? codings[0] !== 'chunked' || minor === '0' : !/^\d+$/.test(lengths[0] ?? '0')) return undefined;
  const options = values('connection').join().split(',').map((option) => option.trim());
  const isLast = options.includes('close') || (minor === '0' && !options.includes('keep-alive'));
  return { method, target, isChunked, length: Number(lengths[0] ?? 0), isLast };
}

interface Body {
  readonly text: string;
  readonly end: number;
}

function countedBody(text: string, start: number, length: number): Body | undefined {
  const end = start + length;
  return end <= text.length ? { text: text.slice(start, end), end } : undefined;
}

function chunkedBody(text: string, start: number): Body | undefined {
  let body = '';
  for (let at = start; ;) {
    const lineEnd = text.indexOf('\r\n', at);
    const [, digits] = CHUNK_LINE.exec(text.slice(at, lineEnd === -1 ? at : lineEnd)) ?? [];
    if (digits === undefined) return undefined;
    const size = Number.parseInt(digits, 16);
    at = lineEnd + 2;
    if (size === 0) return behindTrailers(text, at, body);
    body += text.slice(at, at + size);
    at += size;
    if (!text.startsWith('\r\n', at)) return undefined;
    at += 2;
  }
}

function behindTrailers(text: string, start: number, body: string): Body | undefined {
  if (text.startsWith('\r\n', start)) return { text: body, end: start + 2 };
  const end = text.indexOf('\r\n\r\n', start);
  const areLines = end !== -1 && text.slice(start, end).split('\r\n').every((line) => HEADER_LINE.test(line));
  return areLines ? { text: body, end: end + 4 } : undefined;
}
