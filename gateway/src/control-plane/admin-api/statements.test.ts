/** How many statements requests of the Admin API cost on PostgreSQL, the beginning and the end of the transaction included. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';

const MOST = 4;

describe.skipIf(!inject('postgres'))('statements on PostgreSQL', () => {
  let node: AdminNode;
  beforeAll(async () => {
    const { newPlace } = STORE_KINDS.find(({ name }) => name === 'PostgreSQL')!;
    node = await startAdminNode({ store: await openAt(await newPlace(), { pollMs: 0 }) });
    // The export reads in its own time.
    await node.configuration.close();
    await node.send('PUT', '/services/svc', { host: 'h.test' });
  });
  afterAll(() => node.close());

  const statementsOf = async (method: string, path: string, body: unknown, status: number): Promise<readonly string[]> => {
    const query = vi.spyOn(pg.Client.prototype, 'query');
    try {
      expect((await node.send(method, path, body)).status).toBe(status);
      return query.mock.calls.map(([text]) => text as unknown as string);
    } finally {
      query.mockRestore();
    }
  };

  it.each([
    ['POST', '/consumers', { username: 'bob', tags: ['a', 'b'] }, 201],
    ['PUT', '/consumers/alice', { custom_id: 'other' }, 200],
    ['PUT', '/consumers/alice', { custom_id: 'another' }, 200],
    ['PATCH', '/consumers/bob', { username: 'bobby', custom_id: 'c', tags: ['b', 'c'] }, 200],
    ['DELETE', '/consumers/bobby', undefined, 204],
    ['POST', '/routes', { name: 'r1', paths: ['/'], service: { name: 'svc' }, tags: ['a'] }, 201],
    ['POST', '/services/svc/routes', { name: 'r2', paths: ['/'] }, 201],
    ['PUT', '/routes/r3', { paths: ['/x'], tags: ['a'] }, 200],
    ['PATCH', '/routes/r3', { service: { name: 'svc' }, tags: ['b'] }, 200],
    ['DELETE', '/routes/r1', undefined, 204],
  ] as const)(`%s %s needs no more than ${MOST}`, async (method, path, body, status) => {
    const statements = await statementsOf(method, path, body, status);
    expect(statements.length, statements.join('\n')).toBeLessThanOrEqual(MOST);
    // The first statement begins the transaction as well, the last one ends it.
    expect([statements[0]!.slice(0, 7), statements.at(-1)!.slice(-8)]).toEqual(['begin; ', '; commit']);
  });

  it('reading one entity is one', async () => {
    expect((await statementsOf('GET', '/services/svc', undefined, 200)).length).toBe(1);
  });

  it('does not grow with how many are deleted in a batch', async () => {
    const names = Array.from({ length: 400 }, (_, n) => `one of many ${n}`);
    const batch = (operation: string) => ({
      operations: names.map((username) => ({
        operation, entity: 'consumers', ...operation === 'create' ? { body: { username } } : { key: username },
      })),
    });
    expect((await node.send('POST', '/batch', batch('create'))).status).toBe(200);
    // The rows are read ahead in two parts, what belongs to them is found, and the revision is counted after all is written.
    const statements = await statementsOf('POST', '/batch', batch('delete'), 200);
    expect(statements.length, statements.map((text) => text.slice(0, 60)).join('\n')).toBeLessThanOrEqual(MOST + 3);
  });

  it('does not grow with what is deleted', async () => {
    await node.send('PUT', '/consumers/rich', {});
    for (let n = 0; n < 30; n += 1) expect((await node.send('POST', '/consumers/rich/key-auth', { key: `k${n}` })).status).toBe(201);
    expect((await statementsOf('DELETE', '/consumers/rich', undefined, 204)).length).toBeLessThanOrEqual(MOST);
    expect(JSON.parse((await node.send('GET', '/key-auths')).text)).toMatchObject({ data: [] });
  });
});
