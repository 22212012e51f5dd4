/** What was before each change, and a record of each revision. The changes so far go: they lack that, and have secrets as plain text. */
import type { Transaction } from 'kysely';

import type { Migration } from '../migrate.ts';
import type { Dialect, Tables } from '../tables.ts';

export const history: Migration = {
  name: '0003-history',
  async up(db: Transaction<Tables>, { types }: Dialect): Promise<void> {
    await db.deleteFrom('changes').execute();
    await db.schema.alterTable('changes').addColumn('old_body', types.text).execute();
    await db.schema.alterTable('revisions').addColumn('hash', types.key).execute();
    await db.schema.createTable('revision_records')
      .addColumn('revision', types.long, (column) => column.notNull())
      .addColumn('at', types.long, (column) => column.notNull())
      .addColumn('author', types.text)
      .addColumn('request_id', types.text)
      .addColumn('comment', types.text)
      .addColumn('changes', types.long, (column) => column.notNull())
      .addColumn('previous', types.key)
      .addColumn('hash', types.key, (column) => column.notNull())
      .addPrimaryKeyConstraint('revision_records_pk', ['revision'])
      .execute();
  },
};
