/** Answers of writes that have a key of their client, so that the same request makes a change once. */
import type { Transaction } from 'kysely';

import type { Migration } from '../migrate.ts';
import type { Dialect, Tables } from '../tables.ts';

export const keptAnswers: Migration = {
  name: '0004-kept-answers',
  async up(db: Transaction<Tables>, { types }: Dialect): Promise<void> {
    await db.schema.createTable('kept_answers')
      .addColumn('id', types.key, (column) => column.notNull())
      .addColumn('fingerprint', types.key, (column) => column.notNull())
      .addColumn('body', types.text, (column) => column.notNull())
      .addColumn('at', types.long, (column) => column.notNull())
      .addPrimaryKeyConstraint('kept_answers_pk', ['id'])
      .execute();
    await db.schema.createIndex('kept_answers_by_time').on('kept_answers').columns(['at']).execute();
  },
};
