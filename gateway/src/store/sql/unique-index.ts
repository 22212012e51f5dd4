/** Indexes the unique values of stored rows again when their declarations have changed: by an upgrade, or by other entity types. */
import type { Kysely, Transaction } from 'kysely';

import type { Log } from '../../base/log.ts';
import { primaryKeyOf } from '../../model/schema/entity-schema.ts';
import type { EntitySchema } from '../../model/schema/entity-schema.ts';
import { declarationOf, indexOf } from '../entity-index.ts';
import type { Entity } from '../store.ts';
import { digestOf } from './reader.ts';
import type { SqlContext } from './sql-context.ts';
import { run, statement } from './statement.ts';
import type { Tables } from './tables.ts';

/** Rows that are indexed with one statement. */
const AT_ONCE = 1_000;

/** Several nodes may do so at the same time: one does it, the others find it done. */
export async function renewUniqueIndex(db: Kysely<Tables>, context: SqlContext, log: Log): Promise<void> {
  if ((await changedIn(db, context)).length === 0) return;
  await db.transaction().execute(async (transaction) => {
    await run(transaction, context.statements.begin, {});
    const changed = await changedIn(transaction, context);
    for (const schema of changed) await indexAnew(transaction, context, schema, log);
    const declarations = JSON.stringify(changed.map((schema) => [schema.name, declarationOf(schema)]));
    await run(transaction, statement(context.dialect, `insert into unique_declarations (entity, declaration)
      select value ->> 0, value ->> 1 from elements(:declarations) where true
      on conflict (entity) do update set declaration = excluded.declaration`), { declarations });
  });
}

async function changedIn(db: Kysely<Tables>, { schemas }: SqlContext): Promise<readonly EntitySchema[]> {
  const rows = await db.selectFrom('unique_declarations').selectAll().execute();
  const known = new Map(rows.map(({ entity, declaration }) => [entity, declaration]));
  return [...schemas.values()].filter((schema) => known.get(schema.name) !== declarationOf(schema));
}

async function indexAnew(transaction: Transaction<Tables>, context: SqlContext, schema: EntitySchema, log: Log): Promise<void> {
  const entity = schema.name;
  const bodies = await run<{ readonly body: string }>(transaction, context.statements.all, { entity });
  const rows = bodies.map(({ body }) => JSON.parse(body) as Entity);
  await transaction.deleteFrom('unique_values').where('entity', '=', entity).execute();
  const taken = new Set<string>();
  const values = rows.flatMap((row) => indexOf(schema, row).unique.flatMap(({ field, text }) => {
    const [key, digest] = [row[primaryKeyOf(schema)] as string, digestOf(text)];
    if (!taken.has(`${field} ${digest}`)) {
      taken.add(`${field} ${digest}`);
      return [{ entity, field, digest, key }];
    }
    log.warn('a row has a value that must be unique by now and that another row has; change one of them', { entity, key, field });
    return [];
  }));
  for (let from = 0; from < values.length; from += AT_ONCE) {
    await transaction.insertInto('unique_values').values(values.slice(from, from + AT_ONCE)).execute();
  }
}
