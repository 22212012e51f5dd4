/** Parts of a multipart form, found in its bytes, so that one can be removed without touching the rest. RFC 7578, RFC 2046 §5.1 */

/** Texts hold one character for each byte. */
interface Part {
  readonly name: string | undefined;
  readonly value: string;
  /** From the delimiter line before it to the one behind it. */
  readonly start: number;
  readonly end: number;
}

/** Longest boundary. RFC 2046 §5.1.1 */
const MAX_BOUNDARY = 70;

/** @returns the boundary that a content type names */
export function boundaryOf(contentType: string): string | undefined {
  const match = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType);
  const boundary = match?.[1] ?? match?.[2];
  return boundary !== undefined && boundary.length <= MAX_BOUNDARY ? boundary : undefined;
}

/** @returns the contents of the parts with this name, in order */
export function valuesInMultipart(body: string, boundary: string, name: string): readonly string[] {
  return partsOf(body, boundary).filter((part) => part.name === name).map(({ value }) => value);
}

/** Removes every part with this name, with its delimiter line. Every other byte stays. @returns `undefined` when there is none */
export function removeFromMultipart(body: string, boundary: string, name: string): string | undefined {
  const removed = partsOf(body, boundary).filter((part) => part.name === name);
  if (removed.length === 0) return undefined;
  let result = '';
  let from = 0;
  for (const { start, end } of removed) {
    result += body.slice(from, start);
    from = end;
  }
  return result + body.slice(from);
}

function partsOf(body: string, boundary: string): readonly Part[] {
  const delimiters = delimitersOf(body, boundary);
  return delimiters.slice(0, -1).map((delimiter, index): Part => {
    const next = delimiters[index + 1]!;
    // The line break before a delimiter belongs to the delimiter.
    const content = body.slice(delimiter.end, Math.max(delimiter.end, next.start - 2));
    const headEnd = content.startsWith('\r\n') ? 0 : content.indexOf('\r\n\r\n');
    const head = headEnd === -1 ? '' : content.slice(0, headEnd);
    const value = headEnd === -1 ? '' : content.slice(headEnd + (headEnd === 0 ? 2 : 4));
    return { name: nameOf(head), value, start: delimiter.start, end: next.start };
  });
}

interface Delimiter {
  /** Of its first hyphen. */
  readonly start: number;
  /** Behind its line break. */
  readonly end: number;
}

/** The delimiter lines up to the closing one; none when that one is missing, since such a body is not whole. */
function delimitersOf(body: string, boundary: string): readonly Delimiter[] {
  const mark = `--${boundary}`;
  const found: Delimiter[] = [];
  for (let start = body.indexOf(mark); start !== -1; start = body.indexOf(mark, start + mark.length)) {
    if (start > 0 && body.slice(start - 2, start) !== '\r\n') continue;
    const rest = /(--)?[ \t]*(?:\r\n|$)/y;
    rest.lastIndex = start + mark.length;
    const match = rest.exec(body);
    if (match === null) continue;
    found.push({ start, end: rest.lastIndex });
    if (match[1] !== undefined) return found;
  }
  return [];
}

function nameOf(head: string): string | undefined {
  const disposition = head.split('\r\n').find((line) => /^content-disposition[ \t]*:/i.test(line)) ?? '';
  const match = /;\s*name=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/i.exec(disposition);
  const name = match?.[1]?.replace(/\\(["\\])/g, '$1') ?? match?.[2];
  return name === undefined ? undefined : Buffer.from(name, 'latin1').toString('utf8');
}
