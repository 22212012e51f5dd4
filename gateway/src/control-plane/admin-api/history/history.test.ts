/** The history over the Admin API: revisions, changes, states, differences. Secrets are in none of these answers. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import { startAdminNode } from '../../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../../test/fixtures/admin-node.ts';
import { STORE_KINDS, openAt } from '../../../../test/setup/stores.ts';
import { createSelfSignedCertificate } from '../../../base/self-signed-certificate.ts';

interface Row {
  readonly revision: number;
  readonly entity: string;
  readonly key: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

interface Listed {
  readonly data: readonly Row[];
  readonly next: string | null;
}

describe.each(STORE_KINDS)('the history on $name', ({ skip, newPlace }) => {
  let node: AdminNode;
  let start: number;
  beforeEach(async (test) => {
    test.skip(skip !== undefined, skip);
    node = await startAdminNode({ store: await openAt(await newPlace(), { pollMs: 0 }) });
    start = await node.store.latest.revision();
  });
  afterEach(async () => {
    await node?.close();
  });
  const get = async <T = Listed>(path: string) => JSON.parse((await node.send('GET', path)).text) as T;
  const put = async (path: string, body: object = {}) => {
    const { status, text } = await node.send('PUT', path, body);
    expect(status, text).toBe(200);
  };

  it('lists revisions in pages, the newest first, with who made them', async () => {
    await put('/services/a', { host: 'a.test' });
    await node.send('PUT', '/services/b', { host: 'b.test' }, { 'Hybridge-Author': 'bob@laptop', 'Hybridge-Comment': 'more' });
    await node.send('POST', '/batch', { operations: [{ operation: 'delete', entity: 'services', key: 'a' }], comment: 'fewer' });
    const first = await get('/revisions?size=2');
    expect(first.data).toMatchObject([
      { revision: start + 3, comment: 'fewer', changes: 1 },
      { revision: start + 2, author: 'bob@laptop', comment: 'more', changes: 1, at: expect.any(Number) as number },
    ]);
    expect(first.data.map((each) => Object.keys(each))).toEqual([REVISION, REVISION]);
    const second = await get(first.next!);
    expect(second.data[0]).toMatchObject({ revision: start + 1, author: null, comment: null });
    expect((await get('/revisions?size=1000')).next).toBeNull();
  });
  const REVISION = ['revision', 'at', 'author', 'request_id', 'comment', 'changes', 'hash'];

  it('shows the changes of a revision in pages, with the entities before and after', async () => {
    await put('/services/a', { host: 'a.test' });
    await put('/services/a/routes/r', { paths: ['/x'] });
    await node.send('POST', '/batch', {
      operations: [
        { operation: 'patch', entity: 'services', key: 'a', body: { port: 81 } },
        { operation: 'delete', entity: 'routes', key: 'r' },
        { operation: 'create', entity: 'consumers', body: { username: 'bob' } },
      ],
    });
    const whole = await get(`/revisions/${start + 3}`);
    expect(whole).toMatchObject({
      revision: start + 3, changes: 3, next: null,
      data: [
        { entity: 'services', name: 'a', operation: 'update', before: { port: 80 }, after: { port: 81 } },
        { entity: 'routes', name: 'r', operation: 'delete', before: { paths: ['/x'] }, after: null },
        { entity: 'consumers', name: 'bob', operation: 'create', before: null, after: { username: 'bob' } },
      ],
    });
    const page = await get(`/revisions/${start + 3}?size=2`);
    expect([page.data, (await get(page.next!)).data]).toEqual([whole.data.slice(0, 2), whole.data.slice(2)]);
  });

  it('compares two revisions in both directions, in pages', async () => {
    await put('/services/a', { host: 'a.test' });
    await put('/services/b', { host: 'b.test' });
    await node.send('PATCH', '/services/a', { port: 81 });
    await node.send('PATCH', '/services/a', { port: 80 });
    await node.send('PATCH', '/services/a', { port: 82 });
    await node.send('DELETE', '/services/b');
    const [from, to] = [start + 2, start + 6];
    const there = await get(`/diff?from=${from}&to=${to}`);
    expect(there).toMatchObject({ from, to, total: 2, next: null });
    expect(there.data).toEqual(expect.arrayContaining([
      expect.objectContaining({ entity: 'services', name: 'a', operation: 'update' }),
      expect.objectContaining({ entity: 'services', name: 'b', operation: 'delete', after: null }),
    ]));
    const back = await get(`/diff?from=${to}&to=${from}`);
    expect(back.data.map(({ before, after }) => [after, before])).toEqual(there.data.map(({ before, after }) => [before, after]));
    expect((await get(`/diff?from=${from}`)).data).toEqual(there.data);
    const page = await get(`/diff?from=${from}&size=1`);
    expect([...page.data, ...(await get(page.next!)).data]).toEqual(there.data);
    expect((await get(`/diff?from=${to}`)).data).toEqual([]);
  });

  it('shows the configuration of a revision as a declarative file, in JSON and YAML', async () => {
    await put('/services/a', { host: 'a.test' });
    await put('/services/a/routes/r', { paths: ['/x'] });
    const { id } = await get<{ id: string }>('/services/a');
    await node.send('DELETE', '/routes/r');
    await node.send('DELETE', '/services/a');
    const state = await get<Record<string, unknown>>(`/revisions/${start + 2}/state`);
    expect(state).toMatchObject({
      _format_version: '3.0', _transform: false,
      services: [{ id, name: 'a', host: 'a.test' }], routes: [{ name: 'r', service: id }],
    });
    const yaml = await node.send('GET', `/revisions/${start + 2}/state?format=yaml`);
    expect([yaml.headers['content-type'], parse(yaml.text)]).toEqual(['application/yaml; charset=utf-8', state]);
    const later = await get<Record<string, unknown>>(`/revisions/${start + 4}/state`);
    expect([later.services, later.routes]).toEqual([undefined, undefined]);
  });

  it('never shows a secret, but references to one', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'a.test' });
    const secrets = ['key-secret', 'password-secret', 'jwt-secret', 'hmac-secret', 'oauth-secret', 'redis-secret', key];
    await put('/consumers/bob');
    await node.send('POST', '/consumers/bob/key-auth', { key: 'key-secret' });
    await node.send('POST', '/consumers/bob/basic-auth', { username: 'b', password: 'password-secret' });
    await node.send('POST', '/consumers/bob/jwt', { key: 'j', secret: 'jwt-secret' });
    await node.send('POST', '/consumers/bob/hmac-auth', { username: 'h', secret: 'hmac-secret' });
    await node.send('POST', '/consumers/bob/oauth2', { name: 'o', client_id: 'c', client_secret: 'oauth-secret' });
    await node.send('POST', '/certificates', { cert: certificate, key });
    const redis = (password: string) => (
      { name: 'rate-limiting', config: { minute: 5, policy: 'redis', redis: { host: 'r.test', password } } });
    await node.send('POST', '/plugins', redis('redis-secret'));
    await put('/services/a', { host: 'a.test' });
    await node.send('POST', '/services/a/plugins', redis('{vault://env/redis-password}'));
    const made = await node.store.latest.revision();
    await node.send('DELETE', '/consumers/bob');
    const numbers = Array.from({ length: made - start + 1 }, (_, n) => start + n + 1);
    const revisions = await Promise.all(numbers.map((number) => node.send('GET', `/revisions/${number}`)));
    const [state, yaml, there, back] = await Promise.all([
      `/revisions/${made}/state`, `/revisions/${made}/state?format=yaml`,
      `/diff?from=${start}&to=${made}`, `/diff?from=${made}&to=${start}`,
    ].map((path) => node.send('GET', path)));
    const answers = [...revisions, state!, yaml!, there!, back!];
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    const text = answers.map((answer) => answer.text).join('\n');
    expect(secrets.filter((secret) => text.includes(secret) || text.includes(JSON.stringify(secret).slice(1, -1)))).toEqual([]);
    expect(revisions.some((answer) => answer.text.includes('"key":"[hidden]"'))).toBe(true);
    for (const answer of [state!, yaml!, there!, back!]) expect(answer.text).toContain('{vault://env/redis-password}');
    expect(text).toContain('r.test');
  });

  it.each([
    ['/revisions/x', 400], ['/revisions/-1', 400], ['/revisions/1.5', 400], ['/revisions/99999', 404], ['/revisions/0', 404],
    ['/revisions/99999/state', 404], ['/revisions/x/state', 400], ['/revisions/1/state?format=xml', 400], ['/revisions?size=0', 400],
    ['/revisions?offset=x', 400], ['/diff', 400], ['/diff?from=x', 400], ['/diff?from=1&to=', 400], ['/diff?from=1&to=99999', 404],
    ['/diff?from=99999', 404], ['/revisions/1/rollback', 405],
  ])('answers GET %s with %i and a reason', async (path, status) => {
    const answer = await node.send('GET', path);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, expect.objectContaining({ message: expect.any(String) as string })]);
  });
});

describe('a node without a database', () => {
  it('says that it has no history', async () => {
    const node = await startAdminNode({ isReadOnly: true });
    try {
      for (const [method, path] of [
        ['GET', '/revisions'], ['GET', '/revisions/1'], ['GET', '/revisions/1/state'], ['GET', '/diff?from=1'],
        ['POST', '/revisions/1/rollback'],
      ] as const) {
        const { status, text } = await node.send(method, path);
        expect([status, JSON.parse(text)]).toEqual([404, {
          message: 'this endpoint is only available when the node uses a database: without one, it has no history',
        }]);
      }
      const operations = [{ operation: 'create', entity: 'services', body: { host: 'h.test' } }];
      const { status, text } = await node.send('POST', '/batch', { operations });
      expect([status, JSON.parse(text)]).toEqual([405, {
        code: 12, name: 'operation unsupported', operation: 0,
        message: "cannot create 'services' entities when not using a database",
      }]);
    } finally {
      await node.close();
    }
  });
});
