/** What only a store in memory has: all rows replaced at once. */
import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { SILENT } from '../../base/log.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import type { Entity } from '../store.ts';
import { MemoryStore } from './memory-store.ts';

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const service = (n: number, more: Entity = {}): Entity => ({ id: uuid(n), name: `s${n}`, host: 'h.test', tags: null, ...more });
const route = (n: number, of: number): Entity => ({ id: uuid(n), name: `r${n}`, service: { id: uuid(of) }, tags: ['t'] });
const rows = (tables: Readonly<Record<string, readonly Entity[]>>) => new Map(Object.entries(tables));

describe('a store in memory', () => {
  let clock: ManualClock;
  let store: MemoryStore;
  beforeEach(async () => {
    clock = new ManualClock();
    store = new MemoryStore({ schemas: SCHEMAS, log: SILENT, clock });
    await store.write(async (writer) => {
      for (const n of [1, 2]) await writer.insert('services', service(n));
      await writer.insert('routes', route(3, 1));
    });
  });
  const ids = async (entity: string) => (await store.latest.all(entity)).map(({ id }) => Number((id as string).slice(-2)));

  it('replaces all rows in one revision, and announces it once', async () => {
    const heard: number[] = [];
    store.onChange((revision) => heard.push(revision));
    const services = [service(2, { host: 'other.test' }), service(5)];
    expect(await store.replaceAll(rows({ routes: [route(9, 2), route(4, 2)], services }))).toBe(2);
    expect([await ids('services'), await ids('routes'), heard]).toEqual([[2, 5], [4, 9], [2]]);
    expect(await store.latest.getByUnique('services', 'name', 's1')).toBeUndefined();
    expect((await store.latest.tags({ size: 9, tag: 't' })).items.map(({ entity_id }) => entity_id)).toEqual([uuid(4), uuid(9)]);
    const changes = await store.changesAfter(1, 99);
    expect(changes.map(({ operation, entity, key, revision }) => `${revision} ${operation} ${entity} ${Number(key.slice(-2))}`)).toEqual([
      '2 delete routes 3', '2 delete services 1', '2 replace services 2', '2 insert services 5', '2 insert routes 4', '2 insert routes 9',
    ]);
  });

  it.each([
    ['two rows have one key', { services: [service(7), service(7, { name: 'x' })] }, { code: 3, fields: { id: uuid(7) } }],
    ['two rows have one unique value', { services: [service(7), service(8, { name: 's7' })] }, { code: 5, fields: { name: 's7' } }],
    ['a reference leads nowhere', { services: [service(7)], routes: [route(8, 1)] }, { code: 4, fields: { service: { id: uuid(1) } } }],
  ])('keeps what it has when %s', async (_, tables, error) => {
    await expect(store.replaceAll(rows(tables))).rejects.toMatchObject(error);
    expect([await ids('services'), await ids('routes'), await store.latest.revision()]).toEqual([[1, 2], [3], 1]);
  });

  it('keeps what it has when a type is unknown', async () => {
    await expect(store.replaceAll(rows({ nothing: [] }))).rejects.toThrow("no entity type is named 'nothing'");
    expect(await ids('services')).toEqual([1, 2]);
  });

  it('shows a reader one state, whatever replaces it meanwhile', async () => {
    let replacing: Promise<number> | undefined;
    const seen = await store.read(async (reader) => {
      const before = await reader.all('services');
      replacing = store.replaceAll(rows({ services: [service(9)] }));
      await new Promise((resolve) => setTimeout(resolve, 20));
      return [before.length, (await reader.all('services')).length, await reader.revision()];
    });
    expect([seen, await replacing, await ids('services')]).toEqual([[2, 2, 1], 2, [9]]);
  });

  it('lets other work go on while it replaces many rows', async () => {
    const many = Array.from({ length: 20_000 }, (_, n) => service(n));
    let turns = 0;
    let isDone = false;
    const count = () => {
      turns += 1;
      if (!isDone) setImmediate(count);
    };
    setImmediate(count);
    await store.replaceAll(rows({ services: many }));
    isDone = true;
    expect(turns).toBeGreaterThan(20);
    expect((await store.latest.all('services')).length).toBe(20_000);
  });

  it('takes writes again after rows were replaced, and undoes one that fails', async () => {
    await store.replaceAll(rows({ services: [service(1)] }));
    await expect(store.write(async (writer) => {
      await writer.insert('services', service(2));
      await writer.replace('services', service(1, { name: 'renamed', tags: ['x'] }));
      await writer.delete('services', uuid(2));
      await writer.insert('services', service(1));
    })).rejects.toMatchObject({ code: 3 });
    expect(await store.latest.all('services')).toEqual([service(1)]);
    expect(await store.latest.getByUnique('services', 'name', 's1')).toEqual(service(1));
    expect((await store.latest.tags({ size: 1 })).items).toEqual([]);
    expect((await store.write((writer) => writer.insert('services', service(2)))).revision).toBe(3);
  });

  it('removes rows that expire after they came with a replacement', async () => {
    const consumer = { id: uuid(1), username: 'bob', custom_id: null, tags: null };
    const key = { id: uuid(2), key: 'k', consumer: { id: uuid(1) }, tags: null, ttl: clock.now() / 1000 + 10 };
    await store.replaceAll(rows({ consumers: [consumer], keyauth_credentials: [key] }));
    await expect.poll(() => clock.timers).toBe(1);
    clock.advance(10_000);
    await expect.poll(() => store.latest.revision()).toBe(3);
    expect(await ids('keyauth_credentials')).toEqual([]);
  });
});
