import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../test/fixtures/admin-node.ts';
import { AdminApiError, AdminClient } from './admin-client.ts';

let node: AdminNode;
let client: AdminClient;
beforeEach(async () => {
  node = await startAdminNode({ role: 'control_plane' });
  client = new AdminClient({ url: `http://127.0.0.1:${node.port}/` });
});
afterEach(() => node.close());

it('creates, reads, changes and deletes entities', async () => {
  const made = await client.put('services', 'my-service', { url: 'https://h.test/x' });
  expect(made.body).toMatchObject({ name: 'my-service', host: 'h.test', port: 443, path: '/x' });
  expect(made.revision).toBeGreaterThan(0);
  expect((await client.change('services', made.body.id, { port: 8443 })).body.port).toBe(8443);
  const created = await client.create('routes', { paths: ['/x'], service: { id: made.body.id } });
  expect((await client.get('routes', created.body.id))?.service).toEqual({ id: made.body.id });
  await client.delete('routes', created.body.id);
  expect(await client.get('routes', created.body.id)).toBeUndefined();
});

it('finds an entity whose name needs escaping', async () => {
  await client.put('consumers', 'a/b ü', {});
  expect((await client.get('consumers', 'a/b ü'))?.username).toBe('a/b ü');
});

it('lists everything, over as many pages as there are', async () => {
  for (let n = 0; n < 5; n += 1) await client.create('consumers', { username: `c${n}` });
  const names: unknown[] = [];
  for await (const { username } of client.list('consumers')) names.push(username);
  expect(names.sort()).toEqual(['c0', 'c1', 'c2', 'c3', 'c4']);
});

it('waits for a revision', async () => {
  const { revision } = await client.put('services', 'a', { host: 'h.test' });
  expect(await client.waitForRevision({ revision, seconds: 5 })).toMatchObject({ in_sync: true, data_planes: [] });
  expect(await client.waitForRevision({ revision, seconds: 0, dataPlanes: 1 })).toMatchObject({ in_sync: false });
});

it('reports the error of the Admin API', async () => {
  const refused = client.create('services', {});
  await expect(refused).rejects.toBeInstanceOf(AdminApiError);
  await expect(refused).rejects.toMatchObject({
    status: 400, message: 'POST /services: the Admin API answered 400: schema violation (host: required field missing)', body: { code: 2 },
  });
});

it('reports a server that does not answer, or not in time', async () => {
  const slow = createServer(() => undefined).listen(0, '127.0.0.1');
  await new Promise((resolve) => slow.once('listening', resolve));
  const { port } = slow.address() as AddressInfo;
  await expect(new AdminClient({ url: `http://127.0.0.1:${port}`, timeoutMs: 50 }).get('services', 'a')).rejects.toMatchObject({
    code: 'admin-api-unreachable', reason: 'unavailable',
  });
  slow.closeAllConnections();
  slow.close();
  await expect(new AdminClient({ url: 'http://127.0.0.1:1' }).get('services', 'a')).rejects.toMatchObject({
    message: expect.stringContaining('http://127.0.0.1:1 does not answer') as string,
  });
});
