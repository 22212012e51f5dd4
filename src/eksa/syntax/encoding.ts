/** Bytes of a file as text: UTF-8, or what editors and spreadsheets of Windows write instead. */

export type TextEncoding = 'utf-8' | 'utf-16' | 'windows-1252';

export interface DecodedText {
  readonly text: string;
  readonly encoding: TextEncoding;
}

/** A file's text: of bytes, or as it came. */
export type SourceText = string | DecodedText;

export function textOf(source: SourceText): DecodedText {
  return typeof source === 'string' ? { text: source, encoding: 'utf-8' } : source;
}

/**
 * The text, with its byte order mark where it is UTF-8.
 *
 * @returns undefined when the bytes are no text
 */
export function decodeText(bytes: Uint8Array): DecodedText | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decoded(bytes.subarray(2), 'utf-16le', 'utf-16');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decoded(swapped(bytes.subarray(2)), 'utf-16le', 'utf-16');
  return decoded(bytes, 'utf-8', 'utf-8') ?? (isBinary(bytes) ? undefined : decoded(bytes, 'windows-1252', 'windows-1252'));
}

function decoded(bytes: Uint8Array, label: string, encoding: TextEncoding): DecodedText | undefined {
  try {
    return { text: new TextDecoder(label, { fatal: true, ignoreBOM: true }).decode(bytes), encoding };
  } catch {
    return undefined;
  }
}

/** Big-endian made little-endian, which every build of Node can decode. */
function swapped(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at++) result[at] = bytes[at + (at % 2 === 0 ? 1 : -1)];
  return result;
}

/** No text has control characters of this kind. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
}
