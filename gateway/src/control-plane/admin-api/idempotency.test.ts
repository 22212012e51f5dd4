/** The same request with the same key makes one change, whatever happens in between. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';
import type { Place } from '../../store/open.ts';

describe.each(STORE_KINDS)('an Idempotency-Key on $name', ({ skip, newPlace, isLasting }) => {
  let place: Place;
  let node: AdminNode;
  let clock: ManualClock;
  const start = async () => startAdminNode({ store: await openAt(place, { pollMs: 0, clock }) });
  beforeEach(async (test) => {
    test.skip(skip !== undefined, skip);
    clock = new ManualClock();
    place = await newPlace();
    node = await start();
  });
  afterEach(async () => {
    await node?.close();
  });
  const keyed = (key: string, more = {}) => ({ 'Idempotency-Key': key, ...more });
  const service = { host: 'h.test' };
  const count = async () => (await node.store.latest.list('services', { size: 100 })).items.length;

  it('makes a request once, and gives its answer again', async () => {
    const first = await node.send('POST', '/services', service, keyed('k'));
    const again = await node.send('POST', '/services', service, keyed('k'));
    expect([first.status, again.status, again.text, await count()]).toEqual([201, 201, first.text, 1]);
    expect([again.headers['hybridge-revision'], again.headers.etag, again.headers['idempotency-replayed']])
      .toEqual([first.headers['hybridge-revision'], first.headers.etag, 'true']);
    expect(first.headers['idempotency-replayed']).toBeUndefined();
    expect((await node.send('POST', '/services', service, keyed('l'))).status).toBe(201);
    expect(await count()).toBe(2);
  });

  it.each([
    ['POST', '/services', { host: 'other.test' }], ['POST', '/consumers', service], ['PUT', '/services/x', service],
  ])('belongs to one request: %s %s %j is another', async (method, path, body) => {
    await node.send('POST', '/services', service, keyed('k'));
    const { status, text } = await node.send(method, path, body, keyed('k'));
    const message = 'this Idempotency-Key belongs to another request; a new request needs a new key';
    expect([status, JSON.parse(text)]).toEqual([422, { message }]);
    expect(await count()).toBe(1);
  });

  it('works for changes, deletions and batches', async () => {
    await node.send('PUT', '/services/a', service);
    for (const [method, path, body] of [
      ['PATCH', '/services/a', { port: 81 }],
      ['POST', '/batch', { operations: [{ operation: 'create', entity: 'services', body: service }] }],
      ['DELETE', '/services/a', undefined],
    ] as const) {
      const first = await node.send(method, path, body, keyed(method + path));
      const revision = await node.store.latest.revision();
      const again = await node.send(method, path, body, keyed(method + path));
      expect([again.status, again.text, await node.store.latest.revision()]).toEqual([first.status, first.text, revision]);
      expect(first.status).toBeLessThan(300);
    }
  });

  it('of a request that failed is free: the corrected one may have it', async () => {
    expect((await node.send('POST', '/services', {}, keyed('k'))).status).toBe(400);
    const dry = { operations: [{ operation: 'create', entity: 'services', body: service }] };
    expect((await node.send('POST', '/batch?dry_run=true', dry, keyed('k'))).status).toBe(200);
    expect((await node.send('POST', '/services', service, keyed('k'))).status).toBe(201);
  });

  it('gives the answer although its If-Match is true no longer', async () => {
    const revision = await node.store.latest.revision();
    const headers = keyed('k', { 'If-Match': `"${revision}"` });
    const first = await node.send('POST', '/services', service, headers);
    const again = await node.send('POST', '/services', service, headers);
    expect([first.status, again.status, again.text]).toEqual([201, 201, first.text]);
  });

  it('of requests at the same time makes one change', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => node.send('POST', '/services', service, keyed('k'))));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.filter((status) => status !== 201 && status !== 409)).toEqual([]);
    expect(statuses).toContain(201);
    expect(await count()).toBe(1);
    expect(new Set(answers.filter(({ status }) => status === 201).map(({ text }) => text)).size).toBe(1);
  });

  it('is forgotten after a day', async () => {
    await node.send('POST', '/services', service, keyed('k'));
    clock.advance(24 * 3_600_000);
    expect((await node.send('POST', '/services', { host: 'other.test' }, keyed('k'))).status).toBe(201);
    expect(await count()).toBe(2);
  });

  it.each(['', 'x'.repeat(256), 'a\u00e9'])('that is no key is refused: %#', async (key) => {
    expect((await node.send('POST', '/services', service, keyed(key))).status).toBe(400);
  });

  it('keeps of a large batch how it ended, without the entities', async () => {
    const operations = Array.from({ length: 900 }, (_, n) => (
      { operation: 'create', entity: 'services', body: { name: `s${n}`, ...service } }));
    const first = await node.send('POST', '/batch', { operations }, keyed('k'));
    const again = await node.send('POST', '/batch', { operations }, keyed('k'));
    const { revision, changes } = JSON.parse(first.text) as { revision: number; changes: number };
    expect([again.status, JSON.parse(again.text)]).toEqual([200, { revision, changes, results: null }]);
  });

  it.runIf(isLasting)('holds on another node, and after a restart', async () => {
    const other = await start();
    const first = await node.send('POST', '/services', service, keyed('k'));
    expect((await other.send('POST', '/services', service, keyed('k'))).text).toBe(first.text);
    const both = await Promise.all([node, other].map((each) => each.send('POST', '/services', service, keyed('both'))));
    expect(both.map(({ status, text }) => [status, text])).toEqual([[201, both[0]!.text], [201, both[0]!.text]]);
    await other.close();
    await node.close();
    node = await start();
    expect((await node.send('POST', '/services', service, keyed('k'))).text).toBe(first.text);
    expect(await count()).toBe(2);
  });
});
