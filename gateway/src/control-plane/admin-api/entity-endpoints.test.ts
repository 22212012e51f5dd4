/** What the recordings of the Admin API do not show of entities: changed maps, names in URLs and bodies, and how many tags one may have. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { createKeyPair } from '../../../test/fixtures/key-pairs.ts';
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

  it('are validated when PUT creates what they refer to', async () => {
    await send('PUT', '/plugins/00000000-0000-4000-8000-000000000001', { name: 'key-auth' });
    const refused = await send('PUT', '/plugins/00000000-0000-4000-8000-000000000001/consumer', { username: 'made' });
    expect([refused.status, refused.body.fields]).toEqual([400, { consumer: 'value must be null' }]);
    expect((await send('GET', '/consumers/made', undefined)).status).toBe(404);
    const made = await send('PUT', '/plugins/00000000-0000-4000-8000-000000000001/service', { host: 'h.test' });
    expect((await send('GET', '/plugins/00000000-0000-4000-8000-000000000001', undefined)).body.service).toEqual({ id: made.body.id });
  });

  it('of one group below a consumer are named by the body first, and unknown ones have two kinds of errors', async () => {
    await send('PUT', '/consumers/c', {});
    expect((await send('PUT', '/consumers/c/acls/one', {})).body.group).toBe('one');
    expect((await send('PUT', '/consumers/c/acls/one', { group: 'other' })).body.group).toBe('other');
    expect((await send('GET', '/consumers/c/acls', undefined)).body.data).toMatchObject([{ group: 'other' }]);
    const id = expect.stringMatching(/^[0-9a-f]{32}$/) as unknown;
    expect((await send('GET', '/consumers/c/acls/one', undefined)).body).toEqual({ message: 'Not found', request_id: id });
    const unknown = await send('GET', '/consumers/c/acls/00000000-0000-4000-8000-000000000009', undefined);
    expect([unknown.status, unknown.body]).toEqual([404, { message: 'Not found' }]);
  });

  it('of certificates take one server name as a list, and that of the URL', async () => {
    const { certificate: cert, key } = await createKeyPair('ec');
    const pair = { cert, key };
    const snis = async (method: string, path: string, body: object) => (await send(method, `/certificates/${path}`, body)).body.snis;
    const id = '00000000-0000-4000-8000-000000000002';
    expect(await snis('PUT', id, { ...pair, snis: 'a.test' })).toEqual(['a.test']);
    expect(await snis('PATCH', id, { snis: 'b.test' })).toEqual(['b.test']);
    expect(await snis('PUT', 'c.test', { ...pair, snis: ['d.test'] })).toEqual(['c.test', 'd.test']);
    expect(await snis('PUT', 'c.test', { ...pair, snis: 'c.test' })).toEqual(['c.test']);
    expect(await snis('PATCH', 'c.test', { snis: ['e.test'] })).toEqual(['e.test']);
    expect(await snis('PUT', 'f.test', pair)).toEqual([]);
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
