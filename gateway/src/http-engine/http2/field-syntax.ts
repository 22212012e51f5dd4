/** What a field of a header block may look like. RFC 9113 §8.2. */
import { TOKEN } from '../http1/head-lines.ts';
import { idOf, UNKNOWN } from '../http1/known-headers.ts';
import type { TableField } from './hpack/static-table.ts';

const COLON = 58;

export interface FieldBounds {
  readonly maxHeaderListBytes: number;
  readonly maxHeaderFields: number;
}

/** Fields of an HTTP/1 connection. RFC 9113 §8.2.2 */
export const OF_CONNECTION: ReadonlySet<number> = new Set(
  ['connection', 'proxy-connection', 'keep-alive', 'transfer-encoding', 'upgrade'].map(idOf),
);

export function isPseudo({ name }: TableField): boolean {
  return name.charCodeAt(0) === COLON;
}

/** @returns whether name and value are well formed: names that are known are in any case */
export function isRegularField({ name, value, id }: TableField): boolean {
  return (id !== UNKNOWN || isFieldName(name)) && isFieldValue(value);
}

function isFieldName(name: string): boolean {
  if (name === '') return false;
  for (let at = 0; at < name.length; at += 1) {
    const code = name.charCodeAt(at);
    if (TOKEN[code] !== 1 || (code >= 65 && code <= 90)) return false;
  }
  return true;
}

/** No controls but TAB, no space around it. RFC 9113 §8.2.1 */
function isFieldValue(value: string): boolean {
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if ((code < 32 && code !== 9) || code === 127) return false;
  }
  return value === '' || !(isSpace(value.charCodeAt(0)) || isSpace(value.charCodeAt(value.length - 1)));
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}
