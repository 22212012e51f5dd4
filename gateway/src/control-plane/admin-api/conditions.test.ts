/** Entity tags, conditions of writes, and what every answer says: revision and request id. */
import type { IncomingHttpHeaders } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { SILENT } from '../../base/log.ts';
import { Secret } from '../../base/secret.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import { SCHEMAS } from '../../plugins/schemas.ts';
import { MemoryStore } from '../../store/memory/memory-store.ts';
import { conditionsOf } from './conditions.ts';

describe('entity tags', () => {
  let node: AdminNode;
  beforeEach(async () => {
    node = await startAdminNode();
    await node.send('PUT', '/services/svc', { host: 'h.test', tags: ['a'] });
    await node.send('PUT', '/services/svc/routes/rt', { paths: ['/x'] });
    await node.send('PUT', '/consumers/bob', {});
    await node.send('POST', '/consumers/bob/key-auth', { key: 'k', ttl: 1_000 });
    await node.send('PUT', '/upstreams/up.test', {});
    await node.send('POST', '/upstreams/up.test/targets', { target: '10.0.0.1:80' });
  });
  afterEach(() => node.close());
  const tag = async (path: string) => (await node.send('GET', path)).headers.etag!;

  it.each([
    ['/services/svc', { port: 81 }], ['/routes/rt', { paths: ['/y'] }], ['/services/svc/routes/rt', { paths: ['/y'] }],
    ['/routes/rt/service', { port: 82 }], ['/consumers/bob', { custom_id: 'c' }], ['/consumers/bob/key-auth/k', { tags: ['t'] }],
    ['/upstreams/up.test', { slots: 100 }], ['/upstreams/up.test/targets/10.0.0.1:80', { weight: 5 }],
  ])('let one of two changes of %s pass', async (path, change) => {
    const etag = await tag(path);
    expect(etag).toMatch(/^"[\w-]+"$/);
    const first = await node.send('PATCH', path, change, { 'If-Match': etag });
    const second = await node.send('PATCH', path, change, { 'If-Match': etag });
    expect([first.status, second.status]).toEqual([200, 412]);
    expect(first.headers.etag).toBe(await tag(path));
    expect(first.headers.etag).not.toBe(etag);
    expect(JSON.parse(second.text)).toEqual({
      message: `If-Match: the entity was changed, its ETag is ${first.headers.etag!} now; read it again before it is changed`,
    });
  });

  it('guard replacing and deleting, too', async () => {
    const etag = await tag('/services/svc');
    expect((await node.send('PUT', '/services/svc', { host: 'i.test' }, { 'If-Match': '"other"' })).status).toBe(412);
    const { status, headers } = await node.send('PUT', '/services/svc', { host: 'i.test' }, { 'If-Match': `"other", ${etag}` });
    expect([status, headers.etag]).toEqual([200, await tag('/services/svc')]);
    expect((await node.send('DELETE', '/services/svc', undefined, { 'If-Match': etag })).status).toBe(412);
    expect((await node.send('DELETE', '/routes/rt', undefined, { 'If-Match': `W/${await tag('/routes/rt')}` })).status).toBe(412);
    expect((await node.send('DELETE', '/routes/rt', undefined, { 'If-Match': await tag('/routes/rt') })).status).toBe(204);
    expect((await node.send('DELETE', '/routes/rt', undefined, { 'If-Match': '*' })).status).toBe(412);
    expect((await node.send('POST', '/services', { host: 'x.test' }, { 'If-Match': etag })).status).toBe(412);
    expect((await node.send('PUT', '/services/svc', { host: 'j.test' }, { 'If-None-Match': '*' })).status).toBe(412);
    expect((await node.send('PUT', '/services/new', { host: 'j.test' }, { 'If-None-Match': '*' })).status).toBe(200);
  });

  it('of a certificate contain its server names', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'a.test' });
    const made = await node.send('POST', '/certificates', { cert: certificate, key, snis: ['a.test'] });
    expect(made.status, made.text).toBe(201);
    const { id } = JSON.parse(made.text) as { id: string };
    expect(made.headers.etag).toBe(await tag(`/certificates/${id}`));
    await node.send('POST', '/snis', { name: 'b.test', certificate: { id } });
    expect(await tag(`/certificates/${id}`)).not.toBe(made.headers.etag);
    expect((await node.send('PATCH', '/certificates/a.test', { tags: ['x'] }, { 'If-Match': made.headers.etag! })).status).toBe(412);
    expect((await node.send('PATCH', '/certificates/a.test', { tags: ['x'] }, { 'If-Match': await tag('/certificates/a.test') })).status)
      .toBe(200);
  });

  it.each(['/services/svc', '/services', '/services/svc/routes', '/routes/rt/service', '/consumers/bob/key-auth'])(
    'spare the body of %s that has not changed', async (path) => {
      const { headers: { etag }, text } = await node.send('GET', path);
      const same = await node.send('GET', path, undefined, { 'If-None-Match': `"x", W/${etag!}` });
      expect([same.status, same.text, same.headers.etag]).toEqual([304, '', etag]);
      await node.send('PATCH', '/services/svc', { port: 99 });
      await node.send('PATCH', '/routes/rt', { paths: ['/z'] });
      await node.send('POST', '/consumers/bob/key-auth', { key: 'k2' });
      const changed = await node.send('GET', path, undefined, { 'If-None-Match': etag! });
      expect(changed.status).toBe(200);
      expect(changed.text).not.toBe(text);
    });

  it.each(['x', '"a', 'a"', '"a" "b"', '"1", "2"', '"7", "e"', ','])('that cannot be read are refused: %s', async (header) => {
    expect((await node.send('PATCH', '/services/svc', {}, { 'If-Match': header })).status).toBe(400);
  });

  it('of a revision demand that nothing at all was changed', async () => {
    const revision = (await node.send('GET', '/services/svc')).headers['hybridge-revision']! as string;
    await node.send('PUT', '/consumers/alice', {});
    const late = await node.send('PATCH', '/services/svc', { port: 90 }, { 'If-Match': `"${revision}"` });
    expect([late.status, JSON.parse(late.text)]).toEqual([412, { message: expect.stringContaining(`not ${revision}`) as string }]);
    const now = `"${Number(revision) + 1}"`;
    expect((await node.send('POST', '/services', { host: 'n.test' }, { 'If-Match': now })).status).toBe(201);
    expect((await node.send('POST', '/batch', { operations: [] }, { 'If-Match': now })).status).toBe(412);
  });
});

describe('conditions', () => {
  it.each<[IncomingHttpHeaders, object]>([
    [{}, {}], [{ 'if-match': '*' }, { match: '*' }], [{ 'if-match': '"a","b,c" , W/"d"' }, { match: ['"a"', '"b,c"'] }],
    [{ 'if-match': '"12"' }, { revision: 12 }], [{ 'if-none-match': 'W/"a", "12"' }, { noneMatch: ['"a"', '"12"'] }],
    [{ 'if-match': ' * ' }, { match: '*' }], [{ 'if-match': 'W/"12"' }, { match: [] }],
  ])('of %j are %j', (headers, conditions) => {
    expect(conditionsOf(headers)).toEqual(conditions);
  });
});

describe('every answer', () => {
  let store: MemoryStore;
  let node: AdminNode;
  beforeAll(async () => {
    store = new MemoryStore({ schemas: SCHEMAS, log: SILENT });
    node = await startAdminNode({ store, token: new Secret('t'), isReadOnly: false });
  });
  afterAll(() => node.close());
  const send = (method: string, path: string, body?: unknown, headers = {}) => (
    node.send(method, path, body, { 'Kong-Admin-Token': 't', ...headers }));

  it.each([
    ['GET', '/services', 200], ['GET', '/nowhere', 404], ['POST', '/services', 400], ['TRACE', '/', 405], ['OPTIONS', '/services', 204],
    ['GET', '/', 200],
  ])('to %s %s has the newest revision and an id', async (method, path, status) => {
    const answer = await send(method, path);
    expect([answer.status, answer.headers['hybridge-revision'], answer.headers['x-kong-admin-request-id']])
      .toEqual([status, String(await store.latest.revision()), expect.stringMatching(/^[0-9a-f]{32}$/)]);
  });

  it('has the id that the request brought, if it can be one', async () => {
    expect((await send('GET', '/', undefined, { 'X-Request-Id': 'abc-1' })).headers['x-kong-admin-request-id']).toBe('abc-1');
    expect((await send('GET', '/', undefined, { 'X-Request-Id': 'a b' })).headers['x-kong-admin-request-id']).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each<[Record<string, string>, object]>([
    [{}, { author: 'admin', comment: null }],
    [{ 'Hybridge-Author': 'bob@laptop', 'Hybridge-Comment': 'why' }, { author: 'bob@laptop', comment: 'why' }],
    [{ 'Hybridge-Author': Buffer.from('Jürgen').toString('latin1') }, { author: 'Jürgen' }],
    [{ 'X-Request-Id': 'r-7' }, { requestId: 'r-7' }],
  ])('to a write with %j is remembered with %j', async (headers, record) => {
    expect((await send('POST', '/services', { host: 'h.test' }, headers)).status).toBe(201);
    const { items: [newest] } = await store.history.revisions({ size: 1 });
    expect(newest).toMatchObject({ changes: 1, ...record });
  });

  it.each([['Hybridge-Author', 'x'.repeat(201)], ['Hybridge-Comment', 'x'.repeat(1_001)], ['Hybridge-Author', 'a\tb']])(
    'refuses a header %s that is no name', async (name, value) => {
      expect((await send('POST', '/services', { host: 'h.test' }, { [name]: value })).status).toBe(400);
    });

  it('to a batch is remembered with the comment of the body', async () => {
    const operations = [{ operation: 'create', entity: 'services', body: { host: 'h.test' } }];
    await send('POST', '/batch', { operations, comment: 'from a file' }, { 'Hybridge-Author': 'ci' });
    expect((await store.history.revisions({ size: 1 })).items[0]).toMatchObject({ author: 'ci', comment: 'from a file', changes: 1 });
  });
});
