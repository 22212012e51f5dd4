/** `POST /explain` over a store. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

let node: AdminNode;
beforeAll(async () => {
  node = await startAdminNode();
});
afterAll(() => node.close());

async function explain(body: unknown): Promise<{ readonly status: number; readonly body: Readonly<Record<string, unknown>> }> {
  const { status, text } = await node.send('POST', '/explain', body as object);
  return { status, body: JSON.parse(text) as Readonly<Record<string, unknown>> };
}

it('explains by the newest revision', async () => {
  expect(await explain({ url: 'http://a.example.com/x' })).toMatchObject({ status: 200, body: { route: null, answer: { status: 404 } } });
  await node.send('PUT', '/services/s', { url: 'http://s.internal' });
  await node.send('PUT', '/services/s/routes/r', { hosts: ['a.example.com'] });
  await node.send('POST', '/routes/r/plugins', { name: 'cors' });
  const before = await explain({ url: 'http://a.example.com/x' });
  expect(before.body).toMatchObject({
    route: { name: 'r' }, plugins: [{ name: 'cors' }], upstream: { service: { name: 's' } }, answer: null,
  });
  await node.send('PATCH', '/routes/r', { hosts: ['b.example.com'] });
  const after = await explain({ url: 'http://a.example.com/x' });
  expect(after.body).toMatchObject({
    route: null, other_routes: [{ name: 'r', missed: [{ field: 'hosts', expected: ['b.example.com'], given: ['a.example.com'] }] }],
  });
  expect(after.body.revision).toBeGreaterThan(before.body.revision as number);
});

it('gives all who ask at the same time an answer', async () => {
  const answers = await Promise.all(Array.from({ length: 5 }, (_, at) => explain({ url: `http://b.example.com/${at}` })));
  expect(answers.map(({ status, body }) => [status, (body.request as { readonly path: string }).path])).toEqual(
    [0, 1, 2, 3, 4].map((at) => [200, `/${at}`]));
});

it.each([
  [{}, { url: 'required field missing' }],
  [{ url: 'http://a', http_version: '3' }, { http_version: 'expected one of: 1.0, 1.1, 2.0' }],
  [{ url: 'http://a', method: 'GET /' }, { method: expect.stringContaining('invalid value') as string }],
  [{ url: 'http://a', headers: { a: [1] } }, { headers: expect.anything() as unknown }],
  [{ url: 'http://a', headers: 1 }, { headers: 'expected a map' }],
  [{ url: 'http://a', unknown: 1 }, { unknown: 'unknown field' }],
])('refuses %j', async (body, fields) => {
  expect(await explain(body)).toMatchObject({ status: 400, body: { name: 'schema violation', fields } });
});
