/** The log of changes, on every store. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { STORE_KINDS, openAt } from '../../test/setup/stores.ts';
import { defineEntity, schemasByName } from '../model/schema/entity-schema.ts';
import { foreign, integer, set, string } from '../model/schema/field.ts';
import type { Change, Entity, Store, Writer } from './store.ts';

const schemas = schemasByName([
  defineEntity({ name: 'owners', fields: { id: string(), name: string({ unique: true }) } }),
  defineEntity({
    name: 'things', hasTtl: true,
    fields: {
      id: string(), rank: integer({ unique: true }), tags: set(string()),
      owner: foreign('owners', { on_delete: 'cascade' }), friend: foreign('owners', { on_delete: 'null' }),
    },
  }),
]);
const owner = (id: string, name = id): Entity => ({ id, name });
const reference = (id: string | null) => (id === null ? null : { id });
const thing = (id: string, more: Entity = {}): Entity => ({ id, rank: null, tags: null, owner: null, friend: null, ttl: null, ...more });

describe.each(STORE_KINDS)('the history on $name', ({ newPlace, skip, isLasting }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  let clock: ManualClock;
  let store: Store;
  let place: Awaited<ReturnType<typeof newPlace>>;
  beforeEach(async () => {
    clock = new ManualClock();
    place = await newPlace();
    store = await openAt(place, { clock, schemas });
  });
  afterEach(() => store.close());

  const put = (writer: Writer, entity: string, row: Entity) => writer.get(entity, row.id as string).then((stored) => (
    stored ? writer.replace(entity, row) : writer.insert(entity, row)));
  const plain = (changes: readonly Change[]) => changes.map(({ position, operation, entity, key, before, after }) => (
    [position, operation, `${entity} ${key}`, before, after]));

  it('keeps who made a revision, when, why, and what it changed', async () => {
    await store.write((writer) => writer.insert('owners', owner('a')), { author: 'ann', requestId: 'r1', comment: 'first' });
    clock.advance(1_000);
    await store.write(async (writer) => {
      await writer.replace('owners', owner('a', 'other'));
      await writer.insert('things', thing('t', { owner: reference('a'), tags: ['x'] }));
      await writer.delete('owners', 'a');
    });
    const { items } = await store.history.revisions({ size: 10 });
    expect(items.map(({ hash, ...record }) => record)).toEqual([
      { revision: 2, at: clock.now(), author: null, requestId: null, comment: null, changes: 4 },
      { revision: 1, at: clock.now() - 1_000, author: 'ann', requestId: 'r1', comment: 'first', changes: 1 },
    ]);
    expect(items.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash!))).toBe(true);
    expect(await store.history.revision(1)).toEqual(items[1]);
    expect(await store.history.revision(3)).toBeUndefined();
    const made = thing('t', { owner: reference('a'), tags: ['x'] });
    expect(plain((await store.history.changes(2, { size: 10 })).items)).toEqual([
      [1, 'replace', 'owners a', owner('a'), owner('a', 'other')],
      [2, 'insert', 'things t', null, made],
      [3, 'delete', 'things t', made, null],
      [4, 'delete', 'owners a', owner('a', 'other'), null],
    ]);
  });

  it('gives revisions and changes in pages', async () => {
    for (const id of ['a', 'b', 'c', 'd']) await store.write((writer) => writer.insert('owners', owner(id)));
    await store.write(async (writer) => {
      for (const id of ['x', 'y', 'z']) await writer.insert('owners', owner(id));
    });
    const revisions = async (size: number, after?: string) => {
      const page = await store.history.revisions({ size, ...after !== undefined && { after } });
      return [page.items.map(({ revision }) => revision), page.next];
    };
    expect([await revisions(2), await revisions(2, '4'), await revisions(2, '2'), await revisions(2, '1'), await revisions(5)])
      .toEqual([[[5, 4], '4'], [[3, 2], '2'], [[1], undefined], [[], undefined], [[5, 4, 3, 2, 1], undefined]]);
    const changes = async (size: number, after?: string) => {
      const page = await store.history.changes(5, { size, ...after !== undefined && { after } });
      return [page.items.map(({ key }) => key).join(''), page.next];
    };
    expect([await changes(2), await changes(2, '2'), await changes(2, '3')]).toEqual([['xy', '2'], ['z', undefined], ['', undefined]]);
    expect(await store.history.changes(9, { size: 1 })).toEqual({ items: [] });
  });

  it('refuses a write that was made for another revision', async () => {
    const insert = (id: string, expected?: number) => store.write((writer) => writer.insert('owners', owner(id)), { expected });
    await insert('a', 0);
    await expect(insert('b', 0)).rejects.toMatchObject({ code: 'revision-conflict' });
    await expect(insert('b', 2)).rejects.toMatchObject({ code: 'revision-conflict' });
    await insert('b', 1);
    expect(await store.latest.revision()).toBe(2);
  });

  it('lets one of two writes through that expect the same revision', async () => {
    const insert = (id: string) => store.write((writer) => writer.insert('owners', owner(id)), { expected: 0 });
    const outcomes = await Promise.allSettled(['a', 'b', 'c'].map(insert));
    expect(outcomes.filter(({ status }) => status === 'fulfilled').length).toBe(1);
    expect((await store.latest.all('owners')).length).toBe(1);
  });

  it('has the expiry of a row as a change of no author', async () => {
    const ttl = clock.now() / 1000 + 5;
    await store.write((writer) => writer.insert('things', thing('t', { ttl })), { author: 'ann' });
    clock.advance(5_000);
    await store.write((writer) => writer.insert('owners', owner('a')), { author: 'bob' });
    const { items } = await store.history.revisions({ size: 3 });
    expect(items.map(({ revision, author }) => [revision, author])).toEqual([[3, 'bob'], [2, null], [1, 'ann']]);
    expect(plain((await store.history.changes(2, { size: 3 })).items)).toEqual([[1, 'expire', 'things t', thing('t', { ttl }), null]]);
    expect(await store.history.stateAt(1)).toEqual(new Map([['things', [thing('t', { ttl })]]]));
  });

  it('says what is not a revision', async () => {
    await store.write((writer) => writer.insert('owners', owner('a')));
    for (const revision of [-1, 2, 1.5, Number.NaN]) {
      await expect(store.history.stateAt(revision)).rejects.toMatchObject({ code: 'revision-unknown' });
      await expect(store.history.diff(0, revision)).rejects.toMatchObject({ code: 'revision-unknown' });
    }
    expect(await store.history.stateAt(0)).toEqual(new Map());
  });

  it('tells which rows have changed since a revision', async () => {
    await store.write((writer) => writer.insert('owners', owner('a')));
    await store.write(async (writer) => {
      await writer.insert('owners', owner('c'));
      await writer.insert('things', thing('t', { owner: reference('a') }));
    });
    await store.write((writer) => writer.delete('owners', 'a'));
    await store.write((writer) => writer.replace('owners', owner('c', 'd')));
    const since = async (revision: number, limit = 10) => {
      const hash = (await store.history.revision(revision))?.hash ?? null;
      return store.read((reader) => reader.changedSince({ revision, hash }, limit));
    };
    expect(await since(1)).toEqual([
      { entity: 'owners', key: 'a', row: null }, { entity: 'owners', key: 'c', row: owner('c', 'd') },
      { entity: 'things', key: 't', row: null },
    ]);
    expect(await since(4)).toEqual([]);
    expect([await since(5), await since(1, 2)]).toEqual([undefined, undefined]);
  });

  it('keeps as many revisions as it should, and says from where on states can be restored', async () => {
    const own = await openAt(await newPlace(), { clock, schemas, retention: { revisions: 3, days: 0 } });
    for (const id of ['a', 'b', 'c', 'd', 'e']) await own.write((writer) => writer.insert('owners', owner(id)));
    await expect.poll(() => own.history.oldest()).toBe(2);
    expect((await own.history.revisions({ size: 9 })).items.map(({ revision }) => revision)).toEqual([5, 4, 3]);
    expect([...(await own.history.stateAt(2)).values()]).toEqual([[owner('a'), owner('b')]]);
    for (const read of [() => own.history.stateAt(1), () => own.history.diff(1, 4), () => own.history.diff(4, 1)]) {
      await expect(read()).rejects.toMatchObject({
        code: 'revision-pruned', message: 'the state of revision 1 is not kept any more; the oldest that is kept is 2',
      });
    }
    expect(await own.history.revision(2)).toBeUndefined();
    expect(await own.read((reader) => reader.changedSince({ revision: 1, hash: null }, 9))).toBeUndefined();
    expect(await own.history.verify()).toEqual({ isIntact: true, revisions: 3 });
    await own.close();
  });

  it('drops revisions that are too old, but for the newest', async () => {
    const own = await openAt(await newPlace(), { clock, schemas, retention: { revisions: 100, days: 2 } });
    await own.write((writer) => writer.insert('owners', owner('a')));
    clock.advance(86_400_000);
    await own.write((writer) => writer.insert('owners', owner('b')));
    expect(await own.history.oldest()).toBe(0);
    clock.advance(86_400_001);
    await own.write((writer) => writer.insert('owners', owner('c')));
    await expect.poll(() => own.history.oldest()).toBe(1);
    await own.close();
  });

  it.runIf(isLasting)('is still there when the store is opened again', async () => {
    await store.write((writer) => writer.insert('owners', owner('a')), { author: 'ann' });
    const before = await store.history.revisions({ size: 5 });
    await store.close();
    store = await openAt(place, { clock, schemas });
    expect(await store.history.revisions({ size: 5 })).toEqual(before);
    await store.write((writer) => writer.insert('owners', owner('b')));
    expect(await store.history.verify()).toEqual({ isIntact: true, revisions: 2 });
  });

  /** Operations on few keys, so that they meet. */
  const ids = fc.constantFrom('a', 'b', 'c');
  const maybe = fc.option(ids, { nil: null });
  const operations = fc.array(fc.oneof(
    fc.record({ kind: fc.constant('owner' as const), id: ids, name: fc.constantFrom('p', 'q', 'r', 's') }),
    fc.record({
      kind: fc.constant('thing' as const), id: ids, owner: maybe, friend: maybe,
      rank: fc.option(fc.integer({ min: 0, max: 4 }), { nil: null }),
    }),
    fc.record({ kind: fc.constant('remove' as const), entity: fc.constantFrom('owners', 'things'), id: ids }),
  ), { minLength: 1, maxLength: 5 });
  type Operation = typeof operations extends fc.Arbitrary<readonly (infer O)[]> ? O : never;

  const run = async (writer: Writer, operation: Operation): Promise<void> => {
    if (operation.kind === 'remove') return void await writer.delete(operation.entity, operation.id);
    if (operation.kind === 'owner') return put(writer, 'owners', owner(operation.id, operation.name));
    const { id, rank, owner: of, friend } = operation;
    return put(writer, 'things', thing(id, { rank, owner: reference(of), friend: reference(friend) }));
  };
  const present = (from: Store) => from.read(async (reader) => {
    const rows = await Promise.all([...schemas.keys()].map(async (entity) => [entity, await reader.all(entity)] as const));
    return new Map(rows.filter(([, all]) => all.length > 0));
  });

  it('restores every state that there was, and its differences lead from each to each', async () => {
    await fc.assert(fc.asyncProperty(fc.array(operations, { maxLength: 8 }), async (writes) => {
      const own = await openAt(await newPlace(), { clock, schemas, pollMs: 0 });
      const states = new Map([[0, new Map<string, readonly Entity[]>()]]);
      for (const write of writes) {
        const work = async (writer: Writer) => {
          for (const operation of write) await run(writer, operation);
        };
        const revision = await own.write(work).then((written) => written.revision, () => own.latest.revision());
        states.set(revision, await present(own));
      }
      for (const [revision, state] of states) expect(await own.history.stateAt(revision)).toEqual(state);
      for (const [from, before] of states) {
        for (const [to, after] of states) {
          const rows = new Map([...before].flatMap(([entity, all]) => all.map((row) => [`${entity} ${String(row.id)}`, row])));
          for (const { entity, key, before: old, after: changed } of await own.history.diff(from, to)) {
            expect(rows.get(`${entity} ${key}`) ?? null).toEqual(old);
            if (changed) rows.set(`${entity} ${key}`, changed);
            else rows.delete(`${entity} ${key}`);
          }
          const wanted = new Map([...after].flatMap(([entity, all]) => all.map((row) => [`${entity} ${String(row.id)}`, row])));
          expect(rows).toEqual(wanted);
        }
      }
      expect((await own.history.verify()).isIntact).toBe(true);
      await own.close();
    }), { numRuns: isLasting ? 15 : 60 });
  });
});
