/** Base64 as clients of gateways send it. */

const STANDARD = /^[A-Za-z0-9+/]*$/;

/**
 * Decodes base64 as nginx does: everything behind the first `=` is ignored, and padding may be missing.
 *
 * @returns `undefined` for other characters, or a length that no bytes have
 */
export function decodeBase64(text: string): Buffer | undefined {
  const end = text.indexOf('=');
  const digits = end === -1 ? text : text.slice(0, end);
  return digits.length % 4 === 1 || !STANDARD.test(digits) ? undefined : Buffer.from(digits, 'base64');
}

/** The same for base64url; the characters of plain base64 count, too. */
export function decodeBase64Url(text: string): Buffer | undefined {
  return decodeBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
}

const URL_DIGITS = /^[\w-]*$/;

/** Decodes base64url in the one form that RFC 4648 §5 writes without padding: each value of bytes has one text. */
export function decodeExactBase64Url(text: string): Buffer | undefined {
  if (!URL_DIGITS.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
