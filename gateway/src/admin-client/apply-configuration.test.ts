import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../test/fixtures/admin-node.ts';
import { readDeclarative } from '../declarative/read.ts';
import { AdminClient } from './admin-client.ts';
import { applyConfiguration, waitForAdminApi } from './apply-configuration.ts';

const FILE = `_format_version: "3.0"
services:
- name: httpbin
  url: http://httpbin.test:8080
  tags: [team-a]
  routes:
  - name: httpbin
    paths: [/httpbin]
    plugins: [{ name: key-auth }]
- name: other
  host: other.test
consumers:
- username: partner
  keyauth_credentials:
  - { id: 6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11, key: "{vault://env/partner-key}" }
`;
const desired = (text: string) => readDeclarative(text);
const OPTIONS = { tag: 'config:apis', waitSeconds: 2 };

describe('a control plane', () => {
  let node: AdminNode;
  let client: AdminClient;
  beforeEach(async () => {
    node = await startAdminNode({ role: 'control_plane' });
    client = new AdminClient({ url: `http://127.0.0.1:${node.port}` });
  });
  afterEach(() => node.close());

  it('gets the entities of the file with references, tagged', async () => {
    expect(await applyConfiguration(client, desired(FILE), OPTIONS)).toEqual({ written: 6, deleted: 0, dataPlanes: 0 });
    const service = (await client.get('services', 'httpbin'))!;
    expect(service).toMatchObject({ host: 'httpbin.test', port: 8080, tags: ['team-a', 'config:apis'] });
    const route = (await client.get('routes', 'httpbin'))!;
    expect(route).toMatchObject({ paths: ['/httpbin'], service: { id: service.id } });
    const plugins = [];
    for await (const plugin of client.list('plugins')) plugins.push(plugin);
    expect(plugins).toMatchObject([{ name: 'key-auth', route: { id: route.id } }]);
  });

  it('does not change when the file is applied again', async () => {
    await applyConfiguration(client, desired(FILE), OPTIONS);
    const before = (await client.get('services', 'httpbin'))!;
    const revision = await node.store.latest.revision();
    await applyConfiguration(client, desired(FILE), OPTIONS);
    expect(await node.store.latest.revision()).toBe(revision);
    await applyConfiguration(client, desired(FILE.replace('other.test', 'another.test')), OPTIONS);
    expect(await node.store.latest.revision()).toBe(revision + 1);
    expect(await node.store.history.changes(revision + 1, { size: 10 })).toMatchObject({ items: [{ entity: 'services' }] });
    expect(await client.get('services', 'httpbin')).toMatchObject({ id: before.id, host: before.host, tags: before.tags });
    const consumers = [];
    for await (const consumer of client.list('consumers')) consumers.push(consumer);
    expect(consumers).toHaveLength(1);
  });

  it('loses entities that the file no longer has, but none of others', async () => {
    await client.put('services', 'manual', { host: 'manual.test' });
    await applyConfiguration(client, desired(FILE), OPTIONS);
    const smaller = FILE.replace(/- name: other[^]*/, '');
    expect(await applyConfiguration(client, desired(smaller), OPTIONS)).toMatchObject({ written: 3, deleted: 3 });
    expect(await client.get('services', 'other')).toBeUndefined();
    expect(await client.get('consumers', 'partner')).toBeUndefined();
    expect(await client.get('services', 'manual')).toBeDefined();
    expect(await client.get('services', 'httpbin')).toBeDefined();
  });

  it('gets targets below their upstreams, and loses those that the file no longer has', async () => {
    const file = (targets: string) => `_format_version: "3.0"
upstreams:
- { name: u, targets: [${targets}] }
- { name: v, targets: [{ target: a.test:80 }] }
`;
    const targetsOf = async (upstream: string) => {
      const found = [];
      for await (const { target, weight } of client.list(`upstreams/${upstream}/targets`) as AsyncIterable<Record<string, unknown>>) {
        found.push([target, weight]);
      }
      return found.sort();
    };
    await applyConfiguration(client, desired(file('{ target: a.test:80 }, { target: b.test:80 }')), OPTIONS);
    expect(await targetsOf('u')).toEqual([['a.test:80', 100], ['b.test:80', 100]]);
    const changed = await applyConfiguration(client, desired(file('{ target: a.test:80, weight: 7 }')), OPTIONS);
    expect(changed).toMatchObject({ written: 4, deleted: 1 });
    expect(await targetsOf('u')).toEqual([['a.test:80', 7]]);
    expect(await targetsOf('v')).toEqual([['a.test:80', 100]]);
  });

  it('is not reported as running it while a connected data plane does not', async () => {
    const now = Math.floor(Date.now() / 1000);
    node.registry.seen({
      id: '00000000-0000-4000-8000-000000000001', hostname: 'dp-1', ip: '127.0.0.1', version: '3.9.1',
      last_seen: now, updated_at: now, config_hash: '0'.repeat(32),
      sync_status: 'normal', labels: null, cert_details: { expiry_timestamp: now }, rpc_capabilities: [],
    });
    await node.registry.close();
    await expect(applyConfiguration(client, desired(FILE), { ...OPTIONS, waitSeconds: 1 })).rejects.toMatchObject({
      code: 'configuration-not-running', message: expect.stringContaining('not all data planes run it after 1 seconds'),
    });
  });

  it('reports the entity that it rejected', async () => {
    const wrong = { entities: [{ type: 'services', collection: 'services', key: 'x', fields: { port: 'y' }, references: {} }], types: [] };
    await expect(applyConfiguration(client, wrong, OPTIONS)).rejects.toMatchObject({
      code: 'admin-api-refused', message: expect.stringContaining('POST /batch: services x'),
    });
  });
});

describe('a control plane that counts no revisions', () => {
  /** Answers like Kong's Admin API: the data plane takes another hash a moment after the first write. */
  function startKong(hashes: (written: boolean) => readonly string[]) {
    let written = false;
    const server = createServer((request, response) => {
      const { method, url } = request;
      const data = hashes(written).map((config_hash, at) => ({ id: `node-${at}`, last_seen: Date.now() / 1000, config_hash }));
      const bodies = { '/clustering/data-planes': { data }, '/tags/': { data: [] } };
      const known = Object.entries(bodies).find(([path]) => url!.startsWith(path))?.[1];
      const body = known ?? (method === 'PUT' ? { id: 'made' } : { message: 'Not found' });
      written ||= method === 'PUT';
      response.writeHead(url!.startsWith('/clustering/revision') ? 404 : 200).end(JSON.stringify(body));
    });
    return new Promise<{ url: string; close(): void }>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        resolve({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() });
      });
    });
  }

  it('is done when all data planes have one new hash', async () => {
    const kong = await startKong((written) => (written ? ['b', 'b'] : ['a', 'a']));
    const client = new AdminClient({ url: kong.url });
    expect(await applyConfiguration(client, desired(FILE), OPTIONS)).toMatchObject({ written: 6, dataPlanes: 2 });
    kong.close();
  });

  it('is not done while they differ', async () => {
    const kong = await startKong((written) => (written ? ['b', 'a'] : ['a', 'a']));
    const client = new AdminClient({ url: kong.url });
    await expect(applyConfiguration(client, desired(FILE), { ...OPTIONS, waitSeconds: 1 })).rejects.toMatchObject({
      code: 'configuration-not-running',
    });
    kong.close();
  });
});

it('a control plane that never answers is reported with its address', async () => {
  const client = new AdminClient({ url: 'http://127.0.0.1:1' });
  await expect(waitForAdminApi(client, 0)).rejects.toMatchObject({ code: 'admin-api-unreachable' });
});
