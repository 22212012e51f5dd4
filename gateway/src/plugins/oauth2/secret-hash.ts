/** The hash that secrets of oauth2 can be stored as: PBKDF2 with a random salt, in PHC string format. Kong's format. */
import { pbkdf2Sync, randomBytes } from 'node:crypto';

const ITERATIONS = 10_000;
const HASH_BYTES = 32;
const SALT_BYTES = 16;

export function secretHash(secret: string, salt: Uint8Array = randomBytes(SALT_BYTES)): string {
  const hash = pbkdf2Sync(secret, salt, ITERATIONS, HASH_BYTES, 'sha512');
  return `$pbkdf2-sha512$i=${ITERATIONS},l=${HASH_BYTES}$${unpadded(salt)}$${unpadded(hash)}`;
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
