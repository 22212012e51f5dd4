/** Migrations of an empty database, of an older one, and of a newer one. */
import { DatabaseSync } from 'node:sqlite';
import { Kysely, SqliteDialect, sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { adapted } from '../sqlite/driver.ts';
import { migrate } from './migrate.ts';
import type { Migration } from './migrate.ts';
import type { Dialect, Tables } from './tables.ts';

describe('migrations', () => {
  let db: Kysely<Tables>;
  let ran: string[];
  const dialect: Dialect = {
    name: 'sqlite',
    types: { key: sql`text`, text: sql`text`, long: sql`integer` },
    elements: (parameter) => parameter, number: (column) => column, forUpdate: '', write: (parts) => parts,
    alone: (database, work) => {
      ran.push('lock');
      return database.transaction().execute(work);
    },
    snapshot: (database, work) => database.transaction().execute(work),
  };
  const migration = (name: string, work: () => void = () => undefined): Migration => ({
    name,
    up: async (transaction, { types }) => {
      ran.push(name);
      await transaction.schema.createTable(`made_by_${name}`).addColumn('a', types.long).execute();
      work();
    },
  });
  const tables = async () => (await db.introspection.getTables()).map(({ name }) => name).filter((name) => name.startsWith('made_by_'));
  beforeEach(() => {
    ran = [];
    const observer = { unavailable: (error: unknown) => error as Error, failed: () => undefined, answered: () => undefined };
    const database = adapted(new DatabaseSync(':memory:'), observer);
    db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  });
  afterEach(() => db.destroy());

  it('run in order, behind the lock, and are remembered with their time', async () => {
    const before = Date.now();
    expect(await migrate(db, dialect, [migration('0001-a'), migration('0002-b')])).toEqual(['0001-a', '0002-b']);
    expect(ran).toEqual(['lock', '0001-a', '0002-b']);
    expect(await tables()).toEqual(['made_by_0001-a', 'made_by_0002-b']);
    const rows = await db.selectFrom('applied_migrations').selectAll().orderBy('name').execute();
    expect(rows.map(({ name }) => name)).toEqual(['0001-a', '0002-b']);
    for (const { applied_at: at } of rows) expect(at >= before && at <= Date.now()).toBe(true);
  });

  it('run once: later only those that are missing', async () => {
    await migrate(db, dialect, [migration('0001-a')]);
    expect(await migrate(db, dialect, [migration('0001-a')])).toEqual([]);
    expect(await migrate(db, dialect, [migration('0001-a'), migration('0002-b')])).toEqual(['0002-b']);
    expect(ran.filter((name) => name !== 'lock')).toEqual(['0001-a', '0002-b']);
  });

  it('leave nothing of a run that fails', async () => {
    const broken = migration('0002-b', () => { throw new Error('broken'); });
    await expect(migrate(db, dialect, [migration('0001-a'), broken])).rejects.toThrow('broken');
    expect(await tables()).toEqual([]);
    expect(await migrate(db, dialect, [migration('0001-a'), migration('0002-b')])).toEqual(['0001-a', '0002-b']);
  });

  it('do not run on a database that a newer version has used', async () => {
    await migrate(db, dialect, [migration('0001-a'), migration('0002-b'), migration('0003-c')]);
    await expect(migrate(db, dialect, [migration('0001-a'), migration('0004-d')])).rejects.toMatchObject({
      code: 'database-newer', message: expect.stringContaining('(0002-b, 0003-c)'),
    });
    expect(await tables()).not.toContain('made_by_0004-d');
  });
});
