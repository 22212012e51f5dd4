/** Going back to a revision: everything is as it was, or nothing is changed and the reasons are said. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../../test/fixtures/admin-node.ts';
import { ManualClock } from '../../../../test/fixtures/manual-clock.ts';
import { STORE_KINDS, openAt } from '../../../../test/setup/stores.ts';
import { SILENT } from '../../../base/log.ts';
import { SCHEMAS, schemasFor } from '../../../plugins/schemas.ts';
import { MemoryStore } from '../../../store/memory/memory-store.ts';
import type { Entity, Store } from '../../../store/store.ts';

interface RollbackAnswer {
  readonly revision: number;
  readonly restored: number;
  readonly changes: number;
  readonly reasons: readonly { readonly entity: string; readonly name: string; readonly reason: string }[];
}

async function stateOf(store: Store): Promise<Readonly<Record<string, readonly Entity[]>>> {
  return store.read(async (reader) => {
    const state: Record<string, readonly Entity[]> = {};
    for (const { name, isKeptByNodes } of SCHEMAS.values()) if (!isKeptByNodes) state[name] = await reader.all(name);
    return state;
  });
}

describe.each(STORE_KINDS)('a rollback on $name', ({ skip, newPlace }) => {
  let node: AdminNode;
  beforeEach(async (test) => {
    test.skip(skip !== undefined, skip);
    node = await startAdminNode({ store: await openAt(await newPlace(), { pollMs: 0 }) });
  });
  afterEach(async () => {
    await node?.close();
  });
  const revision = () => node.store.latest.revision();
  const batch = async (...operations: readonly object[]) => {
    const { status, text } = await node.send('POST', '/batch', { operations });
    expect(status, text).toBe(200);
  };
  const rollBack = async (to: number, query = '', headers: Record<string, string> = {}) => {
    const { status, text } = await node.send('POST', `/revisions/${to}/rollback${query}`, undefined, headers);
    return { status, body: JSON.parse(text) as RollbackAnswer };
  };
  const create = (entity: string, body: object) => ({ operation: 'create', entity, body });

  it('is a new revision, with its author and what it restores', async () => {
    await batch(create('services', { name: 'a', host: 'a.test' }), create('routes', { name: 'r', paths: ['/'], service: { name: 'a' } }));
    const [good, before] = [await revision(), await stateOf(node.store)];
    await batch(
      { operation: 'delete', entity: 'routes', key: 'r' },
      { operation: 'patch', entity: 'services', key: 'a', body: { host: 'wrong.test' } },
      create('consumers', { username: 'bob' }),
    );
    const { status, body } = await rollBack(good, '', { 'Hybridge-Author': 'bob' });
    expect([status, body]).toEqual([200, { revision: good + 2, restored: good, changes: 3, secrets_kept: [] }]);
    expect(await stateOf(node.store)).toEqual(before);
    expect(await node.store.history.revision(good + 2)).toMatchObject({
      author: 'bob', comment: `rollback to revision ${good}`, changes: 3,
    });
  });

  it('changes nothing where nothing differs', async () => {
    await batch(create('services', { name: 'a', host: 'a.test' }));
    const now = await revision();
    expect(await rollBack(now)).toMatchObject({ status: 200, body: { revision: now, changes: 0 } });
    expect(await revision()).toBe(now);
  });

  it('only says with dry_run what it would change', async () => {
    await batch(create('services', { name: 'a', host: 'a.test' }));
    const [now, before] = [await revision(), await stateOf(node.store)];
    const { status, body } = await rollBack(now - 1, '?dry_run=true');
    expect([status, body]).toMatchObject([200, { changes: 1, data: [{ entity: 'services', name: 'a', operation: 'delete' }] }]);
    expect([await revision(), await stateOf(node.store)]).toEqual([now, before]);
  });

  it('happens only at the revision that If-Match names', async () => {
    await batch(create('services', { name: 'a', host: 'a.test' }));
    const now = await revision();
    expect((await rollBack(now - 1, '', { 'If-Match': `"${now - 1}"` })).status).toBe(412);
    expect((await rollBack(now - 1, '', { 'If-Match': `"${now}"` })).status).toBe(200);
  });

  it.each<[string, readonly object[], readonly object[]]>([
    ['two entities have exchanged their names',
      [create('services', { name: 'a', host: 'a.test' }), create('services', { name: 'b', host: 'b.test' })],
      [
        { operation: 'patch', entity: 'services', key: 'a', body: { name: 'c' } },
        { operation: 'patch', entity: 'services', key: 'b', body: { name: 'a' } },
        { operation: 'patch', entity: 'services', key: 'c', body: { name: 'b' } },
      ]],
    ['three names have gone around in a circle',
      ['a', 'b', 'c'].map((username) => create('consumers', { username })),
      [['a', 'x'], ['b', 'a'], ['c', 'b'], ['x', 'c']].map(([key, username]) => (
        { operation: 'patch', entity: 'consumers', key, body: { username } }))],
    ['an entity was deleted and created again under its name',
      [create('services', { name: 'a', host: 'a.test' }), create('routes', { name: 'r', paths: ['/'], service: { name: 'a' } })],
      [
        { operation: 'delete', entity: 'routes', key: 'r' }, { operation: 'delete', entity: 'services', key: 'a' },
        create('services', { name: 'a', host: 'b.test' }), create('routes', { name: 'r', paths: ['/'], service: { name: 'a' } }),
      ]],
    ['what refers to it was moved to its successor of the same name',
      [create('services', { name: 'a', host: 'a.test' }), create('routes', { name: 'r', paths: ['/'], service: { name: 'a' } })],
      [
        { operation: 'patch', entity: 'services', key: 'a', body: { name: 'old' } }, create('services', { name: 'a', host: 'b.test' }),
        { operation: 'patch', entity: 'routes', key: 'r', body: { service: { name: 'a' } } },
        { operation: 'delete', entity: 'services', key: 'old' },
      ]],
    ['all that belongs to an entity went with it',
      [
        create('consumers', { username: 'bob' }), create('acls', { group: 'g', consumer: { username: 'bob' } }),
        create('upstreams', { name: 'up' }), create('targets', { target: 'h.test:80', upstream: { name: 'up' } }),
      ],
      [{ operation: 'delete', entity: 'consumers', key: 'bob' }, { operation: 'delete', entity: 'upstreams', key: 'up' }]],
    ['a plugin exists for the same service again',
      [create('services', { name: 'a', host: 'a.test' }), create('plugins', { name: 'cors', service: { name: 'a' } })],
      [
        { operation: 'delete', entity: 'services', key: 'a' }, create('services', { name: 'a', host: 'a.test' }),
        create('plugins', { name: 'cors', service: { name: 'a' } }),
      ]],
  ])('succeeds where %s', async (_, first, second) => {
    await batch(...first);
    const [good, before] = [await revision(), await stateOf(node.store)];
    await batch(...second);
    const after = await stateOf(node.store);
    const { status, body } = await rollBack(good);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await stateOf(node.store)).toEqual(before);
    expect((await rollBack(good + 1)).status).toBe(200);
    expect(await stateOf(node.store)).toEqual(after);
  });

  it('is refused with reasons, and changes nothing, where the node no longer has a plugin', async () => {
    await batch(create('plugins', { name: 'cors' }), create('services', { name: 'a', host: 'a.test' }));
    const good = await revision();
    await batch({ operation: 'delete', entity: 'services', key: 'a' });
    const { data: [plugin] } = JSON.parse((await node.send('GET', '/plugins')).text) as { data: { id: string }[] };
    await node.send('DELETE', `/plugins/${plugin!.id}`);
    const other = await startAdminNode({ store: node.store, schemas: schemasFor({ plugins: ['key-auth'] }).schemas });
    const [now, before] = [await revision(), await stateOf(node.store)];
    const { status, text } = await other.send('POST', `/revisions/${good}/rollback`);
    expect([status, JSON.parse(text)]).toEqual([409, {
      message: `revision ${good} cannot be restored: an entity would not be valid now`,
      reasons: [{ entity: 'plugins', key: plugin!.id, name: null, reason: expect.stringContaining('cors') as string }],
    }]);
    expect([await revision(), await stateOf(node.store)]).toEqual([now, before]);
    await other.configuration.close();
  });

  it.each([['x', 400], ['99999', 404]])('to a revision %s answers %i', async (to, status) => {
    expect((await node.send('POST', `/revisions/${to}/rollback`)).status).toBe(status);
  });

  it('leaves what nodes keep in the store', async () => {
    const id = await node.store.latest.get('parameters', 'cluster_id');
    await batch(create('services', { name: 'a', host: 'a.test' }));
    expect((await rollBack(0)).status).toBe(200);
    expect(await node.store.latest.get('parameters', 'cluster_id')).toEqual(id);
    expect((await node.store.latest.list('services', { size: 10 })).items).toEqual([]);
  });
});

describe('a rollback over what has expired', () => {
  it('does not bring it back', async () => {
    const clock = new ManualClock();
    const store = new MemoryStore({ schemas: SCHEMAS, log: SILENT, clock });
    const node = await startAdminNode({ store, now: () => clock.now() });
    try {
      await node.send('PUT', '/consumers/bob', {});
      await node.send('POST', '/consumers/bob/key-auth', { key: 'short', ttl: 10 });
      await node.send('POST', '/consumers/bob/key-auth', { key: 'long', ttl: 1_000 });
      const good = await store.latest.revision();
      clock.advance(20_000);
      await node.send('DELETE', '/consumers/bob');
      const { status, text } = await node.send('POST', `/revisions/${good}/rollback`);
      expect(status, text).toBe(200);
      expect((await store.latest.list('keyauth_credentials', { size: 10 })).items).toMatchObject([{ key: 'long' }]);
    } finally {
      await node.close();
    }
  });
});

const name = fc.constantFrom('a', 'b', 'c', 'd');
const operation = fc.oneof(
  fc.record({ operation: fc.constantFrom('put'), entity: fc.constant('services'), key: name, body: fc.record({ host: name }) }),
  fc.record({
    operation: fc.constant('put'), entity: fc.constant('routes'), key: name,
    body: fc.record({ paths: fc.tuple(name.map((text) => `/${text}`)), service: fc.option(fc.record({ name })) }),
  }),
  fc.record({ operation: fc.constant('put'), entity: fc.constant('consumers'), key: name, body: fc.constant({}) }),
  fc.record({
    operation: fc.constant('create'), entity: fc.constantFrom('keyauth_credentials', 'acls'),
    body: fc.record({ key: name, group: name }), within: fc.record({ consumer: name }),
  }).map(({ entity, body, ...rest }) => ({ ...rest, entity, body: entity === 'acls' ? { group: body.group } : { key: body.key } })),
  fc.record({
    operation: fc.constant('create'), entity: fc.constant('plugins'),
    body: fc.record({ name: fc.constant('cors'), service: fc.record({ name }) }),
  }),
  fc.record({
    operation: fc.constant('patch'), entity: fc.constantFrom('services', 'routes'), key: name, body: fc.record({ name }),
  }),
  fc.record({ operation: fc.constant('delete'), entity: fc.constantFrom('services', 'routes', 'consumers'), key: name }),
);

describe('any states', () => {
  it('are reached again by a rollback, from any other', async () => {
    await fc.assert(fc.asyncProperty(fc.array(operation, { minLength: 4, maxLength: 30 }), fc.nat(), async (operations, pick) => {
      const store = new MemoryStore({ schemas: SCHEMAS, log: SILENT });
      const node = await startAdminNode({ store });
      try {
        const states = new Map([[await store.latest.revision(), await stateOf(store)]]);
        for (const each of operations) {
          await node.send('POST', '/batch', { operations: [each] });
          states.set(await store.latest.revision(), await stateOf(store));
        }
        const revisions = [...states.keys()];
        for (const target of [revisions[pick % revisions.length]!, revisions[0]!, revisions.at(-1)!]) {
          const { status, text } = await node.send('POST', `/revisions/${target}/rollback`);
          expect([status, text]).toEqual([200, expect.any(String)]);
          expect(await stateOf(store)).toEqual(states.get(target));
        }
      } finally {
        await node.close();
      }
    }), { numRuns: 25 });
  });
});
