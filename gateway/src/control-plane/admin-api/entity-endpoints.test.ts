/** What the recordings of the Admin API do not show of entities: changed maps, and how many tags an entity may have. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';

describe.each(STORE_KINDS)('entities on $name', ({ newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  let node: AdminNode;
  beforeAll(async () => {
    node = await startAdminNode({ store: await openAt(await newPlace()) });
  });
  afterAll(() => node.close());
  const send = async (method: string, path: string, body: unknown, type?: string) => {
    const { status, text } = await node.send(method, path, body, type === undefined ? {} : { 'Content-Type': type });
    return { status, body: JSON.parse(text) as Record<string, unknown> };
  };
  const tags = (count: number) => Array.from({ length: count }, (_, n) => `t${n}`);
  const TOO_MANY = { status: 400, body: { code: 2, message: 'schema violation (tags: length must be at most 4000)' } };

  it('have their maps replaced by PATCH', async () => {
    await send('PUT', '/routes/r', { paths: ['/x'], headers: { 'x-a': ['1'], 'x-b': ['2'] } });
    const { status, body } = await send('PATCH', '/routes/r', { headers: { 'x-c': ['3'] } });
    expect([status, body.headers, body.paths]).toEqual([200, { 'x-c': ['3'] }, ['/x']]);
    expect((await send('PATCH', '/routes/r', 'headers.x-d=4', 'application/x-www-form-urlencoded')).body.headers).toEqual({ 'x-d': ['4'] });
  });

  it('have 4,000 tags at most', async () => {
    expect(await send('PUT', '/services/s', { host: 'h.test', tags: tags(4_000) })).toMatchObject({ status: 200 });
    for (const count of [4_001, 10_000]) {
      expect(await send('POST', '/services', { host: 'h.test', tags: tags(count) }), String(count)).toMatchObject(TOO_MANY);
      expect(await send('PATCH', '/services/s', { tags: tags(count) }), String(count)).toMatchObject(TOO_MANY);
      const judged = await send('POST', '/schemas/services/validate', { host: 'h.test', tags: tags(count) });
      expect(judged, String(count)).toMatchObject(TOO_MANY);
    }
    expect((await send('GET', '/services/s', undefined)).body.tags).toHaveLength(4_000);
  });
});
