/** Remembers what unique values are made of, so that a store can tell when that has changed and index its rows again. */
import type { Transaction } from 'kysely';

import type { Migration } from '../migrate.ts';
import type { Dialect, Tables } from '../tables.ts';

export const uniqueValues: Migration = {
  name: '0002-unique-values',
  async up(db: Transaction<Tables>, { types }: Dialect): Promise<void> {
    await db.schema.createTable('unique_declarations')
      .addColumn('entity', types.key, (column) => column.notNull())
      .addColumn('declaration', types.text, (column) => column.notNull())
      .addPrimaryKeyConstraint('unique_declarations_pk', ['entity'])
      .execute();
  },
};
