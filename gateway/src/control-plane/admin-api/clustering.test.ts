/** The list of data planes and `/clustering/revision`, over a store in memory. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import type { DataPlaneNode } from '../../sync/protocol.ts';

const nowSeconds = () => Math.floor(Date.now() / 1000);

function dataPlane(n: number, more: Partial<DataPlaneNode> = {}): DataPlaneNode {
  return {
    id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`, hostname: `dp-${n}`, ip: '127.0.0.1', version: '3.9.1',
    last_seen: nowSeconds(), updated_at: nowSeconds(),
    config_hash: '0'.repeat(32), sync_status: 'normal', labels: null, cert_details: { expiry_timestamp: 1_889_856_671 },
    rpc_capabilities: [], ...more,
  };
}

describe('a control plane', () => {
  let node: AdminNode;
  beforeEach(async () => {
    node = await startAdminNode({ role: 'control_plane' });
  });
  afterEach(() => node.close());

  const get = async (path: string) => {
    const { status, text, headers } = await node.send('GET', path);
    return { status, headers, body: JSON.parse(text) as Record<string, any> };
  };
  const seen = async (...planes: DataPlaneNode[]) => {
    for (const plane of planes) node.registry.seen(plane);
    await node.registry.close();
  };

  it('lists data planes in pages, with the seconds until their rows go', async () => {
    await seen(dataPlane(2), dataPlane(1, { labels: { site: 'factory' } }), dataPlane(3));
    const first = await get('/clustering/data-planes?size=2');
    const { ttl, ...row } = first.body.data[0];
    const expected = { ...dataPlane(1, { labels: { site: 'factory' } }), last_seen: expect.any(Number), updated_at: expect.any(Number) };
    expect(row).toEqual(expected);
    expect(ttl).toBeGreaterThan(1_209_590);
    expect(first.body.next).toBe(`/clustering/data-planes?offset=${first.body.offset}&size=2`);
    expect((await get(first.body.next)).body).toMatchObject({ data: [{ hostname: 'dp-3' }], next: null });
  });

  it('shows them in the old form, which says that it is deprecated', async () => {
    await seen(dataPlane(1));
    const { headers, body } = await get('/clustering/status');
    expect(headers.deprecation).toBe('true');
    const shown = { config_hash: '0'.repeat(32), hostname: 'dp-1', ip: '127.0.0.1', last_seen: expect.any(Number) };
    expect(body).toEqual({ [dataPlane(1).id]: shown });
  });

  it.each([
    ['POST', '/clustering/data-planes', 405], ['DELETE', '/clustering/data-planes', 405], ['POST', '/clustering/status', 405],
    ['GET', '/clustering/data-planes/00000000-0000-4000-8000-000000000999', 404], ['GET', '/clustering_data_planes', 404], ['GET',
      '/clustering', 404],
    ['GET', '/clustering/data-planes?size=0', 400], ['GET', '/clustering/data-planes?size=1001', 400], ['GET',
      '/clustering/data-planes?offset=bad', 400],
    ['GET', '/config', 400],
  ])('answers %s %s with %i, as recorded', async (method, path, status) => {
    expect((await node.send(method, path)).status).toBe(status);
  });

  it('does not list a data plane that sends something invalid about itself', async () => {
    await seen(dataPlane(1, { hostname: '' }), dataPlane(2, { id: 'not-a-uuid' }), dataPlane(3));
    expect((await get('/clustering/data-planes')).body.data.map(({ hostname }: { hostname: string }) => hostname)).toEqual(['dp-3']);
  });

  it('says the revision of a write, and whether all connected data planes run it', async () => {
    await seen(dataPlane(1));
    const { headers } = await node.send('PUT', '/services/svc', { host: 'h.test' });
    const revision = Number(headers['hybridge-revision']);
    expect(revision).toBeGreaterThan(0);
    await expect.poll(() => node.configuration.latest()?.revision).toBe(revision);
    const behind = await get(`/clustering/revision?revision=${revision}&wait=0`);
    const data_planes = [{ hostname: 'dp-1', in_sync: false, error: null }];
    expect(behind).toMatchObject({ status: 504, body: { revision, in_sync: false, data_planes } });
    await seen(dataPlane(1, { config_hash: node.configuration.latest()!.hash }));
    expect(await get(`/clustering/revision?revision=${revision}&wait=0`)).toMatchObject({ status: 200, body: { in_sync: true } });
  });

  it('lets a client wait until they do', async () => {
    const { headers } = await node.send('PUT', '/services/svc', { host: 'h.test' });
    const waiting = get(`/clustering/revision?revision=${headers['hybridge-revision']}&wait=10&data_planes=2`);
    await seen(dataPlane(1, { config_hash: node.configuration.latest()!.hash }));
    await expect.poll(() => node.configuration.latest()?.revision).toBe(Number(headers['hybridge-revision']));
    const { hash } = node.configuration.latest()!;
    await seen(dataPlane(1, { config_hash: hash }), dataPlane(2, { config_hash: hash }));
    expect(await waiting).toMatchObject({ status: 200, body: { in_sync: true, data_planes: [{}, {}] } });
  });

  it('does not wait for data planes that were silent too long', async () => {
    await seen(dataPlane(1, { last_seen: nowSeconds() - 60 }));
    expect(await get('/clustering/revision?wait=0')).toMatchObject({ status: 200, body: { data_planes: [] } });
  });

  it('tells what a data plane said of a configuration that it refused, until it takes one', async () => {
    const name = 'declarative configuration parse failure';
    const failure = { name, message: 'unknown plugin', source: 'test', config_hash: 'f'.repeat(32) };
    node.registry.refused(dataPlane(1), failure);
    await seen(dataPlane(1));
    expect((await get('/clustering/revision')).body.data_planes[0].error).toEqual(failure);
    await seen(dataPlane(1, { config_hash: 'f'.repeat(32) }));
    expect((await get('/clustering/revision')).body.data_planes[0].error).toBeNull();
  });

  it.each(['revision=x', 'revision=-1', 'wait=61', 'wait=1.5', 'data_planes=many'])('refuses ?%s with what it expects', async (query) => {
    const { status, body } = await get(`/clustering/revision?${query}`);
    expect(status).toBe(400);
    expect(body.message).toMatch(/must be a whole number between 0 and \d+, got/);
  });
});
