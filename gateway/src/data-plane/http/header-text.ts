/**
 * Text in headers. Node's HTTP engine takes and gives header values as one character for each byte; everything else here is text, and text
 * travels as UTF-8, as in Kong. RFC 9110 §5.5 leaves the encoding to the field.
 */

const ASCII = /^[\t\x20-\x7e]*$/;
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\0-\x08\x0a-\x1f\x7f]/g;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The value of a header for a text. A control character, which no header can hold, is percent-encoded, as OpenResty does. */
export function headerValue(text: string): string {
  if (ASCII.test(text)) return text;
  const safe = text.replace(CONTROLS, (control) => `%${control.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
  return Buffer.from(safe, 'utf8').toString('latin1');
}

/** The text of a header's value; of one that is not UTF-8, one character for each byte. */
export function headerText(value: string): string {
  if (ASCII.test(value)) return value;
  try {
    return UTF8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return value;
  }
}

// eslint-disable-next-line no-control-regex
const NO_VALUE = /[\0-\x08\x0a-\x1f\x7f]|[^\0-\xff]/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** Names that are one, so that those that come with each request are looked at once. */
const names = new Set<string>();
const MAX_NAMES = 1_000;

function isName(name: string): boolean {
  if (names.has(name)) return true;
  if (!NAME.test(name)) return false;
  if (names.size < MAX_NAMES) names.add(name);
  return true;
}

/** A header line with its CRLF. @throws Error no head can hold the name or the value */
export function lineOf(name: string, value: string): string {
  if (!isName(name)) throw new Error(`${JSON.stringify(name)} is no name of a header`);
  if (NO_VALUE.test(value)) throw new Error(`header ${name} has characters that no header can hold`);
  return `${name}: ${value}\r\n`;
}

/** Names and values in turn of lines that are well formed. */
export function parsedLines(text: string): string[] {
  const list: string[] = [];
  for (let at = 0; at < text.length;) {
    const colon = text.indexOf(':', at);
    const end = text.indexOf('\r\n', colon);
    list.push(text.slice(at, colon), text.slice(colon + 1, end).trim());
    at = end + 2;
  }
  return list;
}
