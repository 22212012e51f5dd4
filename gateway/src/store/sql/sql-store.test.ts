/** What a store does beside reading and writing: who waits for whom, what is announced, and what is left when it closes. */
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';
import { temporaryFolder } from '../../../test/setup/temporary-folder.ts';
import type { OpenStoreOptions, Place } from '../open.ts';
import { clientConfig } from '../postgres/connection.ts';
import type { Store } from '../store.ts';

/** A busy machine may take long over what needs milliseconds. */
const WITHIN = { timeout: 10_000 };

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const service = (n: number) => ({ id: uuid(n), name: `s${n}`, tags: null });
const insert = (to: Store, n: number) => to.write((writer) => writer.insert('services', service(n)));

/** A consumer, and a key of it that expires at this second. */
const insertKey = (to: Store, ttl: number) => to.write(async (writer) => {
  await writer.insert('consumers', { id: uuid(1), username: 'bob', custom_id: null, tags: null });
  await writer.insert('keyauth_credentials', { id: uuid(2), key: 'k', consumer: { id: uuid(1) }, tags: null, ttl });
});

const opened: Store[] = [];
const open = async (place: Place, options: Partial<OpenStoreOptions> = {}) => {
  const store = await openAt(place, { pollMs: 0, ...options });
  opened.push(store);
  return store;
};
afterEach(async () => void await Promise.all(opened.splice(0).map((store) => store.close())));

describe('a store on SQLite', () => {
  const newPlace = (): Place => ({ kind: 'embedded', file: join(temporaryFolder('store'), 'hybridge.db') });

  it('announces a write before it returns', async () => {
    const store = await open(newPlace());
    const heard: number[] = [];
    store.onChange((revision) => heard.push(revision));
    await insert(store, 1);
    expect(heard).toEqual([1]);
  });

  it.each([0, 1, 100])('with pollMs %d looks for changes by other nodes as often, and never with 0', async (pollMs) => {
    const clock = new ManualClock();
    const place = newPlace();
    const store = await open(place, { clock, pollMs });
    const other = await open(place);
    const heard: number[] = [];
    store.onChange((revision) => heard.push(revision));
    await insert(other, 1);
    expect([clock.timers, heard]).toEqual([pollMs > 0 ? 1 : 0, []]);
    clock.advance(pollMs);
    if (pollMs > 0) await expect.poll(() => heard, WITHIN).toEqual([1]);
    else expect(heard).toEqual([]);
  });

  it('removes what expired while no node ran, as soon as it is opened', async () => {
    const clock = new ManualClock();
    const place = newPlace();
    const before = await openAt(place, { clock, pollMs: 0 });
    await insertKey(before, clock.now() / 1000 + 10);
    await before.close();
    clock.advance(10_000);
    const store = await open(place, { clock });
    await expect.poll(() => store.read((reader) => reader.revision()), WITHIN).toBe(2);
    expect(await store.read((reader) => reader.all('keyauth_credentials'))).toEqual([]);
  });

  it('leaves no timer when it is closed, and calls no listener', async () => {
    const clock = new ManualClock();
    const place = newPlace();
    const store = await openAt(place, { clock, pollMs: 100 });
    await insertKey(store, clock.now() / 1000 + 10);
    await expect.poll(() => clock.timers, WITHIN).toBe(2);
    await store.close();
    expect(clock.timers).toBe(0);
  });
});

describe.skipIf(!inject('postgres'))('stores on PostgreSQL', () => {
  const { newPlace } = STORE_KINDS.find(({ name }) => name === 'PostgreSQL')!;
  let place: Place & { readonly kind: 'postgres' };
  /** A connection of the test. */
  let client: pg.Client;
  beforeEach(async () => {
    place = await newPlace() as typeof place;
    client = new pg.Client({ ...clientConfig(place.connection), application_name: 'test' });
    await client.connect();
  });
  afterEach(() => client.end());
  const ours = async (condition: string) => (await client.query(
    `select pid from pg_stat_activity where datname = current_database() and application_name = 'hybridge' and ${condition}`)).rowCount;
  const isSomeWaiting = async () => (await ours("wait_event_type = 'Lock'")) !== 0;

  it('write one after the other: the work of the second begins when the first is committed', async () => {
    const [first, second] = [await open(place), await open(place)];
    const steps: string[] = [];
    let release = () => undefined as void;
    const gate = new Promise<void>((resolve) => { release = resolve; });
    const one = first.write(async (writer) => {
      steps.push('first begins');
      await gate;
      await writer.insert('services', service(1));
    });
    await expect.poll(() => steps, WITHIN).toEqual(['first begins']);
    const two = second.write(async (writer) => {
      steps.push(`second sees ${(await writer.all('services')).length}`);
      await writer.insert('services', service(2));
    });
    await expect.poll(async () => steps.length > 1 || await isSomeWaiting(), WITHIN).toBe(true);
    release();
    expect([(await one).revision, (await two).revision, steps]).toEqual([1, 2, ['first begins', 'second sees 1']]);
  });

  it('read one state, whatever is written meanwhile', async () => {
    const [store, other] = [await open(place), await open(place)];
    const counts = await store.read(async (reader) => {
      const before = (await reader.all('services')).length;
      await insert(other, 1);
      return [before, (await reader.all('services')).length, await reader.revision()];
    });
    expect(counts).toEqual([0, 0, 0]);
  });

  it('announce changes only, and rows that expired among them', async () => {
    const clock = new ManualClock();
    const [store, other] = [await open(place), await open(place, { clock })];
    const heard: number[] = [];
    store.onChange((revision) => heard.push(revision));
    await insertKey(other, clock.now() / 1000 + 10);
    await other.write(async () => undefined);
    clock.advance(10_000);
    await other.write(async () => undefined);
    await expect.poll(() => heard, WITHIN).toEqual([1, 2]);
  });

  it('wait while another version migrates the tables', async () => {
    // Nodes of all versions have to take the same lock, so its number never changes.
    await client.query('select pg_advisory_lock(4899132114)');
    const store = open(place);
    await expect.poll(isSomeWaiting, WITHIN).toBe(true);
    await client.query('select pg_advisory_unlock(4899132114)');
    expect(await (await store).isReachable()).toBe(true);
  });

  it.each([
    ['of a newer version', "insert into applied_migrations values ('9999-future', 1)", 'database-newer'],
    ['without its counter', 'delete from revisions', 'database-unavailable'],
  ])('leave no connection when the database cannot be used: %s', async (_, damage, code) => {
    await (await openAt(place, { pollMs: 0 })).close();
    await client.query(damage);
    await expect(openAt(place, { pollMs: 0 })).rejects.toMatchObject({ code });
    await expect.poll(() => ours('true'), WITHIN).toBe(0);
  });
});
