/** Requests to an Admin API that asks for a token. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { Secret } from '../../base/secret.ts';

const TOKEN = 'a-token-of-this-test';

describe('an Admin API with a token', () => {
  let node: AdminNode;
  beforeAll(async () => {
    node = await startAdminNode({ token: new Secret(TOKEN) });
  });
  afterAll(() => node.close());

  it.each([
    [{ 'Kong-Admin-Token': TOKEN }], [{ Authorization: `Bearer ${TOKEN}` }], [{ Authorization: `bearer ${TOKEN}` }],
    [{ 'Authorization': 'Basic eDp5', 'Kong-Admin-Token': TOKEN }],
  ])('answers a request with %j', async (headers) => {
    expect((await node.send('GET', '/services', undefined, headers)).status).toBe(200);
  });

  it.each([
    [{}], [{ 'Kong-Admin-Token': '' }], [{ 'Kong-Admin-Token': `${TOKEN}x` }], [{ 'Kong-Admin-Token': TOKEN.slice(1) }],
    [{ Authorization: TOKEN }], [{ Authorization: `Basic ${TOKEN}` }], [{ Authorization: 'Bearer' }],
  ])('refuses a request with %j, whatever it asks for', async (headers) => {
    for (const request of ['GET /', 'POST /services', 'DELETE /services/x', 'GET /none', 'TRACE /']) {
      const [method, path] = request.split(' ') as [string, string];
      const { status, headers: answered } = await node.send(method, path, undefined, headers);
      expect([status, answered['www-authenticate']], request).toEqual([401, 'Bearer']);
    }
    const { text } = await node.send('POST', '/services', { host: 'h.test', name: 'refused' }, headers);
    expect(JSON.parse(text)).toEqual({ message: expect.stringContaining('kong-admin-token is missing or wrong') });
    expect((await node.send('GET', '/services/refused', undefined, { 'Kong-Admin-Token': TOKEN })).status).toBe(404);
  });

  it('tells browsers what they may ask for without a token', async () => {
    const asked = { 'Access-Control-Request-Headers': 'kong-admin-token' };
    const { status, headers } = await node.send('OPTIONS', '/services', undefined, asked);
    expect([status, headers['access-control-allow-headers']]).toEqual([204, 'kong-admin-token']);
  });
});
