/** Databases that are missing, belong to other programs, or go away. */
import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, inject, it } from 'vitest';

import { PostgresServer, createDatabase } from '../../test/setup/postgres-server.ts';
import { openAt } from '../../test/setup/stores.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { SILENT, createLog } from '../base/log.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { openSqliteStore } from './sqlite/sqlite.ts';
import type { Store } from './store.ts';

const OPTIONS = { schemas: SCHEMAS, log: SILENT, pollMs: 0 };
const NOWHERE = { host: '127.0.0.1', port: 1, database: 'none', user: 'kong', ssl: false, sslVerify: false, timeoutMs: 1_000 };

describe('an embedded database', () => {
  it('that is another kind of file is not changed, and one line says so', async () => {
    const file = join(temporaryFolder('store'), 'hybridge.db');
    writeFileSync(file, 'this is no database, but a diary of more than one page'.repeat(100));
    const expected = { code: 'database-unavailable', reason: 'io', message: expect.stringContaining(file) };
    await expect(openSqliteStore({ ...OPTIONS, file })).rejects.toMatchObject(expected);
  });

  it('in a folder that cannot be created fails with one line', async () => {
    const file = join(temporaryFolder('store'), 'file');
    writeFileSync(file, '');
    const below = openSqliteStore({ ...OPTIONS, file: join(file, 'below', 'hybridge.db') });
    await expect(below).rejects.toMatchObject({ code: 'database-unavailable' });
  });

  it('can be read by its user only', async () => {
    const file = join(temporaryFolder('store'), 'deep', 'hybridge.db');
    const store = await openSqliteStore({ ...OPTIONS, file });
    expect(statSync(file).mode.toString(8).slice(-3)).toBe('600');
    await store.close();
  });

  it('of a newer version is not touched', async () => {
    const file = join(temporaryFolder('store'), 'hybridge.db');
    const store = await openSqliteStore({ ...OPTIONS, file });
    await store.close();
    const { DatabaseSync } = await import('node:sqlite');
    const raw = new DatabaseSync(file);
    raw.exec("insert into applied_migrations values ('9999-future', 1)");
    raw.close();
    const expected = { code: 'database-newer', message: expect.stringContaining('9999-future') };
    await expect(openSqliteStore({ ...OPTIONS, file })).rejects.toMatchObject(expected);
    // SQLite removes its journal with the last connection.
    expect(existsSync(`${file}-wal`)).toBe(false);
  });
});

describe('PostgreSQL', () => {
  it('that does not answer ends the start in one line that names the settings', async () => {
    await expect(openAt({ kind: 'postgres', connection: NOWHERE })).rejects.toMatchObject({
      code: 'database-unavailable', reason: 'unavailable', message: expect.stringMatching(/127\.0\.0\.1:1, database 'none'.*KONG_PG_HOST/),
    });
  });

  it.skipIf(!inject('postgres'))('without the database ends the start, too', async () => {
    const connection = { ...NOWHERE, ...inject('postgres')! };
    const message = expect.stringContaining('database "none" does not exist');
    await expect(openAt({ kind: 'postgres', connection })).rejects.toMatchObject({ message });
  });

  it.skipIf(!inject('postgres'))('is migrated once when several nodes start at once', async () => {
    const database = `together_${process.pid}`;
    const address = inject('postgres')!;
    await createDatabase(address, database);
    const connection = { ...NOWHERE, ...address, database, timeoutMs: 10_000 };
    const stores = await Promise.all(Array.from({ length: 4 }, () => openAt({ kind: 'postgres', connection })));
    expect(await Promise.all(stores.map((store) => store.isReachable()))).toEqual([true, true, true, true]);
    await Promise.all(stores.map((store) => store.close()));
  });

  describe.skipIf(!inject('postgres'))('that goes away', () => {
    let server: PostgresServer | undefined;
    let store: Store | undefined;
    afterEach(async () => {
      await store?.close();
      await server?.remove();
    });

    it('fails requests meanwhile, is used again when it is back, and its changes are heard again', async () => {
      server = await PostgresServer.start();
      await createDatabase(server!.address, 'hybridge');
      const lines: string[] = [];
      const place = { kind: 'postgres', connection: { ...NOWHERE, ...server!.address, database: 'hybridge' } } as const;
      store = await openAt(place, { log: createLog({ write: (line) => lines.push(line) }) });
      const insert = (to: Store, name: string, id: string) => to.write((writer) => writer.insert('services', { id, name, tags: null }));
      await insert(store, 'before', '00000000-0000-4000-8000-000000000001');

      await server!.stop();
      await expect(store.read((reader) => reader.revision())).rejects.toMatchObject({ code: 'database-unavailable' });
      expect(await store.isReachable()).toBe(false);

      await server!.launch();
      await expect.poll(() => store!.isReachable(), { timeout: 5_000 }).toBe(true);
      const heard = new Promise<number>((resolve) => store!.onChange(resolve));
      const other = await openAt(place);
      await insert(other, 'after', '00000000-0000-4000-8000-000000000002');
      await other.close();
      expect(await heard).toBe(2);
      expect((await store.read((reader) => reader.all('services'))).map(({ name }) => name)).toEqual(['before', 'after']);
      expect(lines.map((line) => (JSON.parse(line) as { message: string }).message)).toEqual([
        'the database cannot be used; what needs it fails until it answers again', 'the database answers again',
      ]);
    });
  });
});

it('migrations that are applied already are not applied again', async () => {
  const file = join(temporaryFolder('store'), 'hybridge.db');
  await (await openSqliteStore({ ...OPTIONS, file })).close();
  const lines: string[] = [];
  const again = await openSqliteStore({ ...OPTIONS, file, log: createLog({ level: 'info', write: (line) => lines.push(line) }) });
  await again.close();
  expect(lines).toEqual([]);
});
