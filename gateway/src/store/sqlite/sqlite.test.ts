/** What only SQLite has: a file that other processes may hold, and stores that keep nothing. */
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { SILENT, createLog } from '../../base/log.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import type { Store } from '../store.ts';
import { openSqliteStore } from './sqlite.ts';

const insert = (store: Store, n: number) => store.write((writer) => (
  writer.insert('services', { id: `00000000-0000-4000-8000-00000000000${n}`, name: `s${n}`, tags: null })));

describe('an embedded database', () => {
  let store: Store | undefined;
  afterEach(() => store?.close());

  it('keeps a journal that readers of other processes do not have to wait for', async () => {
    const file = join(temporaryFolder('store'), 'hybridge.db');
    store = await openSqliteStore({ schemas: SCHEMAS, log: SILENT, pollMs: 0, file });
    await insert(store, 1);
    const other = new DatabaseSync(file, { readOnly: true });
    expect(other.prepare('pragma journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(other.prepare('select count(*) as count from entities').get()).toEqual({ count: 1 });
    other.close();
  });

  it('that another process holds is unavailable after a wait, logged once, and used again later', async () => {
    const file = join(temporaryFolder('store'), 'hybridge.db');
    const lines: { readonly message: string }[] = [];
    const log = createLog({ write: (line) => lines.push(JSON.parse(line) as { readonly message: string }) });
    store = await openSqliteStore({ schemas: SCHEMAS, log, pollMs: 0, file, busyMs: 10 });
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    await expect(insert(store, 1)).rejects.toMatchObject({
      code: 'database-unavailable', reason: 'io',
      message: expect.stringMatching(/^cannot use the embedded database .*hybridge\.db: .*locked.*KONG_PREFIX/),
    });
    other.exec('rollback');
    other.close();
    expect((await insert(store, 1)).revision).toBe(1);
    expect(lines.map(({ message }) => message)).toEqual([
      'the database cannot be used; what needs it fails until it answers again', 'the database answers again',
    ]);
  });

  it('has the rows that other versions of the gateway read', async () => {
    const file = join(temporaryFolder('store'), 'hybridge.db');
    store = await openSqliteStore({ schemas: SCHEMAS, log: SILENT, pollMs: 0, file });
    await store.write(async (writer) => {
      const plugin = { id: '00000000-0000-4000-8000-000000000001', name: 'key-auth', route: null, service: null, consumer: null };
      await writer.insert('plugins', { ...plugin, instance_name: 'one' });
      await writer.delete('plugins', plugin.id);
      await writer.insert('plugins', { ...plugin, instance_name: 'two' });
    });
    const other = new DatabaseSync(file, { readOnly: true });
    expect(other.prepare('select field from unique_values order by field').all().map(({ field }) => field))
      .toEqual(['instance_name', 'name+route+service+consumer']);
    expect(other.prepare('select revision, position, operation from changes order by position').all().map((row) => ({ ...row }))).toEqual([
      { revision: 1, position: 1, operation: 'insert' }, { revision: 1, position: 2, operation: 'delete' },
      { revision: 1, position: 3, operation: 'insert' },
    ]);
    other.close();
  });

  it('waits for another process that writes', async () => {
    const file = join(temporaryFolder('store'), 'hybridge.db');
    store = await openSqliteStore({ schemas: SCHEMAS, log: SILENT, pollMs: 0, file });
    // A statement that waits stops this thread, so that another one has to end the transaction.
    const other = new Worker(`
      const { parentPort, workerData } = require('node:worker_threads');
      const database = new (require('node:sqlite').DatabaseSync)(workerData);
      database.exec('begin immediate');
      parentPort.postMessage('begun');
      setTimeout(() => {
        database.exec('commit');
        database.close();
      }, 200);
    `, { eval: true, workerData: file });
    const ended = once(other, 'exit');
    await once(other, 'message');
    expect((await insert(store, 1)).revision).toBe(1);
    await ended;
  });

  it('that another process holds when a row expires logs the outage only, and removes the row later', async () => {
    const clock = new ManualClock();
    const file = join(temporaryFolder('store'), 'hybridge.db');
    const lines: { readonly message: string }[] = [];
    const log = createLog({ write: (line) => lines.push(JSON.parse(line) as { readonly message: string }) });
    store = await openSqliteStore({ schemas: SCHEMAS, log, pollMs: 0, file, clock, busyMs: 10 });
    await store.write(async (writer) => {
      await writer.insert('consumers', { id: '00000000-0000-4000-8000-000000000001', username: 'bob', custom_id: null, tags: null });
      const consumer = { id: '00000000-0000-4000-8000-000000000001' };
      const ttl = clock.now() / 1000 + 10;
      await writer.insert('keyauth_credentials', { id: '00000000-0000-4000-8000-000000000002', key: 'k', consumer, tags: null, ttl });
    });
    await store.read((reader) => reader.revision());
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    clock.advance(10_000);
    await expect.poll(() => lines.map(({ message }) => message), { timeout: 15_000 }).toEqual([
      'the database cannot be used; what needs it fails until it answers again',
    ]);
    other.exec('rollback');
    other.close();
    await expect.poll(() => {
      clock.advance(1_000);
      return store!.read((reader) => reader.revision());
    }).toBe(2);
    expect(lines.slice(1).map(({ message }) => message)).toEqual(['the database answers again']);
  });

  it('in memory writes no file and does not look for changes by other nodes', async () => {
    const inner = new ManualClock();
    const waits: number[] = [];
    const clock: Clock = {
      now: () => inner.now(),
      after: (ms, run): Timer => {
        waits.push(ms);
        return inner.after(ms, run);
      },
      every: (ms, run) => inner.every(ms, run),
    };
    store = await openSqliteStore({ schemas: SCHEMAS, log: SILENT, pollMs: 77, file: ':memory:', clock });
    await insert(store, 1);
    expect([existsSync(':memory:'), waits]).toEqual([false, []]);
    const file = join(temporaryFolder('store'), 'hybridge.db');
    const other = await openSqliteStore({ schemas: SCHEMAS, log: SILENT, pollMs: 77, file, clock });
    expect([statSync(file).mode % 0o1000, waits]).toEqual([0o600, [77]]);
    await other.close();
  });
});
