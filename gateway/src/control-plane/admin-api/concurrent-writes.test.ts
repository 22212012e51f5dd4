/** Writers that meet: one wins, the other gets an error, and no write is half made; on every store. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import { databaseUnavailable } from '../../store/database-unavailable.ts';
import type { Store, Writer } from '../../store/store.ts';

const ID = '00000000-0000-4000-8000-000000000001';

describe.each(STORE_KINDS)('writers of the Admin API on $name', ({ newPlace, skip }) => {
  if (skip) {
    it.skip(`is not tested: ${skip}`);
    return;
  }
  let node: AdminNode;
  beforeEach(async () => {
    node = await startAdminNode({ store: await openAt(await newPlace()) });
  });
  afterEach(() => node.close());
  const get = async (path: string) => JSON.parse((await node.send('GET', path)).text) as Readonly<Record<string, unknown>>;
  const statuses = async (...requests: readonly (readonly [method: string, path: string, body?: unknown])[]) => (
    (await Promise.all(requests.map(([method, path, body]) => node.send(method, path, body)))).map(({ status }) => status).sort());

  it('create one entity of a name; the others get an error', async () => {
    const made = await statuses(
      ...Array.from({ length: 8 }, (_, n) => ['POST', '/services', { name: 'one', host: `h${n}.test` }] as const),
    );
    expect(made).toEqual([201, ...Array<number>(7).fill(409)]);
    const same = await statuses(...Array.from({ length: 4 }, (_, n) => ['POST', '/consumers', { id: ID, username: `u${n}` }] as const));
    expect(same).toEqual([201, 400, 400, 400]);
  });

  it('change different fields of one entity, and both changes stay', async () => {
    await node.send('PUT', '/services/svc', { host: 'h.test' });
    expect(await statuses(
      ['PATCH', '/services/svc', { port: 81 }], ['PATCH', '/services/svc', { retries: 7 }], ['PATCH', '/services/svc', { path: '/x' }],
    )).toEqual([200, 200, 200]);
    expect(await get('/services/svc')).toMatchObject({ host: 'h.test', port: 81, retries: 7, path: '/x' });
  });

  it('delete a parent and refer to it: no reference leads nowhere', async () => {
    await node.send('PUT', '/services/svc', { host: 'h.test' });
    const results = await statuses(['DELETE', '/services/svc'], ['POST', '/services/svc/routes', { paths: ['/x'] }]);
    const { data: services } = await get('/services');
    const { data: routes } = await get('/routes');
    expect([results, (services as unknown[]).length, (routes as unknown[]).length]).toSatisfy((seen: unknown) => (
      [[[204, 404], 0, 0], [[201, 400], 1, 1]].some((allowed) => JSON.stringify(allowed) === JSON.stringify(seen))));
  });

  it('answer each write with a revision of its own', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, (_, n) => node.send('POST', '/consumers', { username: `c${n}` })));
    expect(new Set(answers.map(({ headers }) => headers['hybridge-revision'])).size).toBe(5);
  });

  it('leave nothing behind when the database goes away in the middle of a write', async () => {
    const { certificate: cert, key } = await createSelfSignedCertificate({ commonName: 'a.test', days: 1 });
    await node.send('PUT', `/certificates/${ID}`, { cert, key, snis: ['a.test'] });
    const before = [await get('/certificates'), await get('/snis')];
    const failing = await startAdminNode({ store: failingAfter(node.store, 'insert', 'snis') });
    for (const [method, path] of [['POST', '/certificates'], ['PUT', `/certificates/${ID}`], ['PATCH', `/certificates/${ID}`]] as const) {
      const { status, headers } = await failing.send(method, path, { cert, key, snis: ['b.test', 'c.test'], tags: ['half'] });
      expect([status, headers['retry-after']], method).toEqual([503, '5']);
    }
    expect([await get('/certificates'), await get('/snis')]).toEqual(before);
    await failing.close();
  });
});

/** A store whose writes lose the database after one of their steps. */
function failingAfter(store: Store, step: 'insert', entity: string): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name !== 'write') return bound(target, name);
      return (work: (writer: Writer) => Promise<unknown>) => target.write((writer) => work(new Proxy(writer, {
        get: (real, member) => (member !== step ? bound(real, member) : async (type: string, row: never) => {
          await real[step](type, row);
          if (type === entity) throw databaseUnavailable('the database is away', 'unavailable', undefined);
        }),
      })));
    },
  });
}

function bound(target: object, name: string | symbol): unknown {
  const value = Reflect.get(target, name, target) as unknown;
  return typeof value === 'function' ? value.bind(target) : value;
}
