/** Partials: connections to Redis that plugins share, in the profile `full`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { schemasFor } from '../../plugins/schemas.ts';
import { exportConfigTable } from '../export.ts';

let node: AdminNode;
beforeEach(async () => {
  node = await startAdminNode({ compatibility: 'full' });
});
afterEach(() => node.close());

const send = async (method: string, path: string, body?: unknown) => {
  const { status, text } = await node.send(method, path, body);
  return { status, body: text === '' ? undefined : JSON.parse(text) as Record<string, any> };
};

const CE = { name: 'ce', type: 'redis-ce', config: { host: 'redis.test' } };
const EE = { name: 'ee', type: 'redis-ee', config: { host: 'cluster.test', timeout: 50 } };

describe('a partial', () => {
  it('has the fields of its type, with defaults', async () => {
    const ce = { host: 'redis.test', port: 6379, timeout: 2000 };
    const ee = { host: 'cluster.test', read_timeout: 50, cluster_nodes: null };
    expect(await send('POST', '/partials', CE)).toMatchObject({ status: 201, body: { ...CE, config: ce } });
    expect(await send('POST', '/partials', EE)).toMatchObject({ status: 201, body: { config: ee } });
    expect(await send('GET', '/partials/ee')).toMatchObject({ status: 200, body: { type: 'redis-ee' } });
  });

  it.each<readonly [body: object, fields: object]>([
    [{}, { type: 'required field missing' }],
    [{ type: 'redis' }, { type: 'expected one of: redis-ce, redis-ee' }],
    [{ type: 'redis-ce', config: { cluster_nodes: [] } }, { config: { cluster_nodes: 'unknown field' } }],
    [{ type: 'redis-ee', config: { sentinel_master: 'm' } }, { config: { '@entity': [expect.stringContaining('sentinel_role')] } }],
  ])('is refused as %j', async (body, fields) => {
    expect(await send('POST', '/partials', body)).toMatchObject({ status: 400, body: { fields } });
  });
});

describe('a plugin that is linked to a partial', () => {
  const limiting = { name: 'rate-limiting', config: { minute: 5, policy: 'redis' }, partials: [{ name: 'ce' }] };
  beforeEach(async () => {
    await send('POST', '/partials', CE);
    await send('POST', '/partials', EE);
  });

  it('has its values, and the new ones when it changes', async () => {
    const { status, body } = await send('POST', '/plugins', limiting);
    expect({ status, body }).toMatchObject({
      status: 201, body: { config: { minute: 5, redis: { host: 'redis.test' } }, partials: [{ name: 'ce', path: 'config.redis' }] },
    });
    expect(await send('PATCH', '/partials/ce', { config: { host: 'other.test' } })).toMatchObject({ status: 200 });
    expect(await send('GET', `/plugins/${body!.id}`)).toMatchObject({ body: { config: { minute: 5, redis: { host: 'other.test' } } } });
    expect(await send('PATCH', `/plugins/${body!.id}`, { config: { minute: 6, redis: { host: 'mine.test' } } }))
      .toMatchObject({ status: 200, body: { config: { minute: 6, redis: { host: 'other.test' } } } });
    expect(await send('GET', '/partials/ce/links')).toMatchObject({ status: 200, body: { count: 1, data: [{ id: body!.id as string }] } });
  });

  it('keeps the partial from being deleted, and from values that it cannot have', async () => {
    const { body } = await send('POST', '/plugins', limiting);
    expect(await send('DELETE', '/partials/ce')).toMatchObject({ status: 400, body: { code: 19 } });
    expect(await send('PATCH', '/partials/ce', { config: { host: null } })).toMatchObject({ status: 400, body: { code: 2 } });
    expect(await send('GET', '/partials/ce')).toMatchObject({ body: { config: { host: 'redis.test' } } });
    await send('DELETE', `/plugins/${body!.id}`);
    expect(await send('DELETE', '/partials/ce')).toMatchObject({ status: 204 });
  });

  it.each<readonly [what: string, plugin: object, violation: string]>([
    ['a partial that does not exist', { ...limiting, partials: [{ name: 'none' }] }, 'expected the id or the name of an existing partial'],
    ['a partial of another type', { ...limiting, partials: [{ name: 'ee' }] }, 'a partial of type redis-ee does not fit config.redis'],
    ['another path', { ...limiting, partials: [{ name: 'ce', path: 'config.minute' }] }, 'path: expected one of: config.redis (redis-ce)'],
    ['no place for it', { name: 'cors', partials: [{ name: 'ce' }] }, 'this plugin has no connection to Redis'],
    ['several places', { name: 'openid-connect', config: { issuer: 'https://idp.test' }, partials: [{ name: 'ee' }] },
      'path: expected one of: config.redis (redis-ee), config.cluster_cache_redis (redis-ee)'],
  ])('is refused with %s', async (_, plugin, violation) => {
    const fields = { partials: [expect.stringContaining(violation)] };
    expect(await send('POST', '/plugins', plugin)).toMatchObject({ status: 400, body: { fields } });
  });

  it('reaches data planes with the values', async () => {
    await send('POST', '/plugins', { name: 'proxy-cache-advanced', config: { strategy: 'redis' }, partials: [{ name: 'ee' }] });
    const { table } = await exportConfigTable(node.store, schemasFor({ compatibility: 'full' }).schemas);
    expect(table.partials).toBeUndefined();
    expect(table.plugins).toMatchObject([
      { name: 'proxy-cache-advanced', config: { redis: { host: 'cluster.test', connect_timeout: 50 } } },
    ]);
  });
});
