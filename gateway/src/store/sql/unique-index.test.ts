/** Rows that were stored when other values were unique: by an older version, or with other entity types. */
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';

import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';
import { createLog } from '../../base/log.ts';
import { defineEntity, schemasByName } from '../../model/schema/entity-schema.ts';
import { integer, string } from '../../model/schema/field.ts';
import type { Place } from '../open.ts';
import { clientConfig } from '../postgres/connection.ts';
import type { Entity, Store } from '../store.ts';

const before = schemasByName([
  defineEntity({ name: 'things', fields: { id: string(), name: string({ unique: true }), kind: string(), size: integer() } }),
]);
const after = schemasByName([
  defineEntity({
    name: 'things', uniqueTogether: [['kind', 'name']],
    fields: { id: string(), name: string(), kind: string(), size: integer({ unique: true }) },
  }),
]);
const thing = (id: string, more: Entity = {}): Entity => ({ id, name: id, kind: 'k', size: null, ...more });

async function execute(place: Place, text: string): Promise<void> {
  if (place.kind === 'embedded') {
    const database = new DatabaseSync(place.file);
    database.exec(text);
    database.close();
  } else if (place.kind === 'postgres') {
    const client = new pg.Client(clientConfig(place.connection));
    await client.connect();
    await client.query(text);
    await client.end();
  }
}

describe.each(STORE_KINDS.filter(({ isLasting }) => isLasting))('$name', ({ newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  let store: Store | undefined;
  afterEach(() => store?.close());
  const stored = async (...rows: readonly Entity[]): Promise<Place> => {
    const place = await newPlace();
    store = await openAt(place, { schemas: before });
    await store.write(async (writer) => {
      for (const row of rows) await writer.insert('things', row);
    });
    await store.close();
    return place;
  };

  it.each([
    ['an older version without the table of declarations',
      "drop table unique_declarations; delete from applied_migrations where name = '0002-unique-values'"],
    ['this version with other entity types', 'select 1'],
  ])('indexes the rows of %s again', async (_, change) => {
    const place = await stored(thing('a', { size: 1 }), thing('b', { size: 2, kind: 'other' }));
    await execute(place, change);
    store = await openAt(place, { schemas: after });
    expect(await store.latest.getByUnique('things', 'size', 2)).toMatchObject({ id: 'b' });
    expect(await store.latest.getByCombination('things', { name: 'a', kind: 'k' })).toMatchObject({ id: 'a' });
    expect(await store.latest.getByUnique('things', 'name', 'a')).toBeUndefined();
    await expect(store.write((writer) => writer.insert('things', thing('c', { size: 1 })))).rejects.toMatchObject({ fields: { size: 1 } });
    await store.write((writer) => writer.replace('things', thing('a', { size: 3 })));
    await store.write((writer) => writer.insert('things', thing('c', { name: 'b', size: 1 })));
    expect((await store.changesAfter(0, 9)).map(({ revision }) => revision)).toEqual([1, 1, 2, 3]);
  });

  it('names rows that share a value that must be unique by now, and opens', async () => {
    const place = await stored(thing('a', { size: 1 }), thing('b', { size: 1 }));
    const lines: object[] = [];
    const log = createLog({ write: (line) => lines.push(JSON.parse(line) as object) });
    store = await openAt(place, { schemas: after, log });
    expect(lines).toMatchObject([{ level: 'warn', entity: 'things', key: 'b', field: 'size' }]);
    expect(await store.latest.getByUnique('things', 'size', 1)).toMatchObject({ id: 'a' });
    await store.write((writer) => writer.replace('things', thing('b', { size: 2 })));
    expect(await store.latest.getByUnique('things', 'size', 2)).toMatchObject({ id: 'b' });
  });

  it('does so once', async () => {
    const place = await stored(thing('a', { size: 1 }), thing('b', { size: 1 }));
    await (await openAt(place, { schemas: after })).close();
    const lines: string[] = [];
    store = await openAt(place, { schemas: after, log: createLog({ write: (line) => lines.push(line) }) });
    expect(lines).toEqual([]);
  });
});
