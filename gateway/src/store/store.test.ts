/** What every store does, whichever database is behind it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { STORE_KINDS, openAt } from '../../test/setup/stores.ts';
import type { Place } from './open.ts';
import type { Entity, Store } from './store.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const service = (n: number, more: Entity = {}): Entity => ({ id: uuid(n), name: `s${n}`, host: 'h.test', tags: null, ...more });
const route = (n: number, of: number, more: Entity = {}): Entity => ({ id: uuid(n), name: `r${n}`, service: { id: uuid(of) }, tags: null, ...more });
const key = (n: number, of: number, ttl: number | null): Entity => ({ id: uuid(n), key: `k${n}`, consumer: { id: uuid(of) }, tags: null, ttl });

describe.each(STORE_KINDS)('$name', ({ newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  let clock: ManualClock;
  let place: Place;
  let store: Store;
  beforeEach(async () => {
    clock = new ManualClock();
    place = await newPlace();
    store = await openAt(place, { clock });
  });
  afterEach(() => store.close());

  it('gives back what was put in, by key and by unique field', async () => {
    await store.write((writer) => writer.insert('services', service(1, { path: '/ü' })));
    const found = await store.read(async (reader) => [await reader.get('services', uuid(1)), await reader.getByUnique('services', 'name', 's1'), await reader.get('services', uuid(2))]);
    expect(found).toEqual([service(1, { path: '/ü' }), service(1, { path: '/ü' }), undefined]);
  });

  it('counts revisions: one for each write that changes something', async () => {
    const first = await store.write(async (writer) => {
      await writer.insert('services', service(1));
      await writer.insert('services', service(2));
    });
    const nothing = await store.write((writer) => writer.delete('services', uuid(9)));
    const second = await store.write((writer) => writer.delete('services', uuid(2)));
    expect([first.revision, nothing.revision, second.revision]).toEqual([1, 1, 2]);
    expect(nothing.value).toBe(false);
  });

  it('logs every change with what is left of the entity', async () => {
    await store.write((writer) => writer.insert('services', service(1)));
    await store.write((writer) => writer.replace('services', service(1, { host: 'other.test' })));
    await store.write((writer) => writer.delete('services', uuid(1)));
    expect(await store.changesAfter(1, 10)).toEqual([
      { revision: 2, entity: 'services', key: uuid(1), operation: 'replace', after: service(1, { host: 'other.test' }), at: clock.now() },
      { revision: 3, entity: 'services', key: uuid(1), operation: 'delete', after: null, at: clock.now() },
    ]);
  });

  it('undoes everything when one step fails', async () => {
    const failed = store.write(async (writer) => {
      await writer.insert('services', service(1));
      await writer.insert('services', service(2, { name: 's1' }));
    });
    await expect(failed).rejects.toMatchObject({ code: 5, message: "UNIQUE violation detected on '{name=\"s1\"}'" });
    expect(await store.read((reader) => reader.all('services'))).toEqual([]);
    expect(await store.read((reader) => reader.revision())).toBe(0);
  });

  it('refuses a key that is taken, a unique value that is taken and a reference to nothing', async () => {
    await store.write((writer) => writer.insert('services', service(1)));
    await expect(store.write((writer) => writer.insert('services', service(1, { name: 'x' })))).rejects.toMatchObject({ code: 3, fields: { id: uuid(1) } });
    await expect(store.write((writer) => writer.insert('services', service(2, { name: 's1' })))).rejects.toMatchObject({ code: 5, fields: { name: 's1' } });
    await expect(store.write((writer) => writer.insert('routes', route(3, 9)))).rejects.toMatchObject({
      code: 4, message: `the foreign key '{id="${uuid(9)}"}' does not reference an existing 'services' entity.`, fields: { service: { id: uuid(9) } },
    });
  });

  it('frees a unique value when it changes', async () => {
    await store.write((writer) => writer.insert('services', service(1)));
    await store.write((writer) => writer.replace('services', service(1, { name: 'renamed' })));
    await store.write((writer) => writer.insert('services', service(2, { name: 's1' })));
    expect(await store.read((reader) => reader.getByUnique('services', 'name', 's1'))).toEqual(service(2, { name: 's1' }));
  });

  it('takes unique values together, null being one of them', async () => {
    const plugin = (n: number, more: Entity) => ({ id: uuid(n), name: 'key-auth', instance_name: null, route: null, service: null, consumer: null, ...more });
    await store.write((writer) => writer.insert('plugins', plugin(1, {})));
    await store.write((writer) => writer.insert('services', service(5)));
    await store.write((writer) => writer.insert('plugins', plugin(2, { service: { id: uuid(5) } })));
    await expect(store.write((writer) => writer.insert('plugins', plugin(3, {})))).rejects.toMatchObject({
      message: "UNIQUE violation detected on '{consumer=null,name=\"key-auth\",route=null,service=null}'",
    });
  });

  it('deletes what belongs to an entity with it, and keeps an entity that others need', async () => {
    await store.write(async (writer) => {
      await writer.insert('services', service(1));
      await writer.insert('routes', route(2, 1));
      await writer.insert('plugins', { id: uuid(3), name: 'key-auth', instance_name: null, route: { id: uuid(2) }, service: null, consumer: null });
    });
    await expect(store.write((writer) => writer.delete('services', uuid(1)))).rejects.toMatchObject({
      code: 4, message: "an existing 'routes' entity references this 'services' entity", fields: { '@referenced_by': 'routes' },
    });
    await store.write((writer) => writer.delete('routes', uuid(2)));
    expect(await store.read((reader) => reader.all('plugins'))).toEqual([]);
    expect((await store.changesAfter(1, 10)).map(({ entity, operation }) => `${operation} ${entity}`)).toEqual(['delete plugins', 'delete routes']);
  });

  it('lists in pages, by keys ascending', async () => {
    await store.write(async (writer) => {
      for (const n of [3, 1, 5, 2, 4]) await writer.insert('services', service(n));
    });
    const pages: string[][] = [];
    let after: string | undefined;
    do {
      const page = await store.read((reader) => reader.list('services', { size: 2, after }));
      pages.push(page.items.map(({ name }) => name as string));
      after = page.next;
    } while (after);
    expect(pages).toEqual([['s1', 's2'], ['s3', 's4'], ['s5']]);
  });

  it('lists by tags and by what is referred to', async () => {
    await store.write(async (writer) => {
      await writer.insert('services', service(1, { tags: ['a', 'b'] }));
      await writer.insert('services', service(2, { tags: ['b', 'c'.repeat(3_000)] }));
      await writer.insert('routes', route(3, 1));
      await writer.insert('routes', route(4, 2));
    });
    const names = async (options: object) => (await store.read((reader) => reader.list('services', { size: 10, ...options }))).items.map(({ name }) => name);
    expect(await names({ tags: { tags: ['a', 'b'], match: 'all' } })).toEqual(['s1']);
    expect(await names({ tags: { tags: ['a', 'c'.repeat(3_000)], match: 'any' } })).toEqual(['s1', 's2']);
    expect(await names({ tags: { tags: ['a', 'c'], match: 'all' } })).toEqual([]);
    const routes = await store.read((reader) => reader.list('routes', { size: 10, referring: { field: 'service', key: uuid(2) } }));
    expect(routes.items.map(({ name }) => name)).toEqual(['r4']);
    const tags = await store.read((reader) => reader.tags({ size: 10, tag: 'b' }));
    expect(tags.items.map(({ entity_id }) => entity_id)).toEqual([uuid(1), uuid(2)]);
    const firstTags = await store.read((reader) => reader.tags({ size: 3 }));
    const restTags = await store.read((reader) => reader.tags({ size: 3, after: firstTags.next }));
    expect([firstTags.items.length, restTags.items.length, restTags.next]).toEqual([3, 1, undefined]);
  });

  it('forgets an entity when its time is over, and its unique values with it', async () => {
    await store.write(async (writer) => {
      await writer.insert('consumers', { id: uuid(1), username: 'bob', custom_id: null, tags: null });
      await writer.insert('keyauth_credentials', key(2, 1, clock.now() / 1000 + 10));
    });
    expect(await store.read((reader) => reader.getByUnique('keyauth_credentials', 'key', 'k2'))).toBeDefined();
    clock.advance(11_000);
    expect(await store.read((reader) => reader.getByUnique('keyauth_credentials', 'key', 'k2'))).toBeUndefined();
    await store.write((writer) => writer.insert('keyauth_credentials', { ...key(3, 1, null), key: 'k2' }));
  });

  it('shows a reader one moment, whatever is written meanwhile', async () => {
    await store.write((writer) => writer.insert('services', service(1)));
    let writing: Promise<unknown> | undefined;
    const seen = await store.read(async (reader) => {
      const before = await reader.revision();
      writing = store.write((writer) => writer.insert('services', service(2)));
      await new Promise((resolve) => setTimeout(resolve, 50));
      return [before, (await reader.all('services')).length];
    });
    await writing;
    expect(seen).toEqual([1, 1]);
  });

  it('keeps writes apart that come at once', async () => {
    const writes = Array.from({ length: 20 }, (_, n) => store.write((writer) => writer.insert('services', service(n + 1))));
    const revisions = (await Promise.all(writes)).map(({ revision }) => revision);
    expect([...revisions].sort((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
  });

  it('tells of changes, and no more after the listener is gone', async () => {
    const heard: number[] = [];
    const stop = store.onChange((revision) => heard.push(revision));
    await store.write((writer) => writer.insert('services', service(1)));
    await store.write((writer) => writer.insert('services', service(2)));
    stop();
    await store.write((writer) => writer.insert('services', service(3)));
    expect(heard).toEqual([1, 2]);
  });

  it('keeps rows of data planes until they were silent too long', async () => {
    await store.dataPlanes.put({ id: uuid(2), hostname: 'two' }, 60);
    await store.dataPlanes.put({ id: uuid(1), hostname: 'one' }, 600);
    await store.dataPlanes.put({ id: uuid(1), hostname: 'renamed' }, 600);
    const first = await store.dataPlanes.list({ size: 1 });
    expect(first).toEqual({ items: [{ id: uuid(1), hostname: 'renamed', ttl: 600 }], next: uuid(1) });
    clock.advance(61_000);
    expect((await store.dataPlanes.list({ size: 10 })).items.map(({ ttl }) => ttl)).toEqual([539]);
    expect(await store.read((reader) => reader.revision())).toBe(0);
  });

  it('keeps everything when it is opened again, and migrates only once', async () => {
    if (place.kind === 'embedded' && place.file === ':memory:') return;
    await store.write((writer) => writer.insert('services', service(1)));
    await store.close();
    store = await openAt(place);
    expect(await store.read((reader) => reader.all('services'))).toEqual([service(1)]);
    expect(await store.isReachable()).toBe(true);
  });

  it('hears of the changes of another node', async () => {
    if (place.kind === 'embedded' && place.file === ':memory:') return;
    const other = await openAt(place);
    const heard = new Promise<number>((resolve) => store.onChange(resolve));
    await other.write((writer) => writer.insert('services', service(1)));
    // An embedded database sends no notifications: the next look finds the change.
    if (place.kind === 'embedded') clock.advance(100);
    expect(await heard).toBe(1);
    await other.close();
  });
});
