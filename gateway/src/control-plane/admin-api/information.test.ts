/** What the endpoints about a node answer beyond the recordings: units, log levels, caches, endpoints of plugins, the cost of `GET /`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { createLog } from '../../base/log.ts';
import type { Store } from '../../store/store.ts';
import { enabledPlugins } from './enabled-plugins.ts';

describe('an Admin API about its node', () => {
  let node: AdminNode;
  const lines: string[] = [];
  const start = async (options: Parameters<typeof startAdminNode>[0] = {}) => {
    await node?.close();
    node = await startAdminNode({ log: createLog({ write: (line) => lines.push(line) }), ...options });
  };
  const get = async (path: string) => {
    const { status, text, headers } = await node.send('GET', path);
    return { status, headers, body: (headers['content-type'] ?? '').includes('json') ? JSON.parse(text) : text };
  };
  const put = async (path: string) => {
    const { status, text } = await node.send('PUT', path);
    return [status, JSON.parse(text).message];
  };
  beforeEach(async () => {
    lines.length = 0;
    await start();
  });
  afterEach(() => node.close());

  it.each([
    ['', /^\d+\.\d\d MiB$/], ['?unit=k&scale=0', /^\d+ KiB$/], ['?unit=G&scale=4', /^\d+\.\d{4} GiB$/], ['?scale=x', /^\d+\.\d\d MiB$/],
  ])('prints sizes as /status%s asks', async (query, size) => {
    const { body } = await get(`/status${query}`);
    expect(body.memory.workers_lua_vms[0].http_allocated_gc).toMatch(size);
  });

  it('prints sizes in bytes as numbers', async () => {
    expect((await get('/status?unit=b')).body.memory.workers_lua_vms[0].http_allocated_gc).toBeGreaterThan(2 ** 20);
  });

  it.each([
    ['?unit=x', "invalid unit 'x' (expected 'k/K', 'm/M', or 'g/G')"], ['?scale=-1', 'scale must be equal or greater than 0'],
    ['?scale=1e9', 'scale must be at most 20'], ['?unit=constructor', "invalid unit 'constructor' (expected 'k/K', 'm/M', or 'g/G')"],
  ])('refuses /status%s', async (query, message) => {
    const { status, body } = await get(`/status${query}`);
    expect([status, body]).toEqual([400, { message }]);
  });

  it('shows the hash of its configuration instead of a database when it has none', async () => {
    await start({ isReadOnly: true, configurationHash: () => '0'.repeat(32) });
    const { body } = await get('/status');
    expect([body.configuration_hash, body.database]).toEqual(['0'.repeat(32), undefined]);
  });

  it('changes what it logs, and tells what it logs', async () => {
    expect((await get('/debug/node/log-level')).body).toEqual({ message: 'log level: notice' });
    expect(await put('/debug/node/log-level/debug?timeout=0')).toEqual([200, 'log level changed']);
    expect((await get('/debug/node/log-level')).body).toEqual({ message: 'log level: debug' });
    expect(await put('/debug/cluster/log-level/debug')).toEqual([200, 'log level is already debug']);
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ level: 'notice', message: 'the log level changes', to: 'debug' }]);
  });

  it('logs again what is configured when the time is over', async () => {
    expect(await put('/debug/node/log-level/emerg?timeout=0.001')).toEqual([200, 'log level changed']);
    expect((await get('/debug/node/log-level')).body).toEqual({ message: 'log level: emerg' });
    await expect.poll(async () => (await get('/debug/node/log-level')).body.message, { timeout: 5_000 }).toBe('log level: notice');
  });

  it.each([
    ['/debug/node/log-level/loud', 400, 'unknown log level: loud'],
    ['/debug/node/log-level/debug?timeout=-1', 400, 'timeout must be greater than or equal to 0'],
  ])('refuses PUT %s', async (path, status, message) => {
    expect(await put(path)).toEqual([status, message]);
  });

  it('changes no log level without a database, as Kong', async () => {
    await start({ isReadOnly: true });
    expect(await put('/debug/cluster/log-level/debug')).toEqual([405, 'cannot change log level when not using a database']);
  });

  it('names the log level of a cluster otherwise on a control plane', async () => {
    await start({ role: 'control_plane' });
    expect(await put('/debug/cluster/control-planes-nodes/log-level/info')).toEqual([200, 'log level changed']);
    expect((await node.send('PUT', '/debug/cluster/log-level/info')).status).toBe(404);
  });

  it.each([
    ['GET', '/status/dns', 501], ['DELETE', '/cache', 204], ['DELETE', '/cache/x', 204], ['GET', '/cache/x', 404],
    ['POST', '/acme', 404], ['GET', '/acme/certificates/x.test', 404], ['DELETE', '/proxy-cache', 204], ['GET', '/proxy-cache/x', 404],
    ['DELETE', '/proxy-cache/00000000-0000-4000-8000-000000000001/caches/x', 404], ['GET', '/metrics', 404],
    ['GET', '/schemas/vaults/env', 200], ['GET', '/schemas/vaults/aws', 404], ['GET', '/schemas/filters/x', 404],
  ])('answers %s %s with %i', async (method, path, status) => {
    expect((await node.send(method, path)).status).toBe(status);
  });

  it('shows the metrics that the node has', async () => {
    await start({ metrics: async () => 'up 1\n' });
    const { status, headers, body } = await get('/metrics');
    expect([status, headers['content-type'], body]).toEqual([200, 'text/plain; charset=UTF-8', 'up 1\n']);
  });

  it('knows the enabled plugins after each change', async () => {
    const enabled = async () => (await get('/')).body.plugins.enabled_in_cluster;
    expect(await enabled()).toEqual([]);
    await node.send('PUT', '/consumers/bob', {});
    await node.send('PUT', '/plugins/ka', { name: 'key-auth' });
    expect(await enabled()).toEqual(['key-auth']);
    await node.send('PATCH', '/plugins/ka', { enabled: false });
    expect(await enabled()).toEqual([]);
  });

  it('reads the plugins again only when one of them has changed', async () => {
    let reads = 0;
    const store: Pick<Store, 'read' | 'changesAfter'> = {
      read: (work) => { reads += 1; return node.store.read(work); },
      changesAfter: (revision, limit) => node.store.changesAfter(revision, limit),
    };
    const names = enabledPlugins(store);
    await node.send('PUT', '/plugins/ka', { name: 'key-auth' });
    expect([await names(), await names(), reads]).toEqual([['key-auth'], ['key-auth'], 1]);
    for (let n = 0; n < 5; n += 1) {
      await node.send('POST', '/consumers', { username: `c${n}` });
      expect([await names(), reads]).toEqual([['key-auth'], 1]);
    }
    await node.send('DELETE', '/plugins/ka');
    expect([await names(), reads]).toEqual([[], 2]);
  });
});
