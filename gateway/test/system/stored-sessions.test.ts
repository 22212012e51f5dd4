/** Sessions in the database of a single node: a logout ends them for every copy of the cookie. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { startReplayNode } from '../conformance/traffic/replay-node.ts';
import type { ReplayNode } from '../conformance/traffic/replay-node.ts';
import { eventually } from '../fixtures/eventually.ts';

let node: ReplayNode;
let upstream: Server;

beforeAll(async () => {
  upstream = createServer((request, response) => void response.end(String(request.headers['x-consumer-username'])));
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  node = await startReplayNode();
  for (const [method, path, body] of [
    ['PUT', '/consumers/bob', {}], ['PUT', '/consumers/guest', {}], ['POST', '/consumers/bob/key-auth', { key: 'k-bob' }],
    ['PUT', '/services/any', { url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}` }],
    ['PUT', '/services/any/routes/any', { paths: ['/'] }],
    ['POST', '/routes/any/plugins', { name: 'key-auth', config: { anonymous: 'guest' } }],
    ['POST', '/routes/any/plugins', { name: 'session', config: { storage: 'kong', secret: 'a-secret-of-the-node' } }],
  ] as const) expect((await node.admin.send(method, path, body)).status).toBeLessThan(300);
  await node.runsEverything();
  await eventually('the plugins run', async () => (await ask({})).text === 'guest');
});
afterAll(async () => {
  await node.close();
  upstream.close();
});

async function ask(headers: Record<string, string>, method = 'GET', path = '/'): Promise<{ text: string; cookie: string | undefined }> {
  const answer = await fetch(`http://127.0.0.1:${node.ports.proxy}${path}`, { method, headers });
  return { text: await answer.text(), cookie: answer.headers.getSetCookie()[0]?.split(';')[0] };
}

it('keeps a session in the database until its logout', async () => {
  const { text, cookie = '' } = await ask({ apikey: 'k-bob' });
  expect([text, (await ask({ cookie })).text]).toEqual(['bob', 'bob']);
  expect(await ask({ cookie }, 'POST', '/?session_logout')).toEqual({ text: '', cookie: 'session=' });
  expect((await ask({ cookie })).text).toBe('guest');
});
