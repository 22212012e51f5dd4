/** Batches: all operations or none, in their order, with the errors of the endpoints and the index of the operation that failed. */
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../../test/fixtures/admin-node.ts';
import { STORE_KINDS, openAt } from '../../../../test/setup/stores.ts';
import { createSelfSignedCertificate } from '../../../base/self-signed-certificate.ts';

type Operation = Readonly<Record<string, unknown>>;

interface BatchAnswer {
  readonly revision: number;
  readonly changes: number;
  readonly results: readonly (Record<string, unknown> | null)[];
}

describe.each(STORE_KINDS)('POST /batch on $name', ({ skip, newPlace }) => {
  let node: AdminNode;
  beforeEach(async (test) => {
    test.skip(skip !== undefined, skip);
    node = await startAdminNode({ store: await openAt(await newPlace(), { pollMs: 0 }) });
  });
  afterEach(async () => {
    await node?.close();
  });

  const get = async (path: string) => JSON.parse((await node.send('GET', path)).text) as { readonly data: readonly Operation[] };
  const send = async (operations: readonly unknown[], path = '/batch') => {
    const { status, text, headers } = await node.send('POST', path, { operations });
    return { status, headers, body: JSON.parse(text) as BatchAnswer };
  };
  const state = async () => {
    const lists = ['services', 'routes', 'plugins', 'consumers', 'key-auths', 'upstreams', 'certificates'];
    return createHash('sha256').update(JSON.stringify(await Promise.all(lists.map((list) => get(`/${list}`))))).digest('hex');
  };

  it('creates entities that refer to each other by name, under one revision', async () => {
    const before = await node.store.latest.revision();
    const { status, body, headers } = await send([
      { operation: 'create', entity: 'services', body: { name: 'svc', url: 'http://h.test/x' } },
      { operation: 'create', entity: 'routes', body: { name: 'rt', paths: ['/x'], service: { name: 'svc' } } },
      { operation: 'put', entity: 'consumers', key: 'bob', body: { custom_id: 'b' } },
      { operation: 'create', entity: 'keyauth_credentials', body: { key: 'k' }, within: { consumer: 'bob' } },
      { operation: 'create', entity: 'plugins', body: { name: 'key-auth', route: { name: 'rt' } } },
      { operation: 'create', entity: 'upstreams', body: { name: 'up.test' } },
      { operation: 'create', entity: 'targets', body: { target: '10.0.0.1:80' }, within: { upstream: 'up.test' } },
      { operation: 'patch', entity: 'targets', key: '10.0.0.1:80', body: { weight: 7 }, within: { upstream: 'up.test' } },
    ]);
    expect(status, JSON.stringify(body)).toBe(200);
    expect([body.revision, headers['hybridge-revision'], body.changes]).toEqual([before + 1, String(before + 1), 8]);
    expect(await node.store.latest.revision()).toBe(before + 1);
    expect(body.results[1]).toMatchObject({ name: 'rt', service: { id: body.results[0]!.id }, strip_path: true });
    expect(body.results[3]).toMatchObject({ key: 'k', consumer: { id: body.results[2]!.id } });
    expect((await get('/upstreams/up.test/targets')).data).toMatchObject([{ target: '10.0.0.1:80', weight: 7 }]);
    expect((await get('/routes/rt/plugins')).data).toMatchObject([{ name: 'key-auth' }]);
  });

  it('writes nothing, under no revision, where everything that is put is there already', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'one.test', days: 2 });
    const certificateId = '8a2d2a4e-57a1-4b62-9f6a-5d0b0c1f0e77';
    const puts = (names: readonly string[], host = 'h.test') => [
      { operation: 'put', entity: 'services', key: 'svc', body: { host, tags: ['b', 'a'] } },
      { operation: 'put', entity: 'consumers', key: 'bob', body: {} },
      {
        operation: 'put', entity: 'basicauth_credentials', key: '6a1d3e64-1f0a-4b6e-9d8e-2d8a5a3c1b11',
        body: { username: 'bob', password: 'secret', consumer: { username: 'bob' } },
      },
      { operation: 'put', entity: 'certificates', key: certificateId, body: { cert: certificate, key, snis: names } },
    ];
    const first = await send(puts(['one.test', 'two.test']));
    expect([first.status, first.body.changes], JSON.stringify(first.body)).toEqual([200, 4]);
    const again = await send(puts(['two.test', 'one.test']));
    expect(again.body).toEqual({ revision: first.body.revision, changes: 0, results: first.body.results });
    const names = await send(puts(['one.test']));
    expect([names.body.revision, names.body.changes]).toEqual([first.body.revision + 1, 1]);
    const host = await send(puts(['one.test'], 'other.test'));
    expect([host.body.revision, host.body.changes]).toEqual([first.body.revision + 2, 1]);
    expect((await get('/certificates')).data).toMatchObject([{ snis: ['one.test'] }]);
  });

  it('changes, replaces and deletes in the order that is given', async () => {
    await send([
      { operation: 'create', entity: 'services', body: { name: 'a', host: 'a.test', port: 81 } },
      { operation: 'create', entity: 'routes', body: { name: 'r', paths: ['/'], service: { name: 'a' } } },
      { operation: 'create', entity: 'services', body: { name: 'b', host: 'b.test' } },
    ]);
    const { status, body } = await send([
      { operation: 'patch', entity: 'services', key: 'a', body: { port: 82 } },
      { operation: 'patch', entity: 'routes', key: 'r', body: { service: { name: 'b' } } },
      { operation: 'delete', entity: 'services', key: 'a' },
      { operation: 'put', entity: 'services', key: 'b', body: { host: 'c.test' } },
      { operation: 'create', entity: 'services', body: { name: 'a', host: 'again.test' } },
      { operation: 'delete', entity: 'services', key: 'nowhere' },
    ]);
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.results).toMatchObject([{ port: 82 }, { name: 'r' }, null, { host: 'c.test', port: 80 }, { host: 'again.test' }, null]);
    expect(body.changes).toBe(5);
    expect((await get('/services')).data.map(({ name }) => name).sort()).toEqual(['a', 'b']);
    expect((await get('/services/b/routes')).data).toMatchObject([{ name: 'r' }]);
  });

  const good = { operation: 'create', entity: 'services', body: { name: 'made', host: 'h.test' } };
  it.each<[string, Operation, number, object]>([
    ['an invalid field', { operation: 'create', entity: 'services', body: { name: 'x' } }, 400,
      { code: 2, name: 'schema violation', fields: { host: 'required field missing' } }],
    ['a name that is taken', { operation: 'create', entity: 'services', body: { name: 'made', host: 'h.test' } }, 409,
      { code: 5, fields: { name: 'made' } }],
    ['a reference to nothing', { operation: 'create', entity: 'routes', body: { paths: ['/'], service: { name: 'no' } } }, 400,
      { code: 13 }],
    ['an id that refers to nothing',
      { operation: 'create', entity: 'routes', body: { paths: ['/'], service: { id: '00000000-0000-4000-8000-000000000001' } } }, 400,
      { code: 4 }],
    ['a change of nothing', { operation: 'patch', entity: 'services', key: 'no', body: { port: 1 } }, 404, { code: 6 }],
    ['a parent that does not exist', { operation: 'create', entity: 'targets', body: { target: 'a:1' }, within: { upstream: 'no' } }, 404,
      { code: 6 }],
    ['an entity that others need', { operation: 'delete', entity: 'services', key: 'needed' }, 400, { code: 4 }],
    ['an unknown type', { operation: 'create', entity: 'nope', body: {} }, 400, { code: 2, fields: { entity: 'expected an entity type' } }],
    ['a type of rows that are no entities', { operation: 'create', entity: 'workspaces', body: { name: 'x' } }, 400, { code: 2 }],
    ['an unknown operation', { operation: 'upsert', entity: 'services' }, 400,
      { code: 2, fields: { operation: 'expected one of: create, put, patch, delete' } }],
    ['an unknown member', { ...good, other: 1 }, 400, { code: 2, fields: { other: 'unknown field' } }],
    ['a change without a key', { operation: 'patch', entity: 'services', body: {} }, 400, { fields: { key: 'required field missing' } }],
    ['a key that is no name', { operation: 'put', entity: 'services', key: 'a b', body: { host: 'h.test' } }, 400, { code: 10 }],
    ['a field that refers to nothing', { operation: 'create', entity: 'services', body: {}, within: { nope: 'x' } }, 400, { code: 2 }],
  ])('refuses all for %s, with the error of the endpoint and the index', async (_, bad, status, error) => {
    await send([
      { operation: 'create', entity: 'services', body: { name: 'needed', host: 'n.test' } },
      { operation: 'create', entity: 'routes', body: { name: 'needs', paths: ['/'], service: { name: 'needed' } } },
    ]);
    const [before, revision] = [await state(), await node.store.latest.revision()];
    const answer = await send([good, bad, good]);
    expect(answer).toMatchObject({ status, body: { ...error, operation: 1 } });
    expect([await state(), await node.store.latest.revision()]).toEqual([before, revision]);
  });

  it('says with dry_run what the batch would give, and keeps nothing', async () => {
    const [before, revision] = [await state(), await node.store.latest.revision()];
    const { status, body } = await send([good, { operation: 'delete', entity: 'services', key: 'made' }], '/batch?dry_run=true');
    expect([status, body.changes, body.revision]).toEqual([200, 2, revision + 1]);
    expect(body.results).toMatchObject([{ name: 'made', protocol: 'http' }, null]);
    expect([await state(), await node.store.latest.revision()]).toEqual([before, revision]);
    expect((await send([good, good], '/batch?dry_run=true'))).toMatchObject({ status: 409, body: { operation: 1 } });
    expect((await send([good], '/batch?dry_run=perhaps')).status).toBe(400);
  });
});

describe('memberships in a batch', () => {
  it('are named by their two sides', async () => {
    const node = await startAdminNode({ compatibility: 'full' });
    const members = async () => (JSON.parse((await node.send('GET', '/consumer_groups/gold/consumers')).text) as { data: unknown }).data;
    const membership = { entity: 'consumer_group_consumers', within: { consumer: 'bob', consumer_group: 'gold' } };
    try {
      const operations = [
        { operation: 'put', entity: 'consumers', key: 'bob' }, { operation: 'put', entity: 'consumer_groups', key: 'gold' },
        { operation: 'put', ...membership }, { operation: 'put', ...membership },
      ];
      const { status } = await node.send('POST', '/batch', { operations });
      expect([status, await members()]).toEqual([200, [expect.objectContaining({ username: 'bob' })]]);
      for (const changes of [1, 0]) {
        const { text } = await node.send('POST', '/batch', { operations: [{ operation: 'delete', ...membership }] });
        expect(JSON.parse(text)).toMatchObject({ changes });
      }
      expect(await members()).toEqual([]);
      const patch = await node.send('POST', '/batch', { operations: [{ operation: 'patch', ...membership, body: {} }] });
      expect([patch.status, JSON.parse(patch.text)]).toEqual([404, expect.objectContaining({ code: 6, operation: 0 })]);
    } finally {
      await node.close();
    }
  });
});

describe('the body of a batch', () => {
  let node: AdminNode;
  beforeEach(async () => {
    node = await startAdminNode();
  });
  afterEach(() => node.close());
  const post = (text: string, type = 'application/json') => node.send('POST', '/batch', text, { 'Content-Type': type });

  const bodies: readonly [string, number, number?][] = [
    ['{"operations":[]}', 200, 0],
    [' { "comment" : "a [ ] { } \\" , operations", "operations" : [ ] } ', 200, 0],
    ['{"operations":[{"operation":"create","entity":"services","body":{"host":"h.test","tags":["[x]","\\"{"],"path":"/a,b"}}]}', 200, 1],
    ['{"operations":[{"operation":"delete","entity":"services","key":"x"} , {"operation":"delete","entity":"routes","key":"y"}]}', 200, 0],
    ['{}', 400], ['{"operations":{}}', 400], ['{"operations":null}', 400], ['{"operations":[],"more":1}', 400],
    ['[]', 400], ['', 400], ['"operations"', 400], ['{"operations":[}', 400], ['{"operations":[]', 400], ['{"operations":[{}', 400],
    ['{"operations":[{},]}', 400], ['{"operations":[,]}', 400], ['{"operations":[{]}]}', 400], ['{"operations":[1]}', 400],
    ['{"operations":[{}]}}', 400], ['{"operations":[[]]}', 400], ['{"operations":[],"operations":[]}', 400],
    ['["operations",[{}]]', 400], ['{"x":{"operations":[{}]}}', 400], ['{"comment":5,"operations":[]}', 400],
    ['{"operations":[{"__proto__":1}]}', 400], [`{"operations":[${'['.repeat(2_000)}${']'.repeat(2_000)}]}`, 400],
    [`{"operations":[${'1,'.repeat(100_000)}1]}`, 400], ['{"operations":[{"operation":"create","entity":"services","body":"x"}]}', 400],
    [`{"comment":"${'x'.repeat(1_001)}","operations":[]}`, 400], ['{"operations":["\xff"]}', 400],
  ];
  it.each(bodies.map(([text, ...answer]) => [text.slice(0, 60), text, ...answer] as const))('%s', async (_, text, status, changes) => {
    const answer = await post(text);
    expect([answer.status, answer.text]).toEqual([status, expect.stringMatching(/^\{/)]);
    if (changes !== undefined) expect(JSON.parse(answer.text)).toMatchObject({ changes });
    expect((await node.send('GET', '/services')).status).toBe(200);
  });

  it('may be larger than others, but is bounded', async () => {
    expect((await post(`{"comment":"c"${' '.repeat(11 * 2 ** 20)},"operations":[]}`)).status).toBe(200);
    expect((await post(' '.repeat(64 * 2 ** 20 + 1))).status).toBe(413);
  });

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'application/yaml'])('is not of type %s', async (type) => {
    expect((await post('{"operations":[]}', type)).status).toBe(415);
  });

  it('of many operations holds up no other request', async () => {
    const operations = Array.from({ length: 2_000 }, (_, n) => ({ operation: 'create', entity: 'consumers', body: { username: `c${n}` } }));
    let isDone = false;
    const batch = node.send('POST', '/batch', { operations }).finally(() => { isDone = true; });
    let answered = 0;
    while (!isDone) {
      await node.send('GET', '/schemas/services');
      answered += 1;
    }
    expect((await batch).status).toBe(200);
    expect(answered).toBeGreaterThan(2);
  });
});
