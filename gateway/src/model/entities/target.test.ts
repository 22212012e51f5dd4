/** What the recordings do not show of targets: forms of addresses, and what makes two targets the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
  for (const name of ['one.test', 'two.test']) await node.send('PUT', `/upstreams/${name}`, {});
});
afterAll(() => node.close());

async function post(upstream: string, body: unknown) {
  const { status, text } = await node.send('POST', `/upstreams/${upstream}/targets`, body);
  return { status, body: JSON.parse(text) as Record<string, unknown> };
}

describe('a target', () => {
  it.each([
    ['fe80::1', '[fe80:0000:0000:0000:0000:0000:0000:0001]:8000'], ['010.0.0.1', '10.0.0.1:8000'], ['A.test:0443', 'A.test:443'],
  ])('%s is stored as %s', async (given, stored) => {
    expect(await post('one.test', { target: given })).toMatchObject({ status: 201, body: { target: stored } });
  });

  it.each(['a b', 'a:70000', '', 'http://a', '::ffff:1.2.3.4', 5, true, null, {}, ['a']])('%j is refused, whatever else is wrong', async (target) => {
    const { status, body } = await post('one.test', { target, weight: 'x', nope: 1 });
    expect([status, body.fields]).toEqual([400, { target: 'Invalid target; not a valid hostname or ip address' }]);
  });

  it('is judged with the value in the text where nothing is written', async () => {
    const upstream = { id: '00000000-0000-4000-8000-000000000001' };
    const { text } = await node.send('POST', '/schemas/targets/validate', { upstream, target: 'a b' });
    expect(JSON.parse(text)).toMatchObject({ fields: { target: "Invalid target ('a b'); not a valid hostname or ip address" } });
  });

  it('has times with milliseconds', async () => {
    const { body } = await post('one.test', { target: 'times.test' });
    expect(body.created_at).toBe(body.updated_at);
    expect(Number(body.created_at) * 1000 % 1).toBeCloseTo(0, 1);
  });

  it('is one of its upstream, in any form, and another one of another upstream', async () => {
    expect((await post('one.test', { target: '10.1.1.1' })).status).toBe(201);
    const again = await post('one.test', { target: '010.001.1.1:8000' });
    expect([again.status, again.body.name]).toEqual([409, 'unique constraint violation']);
    expect((await post('two.test', { target: '10.1.1.1' })).status).toBe(201);
  });

  it.each([[0, 201], [65_535, 201], [65_536, 400], [-1, 400], [0.5, 400]])('with weight %d is answered with %d', async (weight, status) => {
    expect((await post('two.test', { target: `w${weight < 0 ? 'negative' : weight}.test`, weight })).status).toBe(status);
  });

  it('goes with its upstream', async () => {
    await node.send('PUT', '/upstreams/gone.test', {});
    const { body: { id } } = await post('gone.test', { target: 'a.test' });
    await node.send('DELETE', '/upstreams/gone.test');
    expect(await node.store.read((reader) => reader.get('targets', id as string))).toBeUndefined();
  });
});
