/** Encrypted texts that only holders of a secret can make, read or change. */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

import { decodeExactBase64Url } from '../base/base64.ts';

export interface Seal {
  /** @returns base64url */
  seal(text: string): string;
  /** @returns `undefined` for what was not sealed with one of the secrets, or was changed */
  open(sealed: string): string | undefined;
}

const SALT_BYTES = 24;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * AES-256-GCM. Each text has a key and a nonce of its own, derived from the secret and a random salt, so that no number of texts wears a
 * secret out.
 *
 * @param secrets the first one seals, all of them open: a new secret is put in front of the old one
 * @param purpose texts that were sealed for another purpose do not open
 */
export function createSeal(secrets: readonly string[], purpose: string): Seal {
  const keys = secrets.map((secret) => Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES)));
  const [first] = keys;
  if (first === undefined) throw new Error('a seal needs a secret');
  return {
    seal: (text) => sealWith(first, text),
    open: (sealed) => {
      const bytes = decodeExactBase64Url(sealed);
      if (bytes === undefined || bytes.length < SALT_BYTES + TAG_BYTES) return undefined;
      for (const key of keys) {
        const text = openWith(key, bytes);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

function sealWith(key: Buffer, text: string): string {
  const salt = randomBytes(SALT_BYTES);
  const cipher = createCipheriv('aes-256-gcm', ...derived(key, salt));
  return Buffer.concat([salt, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64url');
}

function openWith(key: Buffer, bytes: Buffer): string | undefined {
  const end = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', ...derived(key, bytes.subarray(0, SALT_BYTES)), { authTagLength: TAG_BYTES });
  decipher.setAuthTag(bytes.subarray(end));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(SALT_BYTES, end)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function derived(key: Buffer, salt: Buffer): [key: Buffer, nonce: Buffer] {
  const bytes = createHmac('sha512', key).update(salt).digest();
  return [bytes.subarray(0, KEY_BYTES), bytes.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES)];
}
