/** Groups of consumers, of the profile `full`; the other profile does not have them, as recorded. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

const LIMIT = { limit: [1], window_size: [1] };

let node: AdminNode;
afterEach(() => node.close());

const send = async (method: string, path: string, body?: unknown) => {
  const { status, text } = await node.send(method, path, body);
  return { status, body: text === '' ? undefined : JSON.parse(text) as Record<string, any> };
};

describe('the profile kong-3.9.1', () => {
  beforeEach(async () => {
    node = await startAdminNode();
  });

  it.each(['/consumer_groups', '/consumers/bob/consumer_groups', '/partials', '/schemas/consumer_groups', '/schemas/partials'])(
    'has no %s', async (path) => {
      expect(await send('GET', path)).toMatchObject({ status: 404 });
    });

  it('has no such scope of plugins', async () => {
    const group = { id: '00000000-0000-4000-8000-000000000001' };
    expect(await send('POST', '/plugins', { name: 'rate-limiting-advanced', consumer_group: group, config: LIMIT }))
      .toMatchObject({ status: 400, body: { fields: { consumer_group: 'unknown field' } } });
    expect((await send('POST', '/plugins', { name: 'cors' })).body).not.toHaveProperty('consumer_group');
  });
});

describe('the profile full', () => {
  beforeEach(async () => {
    node = await startAdminNode({ compatibility: 'full' });
    await send('PUT', '/consumers/bob', {});
    await send('PUT', '/consumers/alice', {});
    await send('PUT', '/consumer_groups/gold', { tags: ['t'] });
  });

  it('has groups that are found by id, name and tag', async () => {
    const { body } = await send('GET', '/consumer_groups?tags=t');
    expect(body).toMatchObject({ data: [{ name: 'gold', tags: ['t'] }], next: null });
    expect(await send('GET', `/consumer_groups/${body!.data[0].id}`))
      .toMatchObject({ status: 200, body: { consumer_group: { name: 'gold' } } });
    expect(await send('POST', '/consumer_groups', { name: 'gold' })).toMatchObject({ status: 409 });
    expect(await send('POST', '/consumer_groups', {})).toMatchObject({ status: 400, body: { fields: { name: 'required field missing' } } });
  });

  it('lets consumers join from either side, one or several, and leave', async () => {
    expect(await send('POST', '/consumer_groups/gold/consumers', { consumer: ['bob', 'alice'] })).toMatchObject({
      status: 201, body: { consumer_group: { name: 'gold' }, consumers: [{ username: 'bob' }, { username: 'alice' }] },
    });
    expect((await send('GET', '/consumer_groups/gold')).body!.consumers).toHaveLength(2);
    expect((await send('GET', '/consumer_groups/gold?list_consumers=false')).body).not.toHaveProperty('consumers');
    expect(await send('GET', '/consumers/bob/consumer_groups'))
      .toMatchObject({ status: 200, body: { data: [{ name: 'gold' }], next: null } });
    expect(await send('GET', '/consumer_groups/gold/consumers/bob')).toMatchObject({ status: 200 });
    expect(await send('DELETE', '/consumers/bob/consumer_groups/gold')).toMatchObject({ status: 204 });
    expect(await send('GET', '/consumer_groups/gold/consumers/bob')).toMatchObject({ status: 404 });
    expect(await send('DELETE', '/consumer_groups/gold/consumers/bob')).toMatchObject({ status: 404 });
    expect(await send('POST', '/consumers/bob/consumer_groups', { group: 'gold' })).toMatchObject({
      status: 201, body: { consumer: { username: 'bob' }, consumer_groups: [{ name: 'gold' }] },
    });
    expect(await send('DELETE', '/consumer_groups/gold/consumers')).toMatchObject({ status: 204 });
    expect((await send('GET', '/consumer_groups/gold/consumers')).body).toMatchObject({ data: [] });
  });

  it('shows members page by page', async () => {
    await send('POST', '/consumer_groups/gold/consumers', { consumer: ['bob', 'alice'] });
    const { body: first } = await send('GET', '/consumer_groups/gold/consumers?size=1');
    const { body: second } = await send('GET', `${first!.next}&size=1`);
    expect([...first!.data, ...second!.data].map(({ username }) => username as string).sort()).toEqual(['alice', 'bob']);
    expect(second).toMatchObject({ next: null });
  });

  it.each<readonly [body: object, status: number, fields: object]>([
    [{}, 400, { consumer: 'required field missing' }],
    [{ consumer: 5 }, 400, { consumer: 'expected an id, a name, or a list of them' }],
    [{ consumer: [] }, 400, { consumer: 'expected an id, a name, or a list of them' }],
    [{ consumer: ['alice', 'unknown'] }, 400, { consumer: { username: 'unknown' } }],
  ])('adds no consumer with %j', async (body, status, fields) => {
    expect(await send('POST', '/consumer_groups/gold/consumers', body)).toMatchObject({ status, body: { fields } });
    expect((await send('GET', '/consumer_groups/gold/consumers')).body).toMatchObject({ data: [] });
  });

  // As the public documentation of each says.
  it.each([
    ['ip-restriction', { allow: ['10.0.0.0/8'] }], ['rate-limiting', { minute: 5 }], ['request-termination', {}],
    ['request-transformer', {}], ['response-transformer', {}], ['proxy-cache-advanced', { strategy: 'memory' }],
  ])('binds %s to a group', async (name, config) => {
    expect(await send('POST', '/consumer_groups/gold/plugins', { name, config })).toMatchObject({ status: 201 });
  });

  it('has each member once', async () => {
    await send('POST', '/consumer_groups/gold/consumers', { consumer: 'bob' });
    expect(await send('POST', '/consumer_groups/gold/consumers', { consumer: 'bob' })).toMatchObject({ status: 409, body: { code: 5 } });
  });

  it('forgets memberships with the consumer and with the group', async () => {
    await send('POST', '/consumer_groups/gold/consumers', { consumer: ['bob', 'alice'] });
    await send('DELETE', '/consumers/bob');
    expect((await send('GET', '/consumer_groups/gold/consumers')).body!.data).toHaveLength(1);
    await send('DELETE', '/consumer_groups/gold');
    expect((await send('GET', '/consumers/alice/consumer_groups')).body).toMatchObject({ data: [] });
  });

  it('binds plugins to groups, beside the same plugin for all consumers', async () => {
    const config = LIMIT;
    const general = await send('POST', '/plugins', { name: 'rate-limiting-advanced', config });
    expect(general).toMatchObject({ status: 201, body: { consumer_group: null } });
    const made = await send('POST', '/consumer_groups/gold/plugins', { name: 'rate-limiting-advanced', config });
    expect(made).toMatchObject({ status: 201, body: { consumer_group: { id: expect.any(String) as string } } });
    expect(await send('POST', '/consumer_groups/gold/plugins', { name: 'rate-limiting-advanced', config })).toMatchObject({ status: 409 });
    expect(await send('POST', '/consumer_groups/gold/plugins', { name: 'key-auth' }))
      .toMatchObject({ status: 400, body: { fields: { consumer_group: 'value must be null' } } });
    expect((await send('GET', '/consumer_groups/gold')).body!.plugins).toMatchObject([{ name: 'rate-limiting-advanced' }]);
  });
});
