/** The hash that passwords of basic-auth are stored as. Kong's, since data planes of both kinds compare with it. */
import { createHash } from 'node:crypto';

/** @returns hex. The consumer's id is the salt: two consumers with one password have different hashes. */
export function passwordHash(password: string | Buffer, consumerId: string): string {
  return createHash('sha1').update(password).update(consumerId).digest('hex');
}
