/** Removal of rows whose time to live is over. Until then they hold their keys and unique values. */
import type { Transaction } from 'kysely';

import type { Schemas } from '../model/schema/entity-schema.ts';
import { toSeconds } from './reader.ts';
import type { Tables } from './tables.ts';
import { TableWriter } from './writer.ts';

/**
 * Removes them in a change with its own revision, before the change of the transaction.
 *
 * @param nowMs when the transaction began, in milliseconds since 1970
 * @returns that revision; `undefined` when no row has expired
 */
export async function removeExpiredRows(transaction: Transaction<Tables>, schemas: Schemas, nowMs: number): Promise<number | undefined> {
  const writer = new TableWriter(transaction, schemas, nowMs);
  const rows = await transaction.selectFrom('entities').select(['entity', 'key'])
    .where('expires_at', '<=', toSeconds(nowMs)).orderBy('entity').orderBy('key').execute();
  for (const { entity, key } of rows) await writer.expire(entity, key);
  return writer.changed;
}
