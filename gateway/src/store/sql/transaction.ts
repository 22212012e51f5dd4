/** What every store does in a write, whatever its tables are made of: removes expired rows, then runs the work. */
import { EntityWriter } from '../entity-writer.ts';
import type { WriterOptions } from '../entity-writer.ts';
import { expectRevision } from '../history/revision-errors.ts';
import type { WriteOptions, Writer } from '../store.ts';

interface Transaction extends WriterOptions {
  /** When the first row of the tables expires, in seconds since 1970; `undefined`: none does. */
  readonly nextExpiry: number | undefined;
  readonly options: WriteOptions;
}

interface Outcome<T> {
  readonly value: T;
  /** The newest revision after the work. */
  readonly revision: number;
  /** When the next row expires, as far as the transaction knows; `undefined`: none does. */
  readonly nextExpiry: number | undefined;
}

export async function runTransaction<T>(transaction: Transaction, work: (writer: Writer) => Promise<T>): Promise<Outcome<T>> {
  const { nowMs, nextExpiry = Infinity, options } = transaction;
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
  await writer.end(options, true);
  return { value, revision: await writer.revision(), nextExpiry: next === Infinity ? undefined : next };
}
