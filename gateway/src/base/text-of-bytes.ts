/** Text that travels as UTF-8 where a string has one character for each byte, as in heads of HTTP. */

const ASCII = /^[\t\x20-\x7e]*$/;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns of bytes that are not UTF-8: one character for each */
export function textOfBytes(bytes: string): string {
  if (ASCII.test(bytes)) return bytes;
  try {
    return UTF8.decode(Buffer.from(bytes, 'latin1'));
  } catch {
    return bytes;
  }
}
