/** The first tables: entities with their keys, references and tags, the log of changes, data planes. */
import type { ForeignKeyConstraintBuilder, Transaction } from 'kysely';
import type { Migration } from '../migrate.ts';
import type { Dialect, Tables } from '../tables.ts';

const OF_ENTITY: ['entity', 'key'] = ['entity', 'key'];

const cascade = (constraint: ForeignKeyConstraintBuilder) => constraint.onDelete('cascade');

export const entities: Migration = {
  name: '0001-entities',
  async up(db: Transaction<Tables>, { types }: Dialect): Promise<void> {
    await db.schema.createTable('entities')
      .addColumn('entity', types.key, (column) => column.notNull())
      .addColumn('key', types.key, (column) => column.notNull())
      .addColumn('body', types.text, (column) => column.notNull())
      .addColumn('expires_at', types.long)
      .addPrimaryKeyConstraint('entities_pk', ['entity', 'key'])
      .execute();
    await db.schema.createIndex('entities_by_expiry').on('entities').columns(['expires_at']).execute();
    await db.schema.createTable('unique_values')
      .addColumn('entity', types.key, (column) => column.notNull())
      .addColumn('field', types.key, (column) => column.notNull())
      .addColumn('digest', types.key, (column) => column.notNull())
      .addColumn('key', types.key, (column) => column.notNull())
      .addPrimaryKeyConstraint('unique_values_pk', ['entity', 'field', 'digest'])
      .addForeignKeyConstraint('unique_values_of', OF_ENTITY, 'entities', OF_ENTITY, cascade)
      .execute();
    await db.schema.createIndex('unique_values_by_key').on('unique_values').columns(['entity', 'key']).execute();
    await db.schema.createTable('entity_references')
      .addColumn('entity', types.key, (column) => column.notNull())
      .addColumn('key', types.key, (column) => column.notNull())
      .addColumn('field', types.key, (column) => column.notNull())
      .addColumn('target', types.key, (column) => column.notNull())
      .addColumn('target_key', types.key, (column) => column.notNull())
      .addPrimaryKeyConstraint('entity_references_pk', ['entity', 'key', 'field'])
      .addForeignKeyConstraint('entity_references_of', OF_ENTITY, 'entities', OF_ENTITY, cascade)
      .addForeignKeyConstraint('entity_references_to', ['target', 'target_key'], 'entities', ['entity', 'key'])
      .execute();
    await db.schema.createIndex('entity_references_by_target').on('entity_references')
      .columns(['target', 'target_key', 'entity', 'field', 'key']).execute();
    await db.schema.createTable('entity_tags')
      .addColumn('entity', types.key, (column) => column.notNull())
      .addColumn('key', types.key, (column) => column.notNull())
      .addColumn('digest', types.key, (column) => column.notNull())
      .addColumn('tag', types.text, (column) => column.notNull())
      .addPrimaryKeyConstraint('entity_tags_pk', ['digest', 'entity', 'key'])
      .addForeignKeyConstraint('entity_tags_of', OF_ENTITY, 'entities', OF_ENTITY, cascade)
      .execute();
    await db.schema.createIndex('entity_tags_by_key').on('entity_tags').columns(['entity', 'key']).execute();
    await db.schema.createTable('changes')
      .addColumn('revision', types.long, (column) => column.notNull())
      .addColumn('position', types.long, (column) => column.notNull())
      .addColumn('entity', types.key, (column) => column.notNull())
      .addColumn('key', types.key, (column) => column.notNull())
      .addColumn('operation', types.key, (column) => column.notNull())
      .addColumn('body', types.text)
      .addColumn('at', types.long, (column) => column.notNull())
      .addPrimaryKeyConstraint('changes_pk', ['revision', 'position'])
      .execute();
    await db.schema.createTable('revisions')
      .addColumn('id', types.long, (column) => column.notNull())
      .addColumn('value', types.long, (column) => column.notNull())
      .addPrimaryKeyConstraint('revisions_pk', ['id'])
      .execute();
    await db.insertInto('revisions').values({ id: 1, value: 0 }).execute();
    await db.schema.createTable('data_planes')
      .addColumn('id', types.key, (column) => column.notNull())
      .addColumn('body', types.text, (column) => column.notNull())
      .addColumn('expires_at', types.long, (column) => column.notNull())
      .addPrimaryKeyConstraint('data_planes_pk', ['id'])
      .execute();
  },
};
