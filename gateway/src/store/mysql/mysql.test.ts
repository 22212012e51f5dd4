/** What the store does on servers of MariaDB that have unlucky defaults, lose connections, refuse changes or change passwords. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConnection } from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';

import { MariaDbServer, runMysql } from '../../../test/setup/mariadb-server.ts';
import { openAt } from '../../../test/setup/stores.ts';
import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import { createLog } from '../../base/log.ts';
import { Secret } from '../../base/secret.ts';
import type { OpenStoreOptions } from '../open.ts';
import type { Store } from '../store.ts';
import type { MysqlConnection } from './connection.ts';

const ID = '00000000-0000-4000-8000-000000000001';
const WITHIN = { timeout: 20_000 };

/** Whatever could go wrong with texts and times. */
const UNLUCKY = [
  '--sql-mode=ANSI,NO_BACKSLASH_ESCAPES', '--default-time-zone=+09:30', '--transaction-isolation=SERIALIZABLE', '--autocommit=0',
  '--character-set-server=latin1', '--collation-server=latin1_german2_ci', '--max-allowed-packet=1M', '--default-storage-engine=Aria',
];

describe.skipIf(!inject('mariadb'))('a store on MariaDB', () => {
  let server: MariaDbServer;
  let databases = 0;
  const opened: Store[] = [];
  beforeAll(async () => { server = (await MariaDbServer.start(undefined, UNLUCKY))!; });
  afterAll(() => server.remove());
  afterEach(async () => void await Promise.all(opened.splice(0).map((store) => store.close())));

  const newConnection = async (more: Partial<MysqlConnection> = {}): Promise<MysqlConnection> => {
    const database = `d${databases += 1}`;
    await runMysql(server.address, `create database ${database}`);
    return { ...server.address, database, ssl: false, sslVerify: false, timeoutMs: 6_000, ...more };
  };
  const open = async (connection: MysqlConnection, options: Partial<OpenStoreOptions> = {}) => {
    const store = await openAt({ kind: 'mysql', connection }, { pollMs: 0, ...options });
    opened.push(store);
    return store;
  };
  const put = (store: Store, name: string) => store.write(async (writer) => {
    const service = { id: ID, name, tags: null };
    await (await writer.get('services', ID) ? writer.replace('services', service) : writer.insert('services', service));
  });
  /** A user of the server without rights over the server itself. */
  const newUser = async (user: string, password: string, database: string) => {
    await runMysql(server.address, `create user ${user}@'%' identified by '${password}'`);
    await runMysql(server.address, `grant all privileges on ${database}.* to ${user}@'%'`);
  };

  it.each([
    'it\'s "quoted" \\ `back` \\n \\\' -- ; /* */', '漢字 😀 ü\u0000\u001f', 'a ', 'A', '%_?:name $1', '\\\\', '',
  ])('keeps %j as it is, and finds it', async (name) => {
    const store = await open(await newConnection());
    await put(store, name);
    expect(await store.latest.get('services', ID)).toEqual({ id: ID, name, tags: null });
    expect(await store.latest.getByUnique('services', 'name', name)).toEqual({ id: ID, name, tags: null });
    for (const other of [`${name} `, name.trimEnd() === name ? undefined : name.trimEnd(), name === 'A' ? 'a' : undefined]) {
      if (other !== undefined) expect(await store.latest.getByUnique('services', 'name', other)).toBeUndefined();
    }
  });

  it('keeps keys apart that differ in case, in an accent or in a space at the end', async () => {
    const store = await open(await newConnection());
    const keys = ['key', 'KEY', 'kéy', 'key '];
    await store.write(async (writer) => {
      for (const key of keys) await writer.insert('parameters', { key, value: `of ${key}`, created_at: null });
    });
    for (const key of keys) expect(await store.latest.get('parameters', key)).toMatchObject({ value: `of ${key}` });
  });

  it('is migrated once when several nodes start at once', async () => {
    const connection = await newConnection();
    const stores = await Promise.all(Array.from({ length: 3 }, () => open(connection)));
    expect(await Promise.all(stores.map((store) => store.isReachable()))).toEqual([true, true, true]);
    const name = `concat('hybridge_', left(sha2('${connection.database}', 256), 32))`;
    const [lock] = await runMysql(server.address, `select is_free_lock(${name}) as free`);
    expect(lock!.free).toBe(1);
  });

  it('finishes a migration that was interrupted', async () => {
    const connection = await newConnection();
    await (await openAt({ kind: 'mysql', connection }, { pollMs: 0 })).close();
    const target = { ...server.address, database: connection.database };
    // As it is when the first migration has begun, and has made some of its tables.
    for (const table of ['entity_tags', 'entity_references', 'changes', 'data_planes', 'unique_declarations']) {
      await runMysql(target, `drop table ${table}`);
    }
    await runMysql(target, 'delete from applied_migrations');
    const store = await open(connection);
    await put(store, 'after');
    expect(await store.latest.getByUnique('services', 'name', 'after')).toMatchObject({ id: ID });
  });

  it('does not take tables of something else for its own', async () => {
    const connection = await newConnection();
    await runMysql({ ...server.address, database: connection.database }, 'create table entities (id int)');
    await expect(open(connection)).rejects.toThrow(/entities/);
  });

  it('takes a change of the password from its file, for new connections, without a restart', async () => {
    const passwordFile = join(temporaryFolder('password'), 'password');
    const connection = await newConnection({ user: 'rotating', passwordFile });
    await newUser('rotating', 'first', connection.database);
    writeFileSync(passwordFile, 'first\n');
    const store = await open(connection);
    await runMysql(server.address, "set password for rotating@'%' = password('second')");
    writeFileSync(passwordFile, 'second\n');
    // Connections that are open stay open; more at once need new ones.
    await Promise.all(Array.from({ length: 6 }, () => store.read((reader) => reader.revision())));
    await runMysql(server.address, 'kill user rotating');
    await expect.poll(() => store.isReachable(), WITHIN).toBe(true);
  });

  it('says that the server is read-only, once, and goes on when it is not any more', async () => {
    const lines: { readonly message: string; readonly error?: string }[] = [];
    const connection = await newConnection({ user: 'plain', password: new Secret('p') });
    await newUser('plain', 'p', connection.database);
    const store = await open(connection, { log: createLog({ write: (line) => lines.push(JSON.parse(line) as typeof lines[number]) }) });
    await put(store, 'before');
    await runMysql(server.address, 'set global read_only = 1');
    try {
      for (let n = 0; n < 3; n += 1) {
        await expect(put(store, `refused ${n}`)).rejects.toMatchObject({
          code: 'database-unavailable', message: expect.stringMatching(/read-only: a replica/),
        });
        expect(await store.latest.get('services', ID)).toMatchObject({ name: 'before' });
      }
    } finally {
      await runMysql(server.address, 'set global read_only = 0');
    }
    await put(store, 'after');
    expect(lines.map(({ message }) => message)).toEqual([
      'the database cannot be used; what needs it fails until it answers again', 'the database answers again',
    ]);
    expect(JSON.stringify(lines)).not.toContain('"p"');
  });

  it('says that a change is larger than max_allowed_packet, and works on', async () => {
    const store = await open(await newConnection());
    await expect(put(store, 'x'.repeat(1_200_000))).rejects.toMatchObject({
      code: 'database-unavailable', message: expect.stringMatching(/max_allowed_packet of the server .+ is 1048576: raise it/),
    });
    await put(store, 'y'.repeat(200_000));
    expect((await store.latest.get('services', ID))?.name).toHaveLength(200_000);
  });

  it('tries again when another transaction holds the rows, and says so in the end', async () => {
    const connection = await newConnection({ timeoutMs: 3_000 });
    const store = await open(connection);
    const holder = await createConnection({ ...server.address, database: connection.database });
    try {
      await holder.query('begin');
      await holder.query('select value from revisions for update');
      const waits = async () => Number((await runMysql(server.address, "show global status like 'Innodb_row_lock_waits'"))[0]!.Value);
      const before = await waits();
      const written = put(store, 'in the end');
      // The store waits for a second, and tries again.
      await expect.poll(waits, WITHIN).toBeGreaterThanOrEqual(before + 2);
      await holder.query('rollback');
      expect((await written).revision).toBe(1);
      await holder.query('begin');
      await holder.query('select value from revisions for update');
      await expect(put(store, 'never')).rejects.toMatchObject({
        code: 'database-unavailable', message: expect.stringMatching(/other transactions hold its rows/),
      });
    } finally {
      await holder.end();
    }
    await put(store, 'afterwards');
    expect(await store.latest.revision()).toBe(2);
  });

  it('replaces connections that were ended, and loses nothing', async () => {
    const connection = await newConnection();
    const store = await open(connection);
    await put(store, 'before');
    const rows = await runMysql(server.address, `select id from information_schema.processlist where db = '${connection.database}'`);
    for (const { id } of rows) await runMysql(server.address, `kill connection ${id as number}`);
    await expect.poll(() => put(store, 'after').then(() => true, () => false), WITHIN).toBe(true);
    expect(await store.latest.get('services', ID)).toMatchObject({ name: 'after' });
  });

  it('fails while the server is away, and is used again when it is back', async () => {
    const connection = await newConnection();
    const store = await open(connection);
    await put(store, 'before');
    await server.stop();
    await expect(put(store, 'lost')).rejects.toMatchObject({
      code: 'database-unavailable', message: expect.stringMatching(/^cannot use MySQL at 127.0.0.1:\d+, database 'd\d+', user 'tests'/),
    });
    expect(await store.isReachable()).toBe(false);
    await server.launch();
    await expect.poll(() => store.isReachable(), WITHIN).toBe(true);
    expect(await store.latest.get('services', ID)).toMatchObject({ name: 'before' });
    await put(store, 'after');
  });

  it('lets two nodes write at once: each sees what the other has written', async () => {
    const connection = await newConnection();
    const nodes = [await open(connection, { pollMs: 20 }), await open(connection, { pollMs: 20 })];
    const heard: number[] = [];
    nodes[0]!.onChange((revision) => heard.push(revision));
    const insert = (store: Store) => store.write(async (writer) => {
      const n = (await writer.all('services')).length;
      await writer.insert('services', { id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, name: `s${n}`, tags: null });
      return n;
    });
    const written = await Promise.all(Array.from({ length: 20 }, (_, n) => insert(nodes[n % 2]!)));
    expect(written.map(({ value }) => value).sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, n) => n));
    for (const { value, revision } of written) expect(revision).toBe(value + 1);
    const changes = await nodes[1]!.changesAfter(0, 100);
    expect(changes.map(({ revision, after }) => [revision, after!.name])).toEqual(Array.from({ length: 20 }, (_, n) => [n + 1, `s${n}`]));
    await expect.poll(() => heard.at(-1), WITHIN).toBe(20);
  });
});
