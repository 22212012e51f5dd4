/** Brings the tables of a database up to date. Several nodes may run it at the same time, and again. */
import type { Kysely, Transaction } from 'kysely';

import { GatewayError } from '../../base/errors.ts';
import type { Dialect, Tables } from './tables.ts';

export interface Migration {
  /** Number and subject, e.g. `0002-certificates`; the database remembers it. */
  readonly name: string;
  up(db: Transaction<Tables>, dialect: Dialect): Promise<void>;
}

/**
 * Applies the migrations that are missing, all in one transaction where the database can do that.
 *
 * @returns names of the migrations that were applied now
 * @throws GatewayError `database-newer`: the database was used by a newer version
 */
export async function migrate(db: Kysely<Tables>, dialect: Dialect, migrations: readonly Migration[]): Promise<readonly string[]> {
  return dialect.alone(db, async (transaction) => {
    await transaction.schema.createTable('applied_migrations').ifNotExists()
      .addColumn('name', dialect.types.key, (column) => column.notNull().primaryKey())
      .addColumn('applied_at', dialect.types.long, (column) => column.notNull())
      .execute();
    const applied = new Set((await transaction.selectFrom('applied_migrations').select('name').execute()).map(({ name }) => name));
    refuseNewer(applied, migrations);
    const missing = migrations.filter(({ name }) => !applied.has(name));
    for (const migration of missing) {
      const work = () => migration.up(transaction, dialect);
      await (dialect.migration?.(transaction, migration.name, work) ?? work());
      await transaction.insertInto('applied_migrations').values({ name: migration.name, applied_at: Date.now() }).execute();
    }
    return missing.map(({ name }) => name);
  });
}

function refuseNewer(applied: ReadonlySet<string>, migrations: readonly Migration[]): void {
  const known = new Set(migrations.map(({ name }) => name));
  const unknown = [...applied].filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const problem = `the database has migrations that this version does not know (${unknown.join(', ')})`;
  throw new GatewayError('database-newer', `${problem}: a newer version has used it; start that version or a newer one`);
}
