/** The hash of a revision: it continues that of the revision before, so a log that was changed or cut does not fit together any more. */
import { createHash } from 'node:crypto';

import type { Change, RevisionRecord } from '../store.ts';

/** A change as the log keeps it: entities as text. */
export type LoggedChange = Omit<Change, 'before' | 'after' | 'at'> & { readonly before: string | null; readonly after: string | null };

/** The hash before the first revision that has one. */
export const NO_REVISION_HASH = '';

/** Takes the changes of one revision, in their order. SHA-256, hexadecimal. */
export class RevisionHash {
  readonly #hash = createHash('sha256');

  /** @param previous the hash of the revision before */
  constructor(previous: string) {
    this.#hash.update(`${previous}\n`);
  }

  add({ revision, position, entity, key, operation, before, after }: LoggedChange): void {
    this.#hash.update(`${JSON.stringify([revision, position, entity, key, operation, before, after])}\n`);
  }

  /** The hash, when all changes are added. It covers who made them, too. */
  end({ revision, at, author, requestId, comment, changes }: Omit<RevisionRecord, 'hash'>): string {
    return this.#hash.update(JSON.stringify([revision, at, author, requestId, comment, changes])).digest('hex');
  }
}
