/** What a JWT claims. Signatures are not verified: the key of the issuer is known to the tools only. */
import { decodeBase64 } from './base64';

/** The claims, or undefined when the text is no JWT of three parts whose second is a JSON object. */
export function jwtClaims(text: string): Readonly<Record<string, unknown>> | undefined {
  const parts = text.trim().split('.');
  if (parts.length !== 3 || parts.some((part) => part === '')) return undefined;
  const [header, claims] = parts.slice(0, 2).map(decodedObject);
  return header && claims;
}

function decodedObject(part: string): Readonly<Record<string, unknown>> | undefined {
  const bytes = decodeBase64(part.replaceAll('-', '+').replaceAll('_', '/').padEnd(Math.ceil(part.length / 4) * 4, '='));
  if (!bytes) return undefined;
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
  } catch {
    return undefined;
  }
}
