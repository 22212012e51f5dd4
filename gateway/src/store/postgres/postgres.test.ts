/** What only PostgreSQL has: outages, notifications, schemas, several nodes. */
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest';

import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';
import { createLog } from '../../base/log.ts';
import type { Place } from '../open.ts';
import type { Store } from '../store.ts';
import type { PostgresConnection } from './connection.ts';
import { clientConfig } from './connection.ts';
import { isOutage } from './pool.ts';

const service = (n: number) => ({ id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, name: `s${n}`, tags: null });

it.each([
  ['08006', true], ['08P01', true], ['28P01', true], ['28000', true], ['3D000', true], ['53300', true], ['57P01', true], ['57P03', true],
  ['57014', true],
  ['58030', true], ['25006', true],
  ['25001', false], ['22021', false], ['23505', false], ['42601', false], ['42P01', false], ['40001', false], ['0A000', false], ['X2500',
    false],
  ['250060', false], ['125006', false], ['', false], [undefined, false],
])('SQLSTATE %s says that the server cannot be used now: %s', (code, expected) => {
  const error = new pg.DatabaseError('x', 1, 'error');
  error.code = code;
  expect(isOutage(error)).toBe(expected);
});

it.each([
  [Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), true], [new Error('timeout exceeded when trying to connect'), true],
  [new AggregateError([]), true], [new TypeError('defect'), false], [new RangeError('defect'), false],
])('%s is an outage: %s', (error, expected) => {
  expect(isOutage(error)).toBe(expected);
});

describe.skipIf(!inject('postgres'))('a store on PostgreSQL', () => {
  const { newPlace } = STORE_KINDS.find(({ name }) => name === 'PostgreSQL')!;
  let place: Place & { readonly kind: 'postgres' };
  let store: Store;
  let lines: { readonly level: string; readonly message: string }[];
  beforeEach(async () => {
    place = await newPlace() as typeof place;
    lines = [];
    const log = createLog({ level: 'debug', write: (line) => lines.push(JSON.parse(line) as typeof lines[number]) });
    store = await openAt(place, { pollMs: 0, log });
    lines.length = 0;
  });
  afterEach(() => store.close());
  const insert = (to: Store, n: number) => to.write((writer) => writer.insert('services', service(n)));
  const query = async (text: string): Promise<readonly Record<string, unknown>[]> => {
    const client = new pg.Client(clientConfig(place.connection));
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  };
  /** Ends connections of this store. The connection that listens is the one whose last statement read the revision by itself. */
  const terminate = (condition: string) => query(
    `select pg_terminate_backend(pid) from pg_stat_activity where ${OTHERS} and ${condition}`);
  const OTHERS = 'datname = current_database() and pid <> pg_backend_pid()';
  const LISTENING = "query like 'select value from revisions%'";

  it('hears of changes by other nodes without looking for them', async () => {
    const other = await openAt(place, { pollMs: 0 });
    const heard: number[] = [];
    store.onChange((revision) => heard.push(revision));
    await insert(other, 1);
    await insert(other, 2);
    await expect.poll(() => heard).toEqual([1, 2]);
    await other.close();
  });

  it('hears nothing of another schema of the same database, whatever its revisions are', async () => {
    const elsewhere = await newPlace() as typeof place;
    expect(elsewhere.connection.database).toBe(place.connection.database);
    const other = await openAt(elsewhere, { pollMs: 0 });
    const heard: number[] = [];
    store.onChange((revision) => heard.push(revision));
    for (const n of [1, 2, 3]) await insert(other, n);
    await insert(store, 1);
    await expect.poll(() => heard).toEqual([1]);
    await insert(store, 2);
    await expect.poll(() => heard).toEqual([1, 2]);
    expect((await other.read((reader) => reader.all('services'))).length).toBe(3);
    await other.close();
  });

  it('listens again after its connection is lost, and hears what it missed', async () => {
    const other = await openAt(place, { pollMs: 0 });
    const heard: number[] = [];
    store.onChange((revision) => heard.push(revision));
    await terminate(LISTENING);
    await insert(other, 1);
    await expect.poll(() => heard, { timeout: 5_000 }).toEqual([1]);
    await insert(other, 2);
    await expect.poll(() => heard).toEqual([1, 2]);
    await other.close();
  });

  it('does not listen again once it is closed', async () => {
    await store.close();
    await expect.poll(() => query(`select pid from pg_stat_activity where datname = current_database() and ${LISTENING}`)).toEqual([]);
    store = await openAt(place, { pollMs: 0 });
  });

  it('does not use a connection again that was lost', async () => {
    await store.read((reader) => reader.revision());
    await terminate('true');
    await expect.poll(() => insert(store, 1).then(({ revision }) => revision, () => undefined)).toBe(1);
    expect((await store.read((reader) => reader.all('services'))).length).toBe(1);
  });

  it('reports an outage in the middle of a write, logs it, and works again', async () => {
    const lost = store.write(async (writer) => {
      await writer.insert('services', service(1));
      await terminate('true');
      await writer.insert('services', service(2));
    });
    const { host, port, database, user } = place.connection;
    const name = `PostgreSQL at ${host}:${port}, database '${database}', user '${user}'`;
    await expect(lost).rejects.toMatchObject({
      code: 'database-unavailable', reason: 'unavailable',
      message: expect.stringMatching(new RegExp(`^cannot use ${name}: .*KONG_PG_HOST`)),
    });
    // Other connections of the pool may be dead as well, and each of them may fail once.
    await expect.poll(() => store.read((reader) => reader.all('services')).catch(() => undefined)).toEqual([]);
    const messages = lines.filter(({ level }) => level !== 'debug').map(({ message }) => message);
    expect([messages[0], messages.at(-1)]).toEqual([
      'the database cannot be used; what needs it fails until it answers again', 'the database answers again',
    ]);
  });

  it('passes on errors of statements as they are', async () => {
    await expect(store.write((writer) => writer.insert('services', {
      ...service(1),
      tags: ['\u0000'],
    }))).rejects.toMatchObject({ code: '22P05' });
    expect(lines).toEqual([]);
  });

  it('logs no outage when it cannot be opened: the error says it', async () => {
    const connection: PostgresConnection = { ...place.connection, database: 'missing' };
    const log = createLog({ level: 'debug', write: (line) => lines.push(JSON.parse(line) as typeof lines[number]) });
    await expect(openAt({ kind: 'postgres', connection }, { log })).rejects.toMatchObject({ code: 'database-unavailable' });
    expect(lines).toEqual([]);
  });

  it('of a newer version is not opened', async () => {
    await query("insert into applied_migrations values ('9999-future', 1)");
    await expect(openAt(place)).rejects.toMatchObject({ code: 'database-newer' });
  });

  it('uses ten connections at most, and one to listen', async () => {
    const reads = Array.from({ length: 40 }, () => store.read(async (reader) => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return reader.revision();
    }));
    await Promise.all(reads);
    const [row] = await query(`select count(*)::int as count from pg_stat_activity where application_name = 'hybridge' and ${OTHERS}`);
    expect(row).toEqual({ count: 11 });
  });

  it('scans no table for a write, however many rows there are', async () => {
    await query(`
      insert into entities select 'consumers', lpad(n::text, 36, '0'), '{"id":"' || lpad(n::text, 36, '0') || '"}', null
        from generate_series(1, 3000) n;
      insert into entities select 'keyauth_credentials', lpad(n::text, 36, '0'), '{}', null from generate_series(1, 3000) n;
      insert into entity_references select 'keyauth_credentials', e.key, 'consumer', 'consumers', e.key
        from entities e where e.entity = 'consumers';
      insert into unique_values select entity, 'username', md5(key) || md5(key), key from entities;
      insert into entity_tags select entity, key, md5('a') || md5('a'), 'a' from entities;
      analyze`);
    const id = '7'.padStart(36, '0');
    const spy = vi.spyOn(pg.Client.prototype, 'query');
    await store.write(async (writer) => {
      const row = await writer.get('consumers', id);
      await writer.replace('consumers', { ...row, username: 'renamed', tags: ['b'] });
      await writer.insert('consumers', { id: '9'.repeat(36), username: 'bob', tags: ['b'] });
      await writer.delete('consumers', id);
    });
    const sent = (spy.mock.calls as unknown as readonly (readonly [string, unknown[]])[])
      .map(([text, values]) => [text.replace(/^begin; /, ''), values] as const).filter(([text]) => /^(select|with) /.test(text));
    spy.mockRestore();
    expect(sent.length).toBe(5);
    const client = new pg.Client(clientConfig(place.connection));
    await client.connect();
    for (const [text, values] of sent) {
      const plan = (await client.query<{ readonly 'QUERY PLAN': string }>(`explain ${text}`, values)).rows.map((row) => row['QUERY PLAN']);
      expect(plan.filter((line) => /Seq Scan on (entities|unique_values|entity_\w+)/.test(line)), text).toEqual([]);
    }
    await client.end();
  });

  it('compares keys byte by byte, whatever the language of the database is', async () => {
    const column = "table_schema = current_schema() and table_name = 'entities' and column_name = 'key'";
    const [row] = await query(`select collation_name from information_schema.columns where ${column}`);
    expect(row).toEqual({ collation_name: 'C' });
  });
});
