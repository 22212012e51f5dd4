/** What every store does, whichever database it uses. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { STORE_KINDS, openAt } from '../../test/setup/stores.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { createLog } from '../base/log.ts';
import { defineEntity, schemasByName } from '../model/schema/entity-schema.ts';
import { foreign, integer, number, set, string } from '../model/schema/field.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { failedOperation } from './failed-operation.ts';
import type { Place } from './open.ts';
import type { Entity, Store } from './store.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const service = (n: number, more: Entity = {}): Entity => ({ id: uuid(n), name: `s${n}`, host: 'h.test', tags: null, ...more });
const route = (n: number, of: number, more: Entity = {}): Entity => ({
  id: uuid(n), name: `r${n}`, service: { id: uuid(of) }, tags: null,
  ...more,
});
const key = (n: number, of: number, ttl: number | null): Entity => ({
  id: uuid(n), key: `k${n}`, consumer: { id: uuid(of) }, tags: null,
  ttl,
});

/** A clock that is set by hand and never rings. */
class StoppedClock implements Clock {
  timers = 0;

  constructor(public moment: number) {}

  now(): number {
    return this.moment;
  }

  after(): Timer {
    this.timers += 1;
    return { cancel: () => undefined };
  }

  every(): Timer {
    return this.after();
  }
}

describe.each(STORE_KINDS)('$name', ({ newPlace, skip, isLasting }) => {
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
    const found = await store.read(async (reader) => [await reader.get('services', uuid(1)), await reader.getByUnique('services', 'name',
      's1'), await reader.get('services', uuid(2))]);
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
    expect(await store.changesAfter(1, 10)).toMatchObject([
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
    await expect(store.write((writer) => writer.insert('services', service(1, { name: 'x' })))).rejects.toMatchObject({
      code: 3,
      fields: { id: uuid(1) },
    });
    await expect(store.write((writer) => writer.insert('services', service(2, { name: 's1' })))).rejects.toMatchObject({
      code: 5,
      fields: { name: 's1' },
    });
    await expect(store.write((writer) => writer.insert('routes', route(3, 9)))).rejects.toMatchObject({
      code: 4, message: `the foreign key '{id="${uuid(9)}"}' does not reference an existing 'services' entity.`,
      fields: { service: { id: uuid(9) } },
    });
  });

  it('frees a unique value when it changes', async () => {
    await store.write((writer) => writer.insert('services', service(1)));
    await store.write((writer) => writer.replace('services', service(1, { name: 'renamed' })));
    await store.write((writer) => writer.insert('services', service(2, { name: 's1' })));
    expect(await store.read((reader) => reader.getByUnique('services', 'name', 's1'))).toEqual(service(2, { name: 's1' }));
  });

  it('takes unique values together, null being one of them', async () => {
    const plugin = (n: number, more: Entity) => ({
      id: uuid(n), name: 'key-auth', instance_name: null, route: null, service: null,
      consumer: null, ...more,
    });
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
      await writer.insert('plugins', {
        id: uuid(3), name: 'key-auth', instance_name: null, route: { id: uuid(2) }, service: null,
        consumer: null,
      });
    });
    await expect(store.write((writer) => writer.delete('services', uuid(1)))).rejects.toMatchObject({
      code: 4, message: "an existing 'routes' entity references this 'services' entity", fields: { '@referenced_by': 'routes' },
    });
    await store.write((writer) => writer.delete('routes', uuid(2)));
    expect(await store.read((reader) => reader.all('plugins'))).toEqual([]);
    expect((await store.changesAfter(1, 10)).map(({ entity, operation }) => `${operation} ${entity}`)).toEqual(['delete plugins',
      'delete routes']);
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
    const names = async (options: object) => (await store.read((reader) => reader.list('services', {
      size: 10,
      ...options,
    }))).items.map(({ name }) => name);
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

  it('gives a unique value to one of several writes that come at once', async () => {
    const take = (n: number) => store.write((writer) => writer.insert('services', service(n, { name: 'same' })));
    const results = await Promise.allSettled([1, 2, 3, 4, 5, 6, 7, 8].map(take));
    const codes = results.map((result) => (result.status === 'fulfilled' ? 0 : (result.reason as { readonly code: unknown }).code));
    expect(codes.sort()).toEqual([0, 5, 5, 5, 5, 5, 5, 5]);
  });

  it('calls a listener with each revision until it is removed', async () => {
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

  it.runIf(isLasting)('keeps everything when it is opened again, and migrates only once', async () => {
    await store.write((writer) => writer.insert('services', service(1)));
    await store.close();
    store = await openAt(place);
    expect(await store.read((reader) => reader.all('services'))).toEqual([service(1)]);
    expect(await store.isReachable()).toBe(true);
  });

  it.runIf(isLasting)('hears of the changes of another node', async () => {
    const other = await openAt(place);
    const heard = new Promise<number>((resolve) => store.onChange(resolve));
    await other.write((writer) => writer.insert('services', service(1)));
    // Only PostgreSQL sends notifications: elsewhere the next look finds the change.
    if (place.kind !== 'postgres') clock.advance(100);
    expect(await heard).toBe(1);
    await other.close();
  });

  it('keeps entities of one key apart by their type', async () => {
    const consumer = { id: uuid(1), username: 'same', custom_id: 'other', tags: ['a'] };
    await store.write(async (writer) => {
      await writer.insert('services', service(1, { name: 'same', tags: ['a', 'b'] }));
      await writer.insert('consumers', consumer);
      await writer.insert('keyauth_credentials', key(3, 1, null));
      await writer.replace('services', service(1, { name: 'renamed', tags: ['c'] }));
    });
    expect(await store.read((reader) => reader.get('consumers', uuid(1)))).toEqual(consumer);
    expect(await store.read((reader) => reader.get('routes', uuid(1)))).toBeUndefined();
    expect(await store.read((reader) => reader.getByUnique('consumers', 'username', 'same'))).toEqual(consumer);
    expect(await store.read((reader) => reader.getByUnique('consumers', 'custom_id', 'same'))).toBeUndefined();
    expect(await store.read((reader) => reader.getByUnique('services', 'name', 'same'))).toBeUndefined();
    expect((await store.read((reader) => reader.tags({ size: 10, tag: 'a' }))).items).toEqual([{
      tag: 'a', entity_name: 'consumers',
      entity_id: uuid(1),
    }]);
    expect(await store.write((writer) => writer.delete('services', uuid(1)))).toMatchObject({ value: true });
    expect(await store.read((reader) => reader.get('consumers', uuid(1)))).toEqual(consumer);
    expect((await store.read((reader) => reader.all('keyauth_credentials'))).length).toBe(1);
  });

  it('replaces what an entity refers to, its tags and its unique values', async () => {
    await store.write(async (writer) => {
      await writer.insert('services', service(1));
      await writer.insert('services', service(2));
      await writer.insert('routes', route(3, 1, { tags: ['old'] }));
      await writer.replace('routes', route(3, 2, { name: 'new', tags: ['new'] }));
    });
    const routesOf = async (n: number) => (
      await store.read((reader) => reader.list('routes', { size: 10, referring: { field: 'service', key: uuid(n) } }))).items.length;
    expect([await routesOf(1), await routesOf(2)]).toEqual([0, 1]);
    expect((await store.read((reader) => reader.tags({ size: 10 }))).items.map(({ tag }) => tag)).toEqual(['new']);
    expect(await store.write((writer) => writer.delete('services', uuid(1)))).toMatchObject({ value: true });
    await expect(store.write((writer) => writer.replace('routes', route(3, 1)))).rejects.toMatchObject({ code: 4 });
    await store.write((writer) => writer.insert('routes', route(4, 2)));
    await expect(store.write((writer) => writer.replace('routes', route(3, 2, { name: 'r4' })))).rejects.toMatchObject({ code: 5 });
    await store.write((writer) => writer.replace('routes', route(3, 2, { service: null })));
    expect(await routesOf(2)).toBe(1);
  });

  it('replaces one entity and no other', async () => {
    await store.write(async (writer) => {
      await writer.insert('services', service(1));
      await writer.insert('services', service(2));
      await writer.replace('services', service(1, { host: 'other.test' }));
    });
    expect((await store.read((reader) => reader.all('services'))).map(({ host }) => host)).toEqual(['other.test', 'h.test']);
  });

  it('deletes one entity and no other, and frees its unique values and tags', async () => {
    await store.write(async (writer) => {
      await writer.insert('services', service(1, { tags: ['a'] }));
      await writer.insert('services', service(2, { tags: ['a'] }));
      await writer.delete('services', uuid(1));
      await writer.insert('services', service(3, { name: 's1' }));
    });
    expect((await store.read((reader) => reader.all('services'))).map(({ id }) => id)).toEqual([uuid(2), uuid(3)]);
    expect((await store.read((reader) => reader.tags({ size: 10 }))).items.map(({ entity_id }) => entity_id)).toEqual([uuid(2)]);
  });

  it('numbers the changes of one write, and gives as many as are asked for', async () => {
    await store.write(async (writer) => {
      for (const n of [2, 1, 3]) await writer.insert('services', service(n));
    });
    await store.write((writer) => writer.insert('services', service(4)));
    const changes = async (after: number, limit: number) => (await store.changesAfter(after, limit)).map(({
      revision,
      key: id,
    }) => [revision, id]);
    expect(await changes(0, 10)).toEqual([[1, uuid(2)], [1, uuid(1)], [1, uuid(3)], [2, uuid(4)]]);
    expect(await changes(0, 2)).toEqual([[1, uuid(2)], [1, uuid(1)]]);
    expect(await changes(1, 10)).toEqual([[2, uuid(4)]]);
    expect(await changes(2, 10)).toEqual([]);
    expect((await store.changesAfter(1, 1))[0]).toMatchObject({
      revision: 2, entity: 'services', key: uuid(4), operation: 'insert',
      after: service(4), at: clock.now(),
    });
  });

  it('knows the types of its schemas only', async () => {
    await expect(store.write((writer) => writer.insert('nothing', service(1)))).rejects.toThrow("no entity type is named 'nothing'");
  });

  it('lists one page with all rows, or with some and the last of their keys', async () => {
    await store.write(async (writer) => {
      for (const n of [1, 2, 3]) await writer.insert('services', service(n));
    });
    const page = (size: number, after?: string) => store.read((reader) => reader.list('services', { size, after }));
    expect(await page(3)).toEqual({ items: [service(1), service(2), service(3)] });
    expect(await page(2)).toEqual({ items: [service(1), service(2)], next: uuid(2) });
    expect(await page(1, uuid(1))).toEqual({ items: [service(2)], next: uuid(2) });
    expect(await page(2, uuid(3))).toEqual({ items: [] });
  });

  it('lists by several tags, each counted once, and by tags of what refers to something', async () => {
    await store.write(async (writer) => {
      await writer.insert('services', service(1, { tags: ['a'] }));
      await writer.insert('services', service(2, { tags: ['b'] }));
      await writer.insert('routes', route(3, 1, { tags: ['a'] }));
      await writer.insert('routes', route(4, 1, { tags: ['b'] }));
      await writer.insert('routes', route(5, 2, { tags: ['b'] }));
    });
    const names = async (entity: string, options: object) => (await store.read((reader) => reader.list(entity, {
      size: 10,
      ...options,
    }))).items.map(({ name }) => name);
    expect(await names('services', { tags: { tags: ['a', 'a'], match: 'all' } })).toEqual(['s1']);
    expect(await names('services', { tags: { tags: ['a', 'b'], match: 'all' } })).toEqual([]);
    expect(await names('services', { tags: { tags: ['x'], match: 'any' } })).toEqual([]);
    expect(await names('routes', { tags: { tags: ['b'], match: 'any' }, referring: { field: 'service', key: uuid(1) } })).toEqual(['r4']);
    expect(await names('routes', { referring: { field: 'other', key: uuid(1) } })).toEqual([]);
  });

  it('pages through tags in one order, whatever their entities are', async () => {
    await store.write(async (writer) => {
      await writer.insert('services', service(1, { tags: ['a', 'b'] }));
      await writer.insert('services', service(2, { tags: ['b'] }));
      await writer.insert('consumers', { id: uuid(3), username: 'u', custom_id: null, tags: ['b', 'a'] });
    });
    const whole = await store.read((reader) => reader.tags({ size: 5 }));
    expect(whole.next).toBeUndefined();
    expect(whole.items.map(({ tag, entity_name }) => `${tag} ${entity_name}`).sort())
      .toEqual(['a consumers', 'a services', 'b consumers', 'b services', 'b services']);
    const paged: object[] = [];
    let after: string | undefined;
    do {
      const page = await store.read((reader) => reader.tags({ size: 1, after }));
      expect(page.items.length).toBe(1);
      paged.push(...page.items);
      after = page.next;
    } while (after);
    expect(paged).toEqual(whole.items);
    const last = await store.read((reader) => reader.tags({ size: 2, tag: 'b', after: undefined }));
    expect(await store.read((reader) => reader.tags({ size: 2, tag: 'b', after: last.next }))).toMatchObject({ items: [{ tag: 'b' }] });
  });

  describe('rows with a time to live', () => {
    const bob = { id: uuid(1), username: 'bob', custom_id: null, tags: null };
    const keys = (from: Store = store) => from.read(async (reader) => (await reader.list('keyauth_credentials',
      { size: 10 })).items.map(({ key: text }) => text));
    const changes = async (after: number) => (await store.changesAfter(after, 10)).map(({
      revision, operation, key: id,
      after: left,
    }) => [revision, operation, id, left]);
    let start: number;
    beforeEach(async () => {
      start = clock.now() / 1000;
      await store.write(async (writer) => {
        await writer.insert('consumers', bob);
        await writer.insert('keyauth_credentials', key(2, 1, start + 10));
        await writer.insert('keyauth_credentials', key(3, 1, start + 10));
        await writer.insert('keyauth_credentials', key(4, 1, start + 20));
        await writer.insert('keyauth_credentials', key(5, 1, null));
      });
    });

    it('are removed by a change of its own when it is over, and announced', async () => {
      const heard: number[] = [];
      store.onChange((revision) => heard.push(revision));
      clock.advance(9_999);
      expect(await keys()).toEqual(['k2', 'k3', 'k4', 'k5']);
      clock.advance(1);
      expect(await keys()).toEqual(['k4', 'k5']);
      await expect.poll(() => heard).toEqual([2]);
      expect(await changes(1)).toEqual([[2, 'expire', uuid(2), null], [2, 'expire', uuid(3), null]]);
      expect((await store.read((reader) => reader.all('keyauth_credentials'))).length).toBe(2);
      await expect.poll(() => { clock.advance(1_000); return heard; }).toEqual([2, 3]);
      expect(await changes(2)).toEqual([[3, 'expire', uuid(4), null]]);
      clock.advance(3_600_000);
      expect(await keys()).toEqual(['k5']);
    });

    it('are rows of every type that has one, and of no other', async () => {
      const typesWithTtl = [...SCHEMAS.values()].filter(({ hasTtl, isExported }) => hasTtl && isExported !== false);
      expect(typesWithTtl.length).toBeGreaterThan(2);
      await store.write(async (writer) => {
        for (const { name } of typesWithTtl) await writer.insert(name, { id: uuid(50), ttl: start + 5 });
        await writer.insert('services', service(50, { ttl: start + 5 }));
      });
      clock.advance(5_000);
      await expect.poll(async () => (await changes(2)).map(([, operation]) => operation)).toEqual(typesWithTtl.map(() => 'expire'));
      expect(await store.latest.get('services', uuid(50))).toBeDefined();
    });

    it('are still there when the write fails that would have removed them', async () => {
      const stopped = new StoppedClock(clock.now());
      const own = await openAt(await newPlace(), { clock: stopped, pollMs: 0 });
      await own.write(async (writer) => {
        await writer.insert('consumers', bob);
        await writer.insert('keyauth_credentials', key(2, 1, start + 10));
      });
      await expect.poll(() => stopped.timers).toBe(1);
      stopped.moment += 10_000;
      await expect(own.write(async (writer) => writer.insert('consumers', bob))).rejects.toMatchObject({ code: 3 });
      expect(await own.read((reader) => reader.revision())).toBe(1);
      expect((await own.read((reader) => reader.all('keyauth_credentials'))).length).toBe(1);
      expect(await keys(own)).toEqual([]);

      const written = await own.write((writer) => writer.insert('keyauth_credentials', { ...key(9, 1, null), key: 'k2' }));
      expect(written.revision).toBe(3);
      expect((await own.changesAfter(1, 10)).map(({ revision, operation, key: id }) => [revision, operation, id]))
        .toEqual([[2, 'expire', uuid(2)], [3, 'insert', uuid(9)]]);
      stopped.moment += 10_000;
      expect((await own.write(async () => undefined)).revision).toBe(3);
      await own.close();
    });

    it('live on when they are replaced, or have no end any more', async () => {
      await store.write(async (writer) => {
        await writer.replace('keyauth_credentials', key(2, 1, start + 1_000));
        await writer.replace('keyauth_credentials', key(3, 1, null));
      });
      clock.advance(500_000);
      await expect.poll(() => store.read((reader) => reader.revision())).toBe(3);
      expect(await keys()).toEqual(['k2', 'k3', 'k5']);
    });

    it('go with what they belong to', async () => {
      await store.write((writer) => writer.delete('consumers', uuid(1)));
      expect((await changes(1)).map(([, operation, id]) => [operation, id])).toEqual([
        ['delete', uuid(2)], ['delete', uuid(3)], ['delete', uuid(4)], ['delete', uuid(5)], ['delete', uuid(1)],
      ]);
      clock.advance(500_000);
      expect((await store.write(async () => undefined)).revision).toBe(2);
    });
  });

  it('removes rows of data planes whose time is over, and pages through the others', async () => {
    const stopped = new StoppedClock(clock.now());
    const own = await openAt(await newPlace(), { clock: stopped });
    const ids = async (size = 10, after?: string) => (await own.dataPlanes.list({ size, after })).items.map(({ id }) => id);
    for (const n of [3, 1, 2]) await own.dataPlanes.put({ id: uuid(n) }, n * 10);
    expect([await ids(), await ids(2), await ids(10, uuid(1))]).toEqual([[uuid(1), uuid(2), uuid(3)], [uuid(1), uuid(2)], [uuid(2),
      uuid(3)]]);
    stopped.moment += 9_999;
    expect(await ids()).toEqual([uuid(1), uuid(2), uuid(3)]);
    stopped.moment += 1;
    expect(await ids()).toEqual([uuid(2), uuid(3)]);
    await own.dataPlanes.put({ id: uuid(4) }, 10);
    // Set back: what was removed stays away, what was only hidden would be shown.
    stopped.moment -= 10_000;
    expect(await ids()).toEqual([uuid(2), uuid(3), uuid(4)]);
    await own.close();
  });

  it('answers nothing once it is closed', async () => {
    await store.close();
    expect(await store.isReachable()).toBe(false);
    await expect(store.read((reader) => reader.revision())).rejects.toThrow();
    store = await openAt(await newPlace());
    expect(await store.isReachable()).toBe(true);
  });

  it('logs that it has created its tables', async () => {
    const lines: object[] = [];
    const own = await openAt(await newPlace(), {
      log: createLog({
        level: 'info',
        write: (line) => lines.push(JSON.parse(line) as object),
      }),
    });
    await own.close();
    const migrations = ['0001-entities', '0002-unique-values', '0003-history', '0004-kept-answers'];
    const migrated = { level: 'info', message: 'database migrated', migrations };
    expect(lines).toMatchObject(place.kind === 'memory' ? [] : [migrated]);
  });
});

/** Relations that none of the entity types has yet. */
describe.each(STORE_KINDS)('references between other types, on $name', ({ newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  const schemas = schemasByName([
    defineEntity({ name: 'parents', primaryKey: 'key', hasTtl: true, fields: { key: string(), name: string({ unique: true }) } }),
    defineEntity({
      name: 'children',
      fields: {
        id: string(),
        friend: foreign('parents', { on_delete: 'null' }),
        parent: foreign('parents', { on_delete: 'cascade' }),
        sponsor: foreign('parents', { on_delete: 'null' }),
      },
    }),
    defineEntity({ name: 'guards', fields: { id: string(), parent: foreign('parents') } }),
    defineEntity({
      name: 'grandchildren', fields: {
        id: string(), child: foreign('children', { on_delete: 'cascade' }),
        keeper: foreign('children'),
      },
    }),
  ]);
  const parent = (name: string, ttl: number | null = null): Entity => ({ key: name, name, ttl });
  const child = (id: string, of: string, others: string | null = null): Entity => {
    const other = others === null ? null : { id: others };
    return { id, friend: other, parent: { id: of }, sponsor: other };
  };
  let clock: ManualClock;
  let store: Store;
  beforeEach(async () => {
    clock = new ManualClock();
    store = await openAt(await newPlace(), { clock, schemas });
  });
  afterEach(() => store.close());
  const ids = async (entity: string) => (await store.read((reader) => reader.all(entity))).map(({ id, key: text }) => id ?? text);
  const log = async () => (await store.changesAfter(1, 20)).map(({ operation, entity, key: id }) => `${operation} ${entity} ${id}`);

  it('clears, cascades and refuses as the schema says', async () => {
    await store.write(async (writer) => {
      for (const name of ['a', 'b']) await writer.insert('parents', parent(name));
      await writer.insert('children', child('c1', 'a'));
      await writer.insert('children', child('c2', 'b', 'a'));
      await writer.insert('children', child('c3', 'a', 'a'));
      await writer.insert('grandchildren', { id: 'g1', child: { id: 'c1' }, keeper: null });
    });
    await store.write((writer) => writer.delete('parents', 'a'));
    expect([await ids('parents'), await ids('children'), await ids('grandchildren')]).toEqual([['b'], ['c2'], []]);
    expect(await store.read((reader) => reader.get('children', 'c2'))).toEqual(child('c2', 'b', null));
    expect(await log()).toEqual([
      'replace children c2', 'delete grandchildren g1', 'delete children c1', 'delete children c3', 'delete parents a',
    ]);
  });

  it('removes with an expired row what belongs to it', async () => {
    await store.write(async (writer) => {
      await writer.insert('parents', parent('a', clock.now() / 1000 + 5));
      await writer.insert('parents', parent('b', clock.now() / 1000 + 50));
      await writer.insert('children', child('c1', 'a'));
      await writer.insert('children', child('c2', 'b', 'a'));
    });
    clock.advance(5_000);
    await expect.poll(() => ids('parents')).toEqual(['b']);
    expect(await ids('children')).toEqual(['c2']);
    expect(await log()).toEqual(['replace children c2', 'expire children c1', 'expire parents a']);
  });

  it('logs that it cannot remove an expired row, and tries again', async () => {
    const lines: object[] = [];
    const own = await openAt(await newPlace(), {
      clock, schemas, log: createLog({ write: (line) => lines.push(JSON.parse(line) as object) }),
    });
    await own.write(async (writer) => {
      await writer.insert('parents', parent('a', clock.now() / 1000 + 5));
      await writer.insert('guards', { id: 'g', parent: { id: 'a' } });
    });
    await expect.poll(() => {
      clock.advance(1_000);
      return lines.length;
    }).toBeGreaterThan(1);
    expect(lines[0]).toMatchObject({
      level: 'error', message: 'cannot remove rows whose time to live is over',
      error: "an existing 'guards' entity references this 'parents' entity",
    });
    await own.close();
  });

  describe('rows that are deleted in one write', () => {
    beforeEach(() => store.write(async (writer) => {
      for (const name of ['a', 'b', 'c']) await writer.insert('parents', parent(name));
      await writer.insert('children', child('c1', 'a'));
      await writer.insert('children', child('c2', 'b', 'a'));
      await writer.insert('grandchildren', { id: 'g1', child: { id: 'c1' }, keeper: { id: 'c2' } });
      await writer.insert('guards', { id: 'g', parent: { id: 'c' } });
    }));

    it('go with what belongs to them, as if one was deleted after the other', async () => {
      const { value } = await store.write(async (writer) => {
        const existed = [];
        for (const [entity, id] of [
          ['parents', 'a'], ['children', 'c1'], ['children', 'c2'], ['parents', 'b'], ['parents', 'a'],
        ] as const) existed.push(await writer.delete(entity, id));
        return existed;
      });
      expect(value).toEqual([true, false, true, true, false]);
      expect([await ids('parents'), await ids('children'), await ids('grandchildren')]).toEqual([['c'], [], []]);
      expect(await log()).toEqual([
        'replace children c2', 'delete grandchildren g1', 'delete children c1', 'delete parents a', 'delete children c2',
        'delete parents b',
      ]);
    });

    it('are gone for every read that follows, with what goes with them', async () => {
      const { value } = await store.write(async (writer) => {
        const before = await writer.get('children', 'c1');
        await writer.delete('guards', 'g');
        await writer.delete('parents', 'a');
        return [before, await writer.getByUnique('parents', 'name', 'a'), await writer.get('children', 'c1'),
          await writer.get('grandchildren', 'g1'), await writer.get('children', 'c2'), await writer.all('parents')];
      });
      expect(value).toEqual([child('c1', 'a'), undefined, undefined, undefined, child('c2', 'b', null), [parent('b'), parent('c')]]);
    });

    it('keep their order among other writes: keys and unique values are free, and nothing can refer to them', async () => {
      await store.write(async (writer) => {
        await writer.replace('children', child('c1', 'b'));
        await writer.delete('parents', 'a');
        await writer.insert('parents', { key: 'd', name: 'a', ttl: null });
        await writer.insert('parents', parent('a2'));
        await writer.insert('children', child('c3', 'd'));
        await writer.delete('parents', 'a2');
        await writer.insert('parents', { key: 'a', name: 'a2', ttl: null });
      });
      expect([await ids('parents'), await ids('children')]).toEqual([['a', 'b', 'c', 'd'], ['c1', 'c2', 'c3']]);
      await expect(store.write(async (writer) => {
        await writer.delete('parents', 'd');
        await writer.insert('children', child('c4', 'd'));
      })).rejects.toMatchObject({ code: 4, message: "the foreign key '{id=\"d\"}' does not reference an existing 'parents' entity." });
      expect(await ids('children')).toEqual(['c1', 'c2', 'c3']);
    });

    it.each([
      [[['parents', 'a'], ['guards', 'g'], ['parents', 'c']], undefined],
      [[['parents', 'a'], ['parents', 'c'], ['guards', 'g']], 1],
      [[['parents', 'c'], ['parents', 'a'], ['parents', 'b']], 0],
      [[['children', 'c2'], ['parents', 'c']], 0],
      [[['children', 'c1'], ['children', 'c2'], ['parents', 'b'], ['parents', 'c']], 3],
    ] as const)('of %j, the one that another row needs is said: %j', async (rows, failing) => {
      const before = await store.read((reader) => reader.newest());
      const error: unknown = await store.write(async (writer) => {
        for (const [at, [entity, id]] of rows.entries()) {
          writer.operation = at;
          await writer.delete(entity, id);
        }
      }).then(() => undefined, (thrown: unknown) => thrown);
      expect([failedOperation(error), await store.read((reader) => reader.newest())])
        .toEqual([failing, failing === undefined ? expect.objectContaining({ revision: before.revision + 1 }) : before]);
      if (failing === undefined) return;
      const [entity, by] = rows[failing]![0] === 'parents' ? ['parents', 'guards'] : ['children', 'grandchildren'];
      expect((error as Error).message).toBe(`an existing '${by}' entity references this '${entity}' entity`);
    });
  });

  it('refuses to remove what is kept, and finds rows by a key that is not named id', async () => {
    await store.write(async (writer) => {
      await writer.insert('parents', parent('a'));
      await writer.insert('children', child('c1', 'a'));
      await writer.insert('grandchildren', { id: 'g1', child: null, keeper: { id: 'c1' } });
    });
    await expect(store.write((writer) => writer.delete('parents', 'a'))).rejects.toMatchObject({
      code: 4,
      fields: { '@referenced_by': 'grandchildren' },
    });
    await expect(store.write((writer) => writer.insert('parents', parent('a')))).rejects.toMatchObject({ code: 3, fields: { key: 'a' } });
    expect(await store.read((reader) => reader.get('parents', 'a'))).toEqual(parent('a'));
  });
});

/** Unique values and lists that none of the core's first entity types has. */
describe.each(STORE_KINDS)('unique values and orders, on $name', ({ newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  const schemas = schemasByName([
    defineEntity({ name: 'owners', fields: { id: string(), name: string({ unique: true }), rank: integer({ unique: true }) } }),
    defineEntity({
      name: 'things',
      uniqueTogether: [['owner', 'name'], ['kind', 'size']],
      fields: {
        id: string(), name: string(), kind: string(), size: integer(), created_at: number(),
        owner: foreign('owners', { on_delete: 'cascade' }),
        twin: foreign('owners', { unique: true, on_delete: 'null' }),
        tags: set(string()),
      },
    }),
  ]);
  const owner = (id: string, more: Entity = {}): Entity => ({ id, name: id, rank: null, ...more });
  const thing = (id: string, more: Entity = {}): Entity => (
    { id, name: id, kind: id, size: null, created_at: 1, owner: null, twin: null, tags: null, ...more });
  let store: Store;
  beforeEach(async () => {
    store = await openAt(await newPlace(), { schemas });
    await store.write(async (writer) => {
      for (const id of ['a', 'b']) await writer.insert('owners', owner(id));
    });
  });
  afterEach(() => store.close());
  const insert = (entity: string, ...rows: readonly Entity[]) => store.write(async (writer) => {
    for (const row of rows) await writer.insert(entity, row);
  });
  const refused = (fields: Entity, text: string) => ({ code: 5, fields, message: `UNIQUE violation detected on '${text}'` });

  it('takes numbers and references as unique values; null is none on its own', async () => {
    await insert('owners', owner('c', { rank: 0 }), owner('d', { rank: 7 }));
    await expect(insert('owners', owner('e', { rank: 0 }))).rejects.toMatchObject(refused({ rank: 0 }, '{rank=0}'));
    await insert('things', thing('t', { twin: { id: 'a' } }), thing('u'), thing('v'));
    await expect(insert('things', thing('w', { twin: { id: 'a' } })))
      .rejects.toMatchObject(refused({ twin: { id: 'a' } }, '{twin={id="a"}}'));
    const found = await store.read(async (reader) => [
      await reader.getByUnique('owners', 'rank', 7), await reader.getByUnique('owners', 'rank', '7x'),
      await reader.getByUnique('owners', 'rank', null), await reader.getByUnique('things', 'twin', { id: 'a' }),
      await reader.getByUnique('things', 'twin', { id: 'b' }),
    ]);
    expect(found.map((row) => row?.id)).toEqual(['d', undefined, undefined, 't', undefined]);
  });

  it('keeps several combinations apart, and names the one that is taken', async () => {
    const [ofA, ofB] = ['a', 'b'].map((id) => ({ owner: { id }, name: 'x' }));
    await insert('things', thing('t', { ...ofA, size: 1 }), thing('u', { ...ofB, kind: 't' }));
    const rejected = (more: Entity) => expect(insert('things', thing('v', more))).rejects;
    await rejected(ofA!).toMatchObject(refused(ofA!, '{name="x",owner={id="a"}}'));
    await rejected({ kind: 't', size: 1 }).toMatchObject(refused({ kind: 't', size: 1 }, '{kind="t",size=1}'));
    await rejected({ kind: 't' }).toMatchObject(refused({ kind: 't', size: null }, '{kind="t",size=null}'));
    await rejected({ ...ofB, kind: 't', size: 1 }).toMatchObject({ fields: { name: 'x' } });
  });

  it('finds an entity by a combination, whatever the order of its fields', async () => {
    await insert('things', ...['a', 'b'].map((id) => thing(`of ${id}`, { owner: { id }, name: 'x' })), thing('v', { name: 'x' }));
    const found = async (values: Entity) => (await store.read((reader) => reader.getByCombination('things', values)))?.id;
    expect(await found({ owner: { id: 'a' }, name: 'x' })).toBe('of a');
    expect(await found({ name: 'x', owner: { id: 'b', name: 'more than the id' } })).toBe('of b');
    expect(await found({ name: 'x', owner: null })).toBe('v');
    expect(await found({ name: 'y', owner: { id: 'a' } })).toBeUndefined();
    await expect(found({ name: 'x' })).rejects.toThrow('things has no unique combination of name');
    await store.write((writer) => writer.replace('things', thing('of a', { owner: { id: 'a' }, name: 'renamed' })));
    expect(await found({ owner: { id: 'a' }, name: 'x' })).toBeUndefined();
    expect(await found({ owner: { id: 'a' }, name: 'renamed' })).toBe('of a');
  });

  it('frees the combination of a row that is deleted with what it belongs to', async () => {
    await insert('things', thing('t', { owner: { id: 'a' }, name: 'x' }));
    await store.write((writer) => writer.delete('owners', 'a'));
    await insert('owners', owner('a'));
    await insert('things', thing('v', { owner: { id: 'a' }, name: 'x' }));
    expect((await store.read((reader) => reader.all('things'))).map(({ id }) => id)).toEqual(['v']);
  });

  it('clears a unique reference to a row that is deleted', async () => {
    await insert('things', thing('t', { twin: { id: 'a' } }), thing('u', { twin: { id: 'b' }, owner: { id: 'a' } }));
    await store.write((writer) => writer.delete('owners', 'a'));
    expect(await store.read((reader) => reader.all('things'))).toEqual([thing('t')]);
    await insert('things', thing('w', { twin: { id: 'b' } }));
  });

  it('lists the newest first, in pages that count rows', async () => {
    const mine = (id: string, created: number) => thing(id, { owner: { id: 'a' }, created_at: created, tags: ['even'] });
    const another = thing('t', { owner: { id: 'b' }, created_at: 50 });
    await insert('things', mine('p', 10.5), mine('q', 9), mine('r', 100.25), mine('s', 10.5), another);
    const page = async (size: number, after?: string) => {
      const found = await store.read((reader) => reader.list('things', {
        size, newestFirst: true, referring: { field: 'owner', key: 'a' }, ...after !== undefined && { after },
      }));
      return [found.items.map(({ id }) => id).join(''), found.next];
    };
    expect([await page(2), await page(2, '2'), await page(3, '1'), await page(9, '4')])
      .toEqual([['rs', '2'], ['pq', undefined], ['spq', undefined], ['', undefined]]);
    const all = await store.read((reader) => reader.list('things', { size: 9, newestFirst: true, tags: { tags: ['even'], match: 'all' } }));
    expect(all.items.map(({ id }) => id)).toEqual(['r', 's', 'p', 'q']);
  });

  it('combines pages, tags and parents', async () => {
    await insert('things', ...[1, 2, 3, 4, 5, 6].map((n) => thing(`t${n}`, {
      owner: { id: n < 5 ? 'a' : 'b' }, tags: ['every', n % 2 === 0 ? 'even' : 'odd', ...n === 3 ? ['three'] : []],
    })));
    const page = async (tags: readonly string[], match: 'all' | 'any', more: object = {}) => {
      const { items, next } = await store.latest.list('things', { size: 2, tags: { tags, match }, ...more });
      return [items.map(({ id }) => id).join(), next];
    };
    const below = { referring: { field: 'owner', key: 'a' } };
    expect(await page(['odd'], 'all')).toEqual(['t1,t3', 't3']);
    expect(await page(['odd'], 'all', { after: 't3' })).toEqual(['t5', undefined]);
    expect(await page(['odd', 'every'], 'all', { ...below, after: 't1' })).toEqual(['t3', undefined]);
    expect(await page(['even', 'three'], 'any', { ...below, after: 't2' })).toEqual(['t3,t4', undefined]);
    expect(await page(['three', 'odd', 'every'], 'all')).toEqual(['t3', undefined]);
    expect(await page(['three', 'even'], 'all')).toEqual(['', undefined]);
  });

  it('takes 10,000 tags of one entity, and gives them up again', async () => {
    const tags = Array.from({ length: 10_000 }, (_, n) => `tag ${n}`);
    await insert('things', thing('t', { tags }));
    const having = async (tag: string) => (await store.latest.tags({ size: 2, tag })).items.length;
    expect([await having('tag 0'), await having('tag 9999'), await having('tag 10000')]).toEqual([1, 1, 0]);
    await store.write((writer) => writer.replace('things', thing('t', { tags: tags.slice(0, 1) })));
    expect([await having('tag 0'), await having('tag 9999')]).toEqual([1, 0]);
  });

  it('deletes 2,000 rows with what they belong to, and logs each', async () => {
    await store.write(async (writer) => {
      for (let n = 0; n < 2_000; n += 1) await writer.insert('things', thing(`t${n}`, { owner: { id: 'a' } }));
    });
    const { value, revision } = await store.write((writer) => writer.delete('owners', 'a'));
    expect([value, revision, (await store.latest.all('things')).length]).toEqual([true, 3, 0]);
    const changes = await store.changesAfter(2, 10_000);
    expect([changes.length, changes.at(-1)!.entity]).toEqual([2_001, 'owners']);
  });

  it('keeps half of a character from no index', async () => {
    await insert('things', thing('t', { tags: ['\ud800'], name: '\udc00', owner: { id: 'a' } }));
    expect((await store.latest.getByCombination('things', { owner: { id: 'a' }, name: '\udc00' }))?.id).toBe('t');
    expect((await store.latest.tags({ size: 1, tag: '\ud800' })).items.length).toBe(1);
  });

  it('reads the latest state outside of a transaction', async () => {
    expect([await store.latest.get('owners', 'a'), await store.latest.revision()]).toEqual([owner('a'), 1]);
    await store.write((writer) => writer.replace('owners', owner('a', { rank: 3 })));
    expect([await store.latest.get('owners', 'a'), await store.latest.revision()]).toEqual([owner('a', { rank: 3 }), 2]);
  });

  it('shows a writer what it has written', async () => {
    const seen = await store.write(async (writer) => {
      await writer.replace('owners', owner('a', { name: 'renamed' }));
      const byName = await writer.getByUnique('owners', 'name', 'renamed');
      const found = [await writer.get('owners', 'a'), byName, await writer.revision()];
      await writer.delete('owners', 'a');
      return [...found, await writer.get('owners', 'a'), (await writer.list('owners', { size: 5 })).items.length];
    });
    expect(seen.value).toEqual([owner('a', { name: 'renamed' }), owner('a', { name: 'renamed' }), 2, undefined, 1]);
  });

  it('shows a writer by a unique value what it has written to the row', async () => {
    const changed = owner('a', { rank: 7 });
    const { value } = await store.write(async (writer) => {
      await writer.replace('owners', changed);
      return [await writer.getByUnique('owners', 'name', 'a'), await writer.get('owners', 'a')];
    });
    expect(value).toEqual([changed, changed]);
  });

  it('does not replace what does not exist', async () => {
    const replaced = store.write((writer) => writer.replace('owners', owner('x')));
    await expect(replaced).rejects.toThrow("cannot replace owners 'x': it does not exist");
  });
});
