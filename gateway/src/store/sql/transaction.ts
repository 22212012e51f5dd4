/** What every store does in a write, whatever its tables are made of: removes expired rows, then runs the work. */
import { EntityWriter } from '../entity-writer.ts';
import type { WriterOptions } from '../entity-writer.ts';
import { expectRevision } from '../history/revision-errors.ts';
import { refuseSecond } from '../once.ts';
import type { KeptAnswers } from '../once.ts';
import type { WriteOptions, Writer } from '../store.ts';

interface Transaction extends WriterOptions {
  /** When the first row of the tables expires, in seconds since 1970; `undefined`: none does. */
  readonly nextExpiry: number | undefined;
  readonly options: WriteOptions;
  readonly kept: KeptAnswers;
}

interface Outcome<T> {
  readonly value: T;
  /** The newest revision after the work. */
  readonly revision: number;
  /** When the next row expires, as far as the transaction knows; `undefined`: none does. */
  readonly nextExpiry: number | undefined;
}

export async function runTransaction<T>(transaction: Transaction, work: (writer: Writer) => Promise<T>): Promise<Outcome<T>> {
  const { nowMs, nextExpiry = Infinity, options, kept } = transaction;
  // First: the write that is asked for again was made for a revision that is the newest no longer.
  if (options.once) await refuseSecond(kept, options.once);
  expectRevision(options.expected, transaction.revision);
  const hasExpired = nextExpiry * 1000 <= nowMs;
  const sweeper = new EntityWriter(transaction);
  if (hasExpired) {
    await sweeper.removeExpired();
    await sweeper.end({}, false);
  }
  const writer = new EntityWriter({ ...transaction, revision: await sweeper.revision() });
  const value = await work(writer);
  const next = Math.min(nextExpiry, writer.nextExpiry ?? Infinity);
  if (options.once) {
    await writer.flush();
    const text = options.once.keep(value, await writer.revision());
    if (text !== undefined) await kept.keep(options.once.key, { fingerprint: options.once.fingerprint, text });
  }
  await writer.end(options, true);
  return { value, revision: await writer.revision(), nextExpiry: next === Infinity ? undefined : next };
}
