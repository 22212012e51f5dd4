/** The Admin API of a node whose entities come from a declarative configuration: it reads as always, and refuses writes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';

const NONE = '00000000-0000-4000-8000-0000000000ff';

describe('a read-only Admin API', () => {
  let writable: AdminNode;
  let node: AdminNode;
  beforeAll(async () => {
    writable = await startAdminNode();
    await writable.send('PUT', '/services/svc', { host: 'h.test', tags: ['a'] });
    await writable.send('PUT', '/services/svc/routes/rt', { paths: ['/x'] });
    node = await startAdminNode({ store: writable.store, isReadOnly: true });
  });
  afterAll(async () => {
    await node.close();
    await writable.close();
  });

  it.each([
    ['POST', '/services', { host: 'h.test' }, 'create', 'services'],
    ['POST', '/services/svc/routes', { paths: ['/y'] }, 'create', 'routes'],
    ['PUT', '/services/other', { host: 'h.test' }, 'create or update', 'services'],
    ['PUT', '/services/svc/routes/rt', { paths: ['/y'] }, 'create or update', 'routes'],
    ['PUT', '/routes/rt/service', { host: 'x.test' }, 'create or update', 'services'],
    ['PATCH', '/services/svc', { host: 'x.test' }, 'update', 'services'],
    ['PATCH', '/routes/rt/service', { host: 'x.test' }, 'update', 'services'],
    ['DELETE', '/routes/rt', undefined, 'delete', 'routes'],
    ['DELETE', '/services/svc/routes/rt', undefined, 'delete', 'routes'],
  ])('refuses %s %s', async (method, path, body, operation, entity) => {
    const { status, text } = await node.send(method, path, body);
    expect([status, JSON.parse(text)]).toEqual([405, {
      code: 12, name: 'operation unsupported', message: `cannot ${operation} '${entity}' entities when not using a database`,
    }]);
  });

  it.each([
    ['POST', '/services', {}, 400], ['PATCH', '/services/svc', { port: 'x' }, 400], ['PATCH', `/services/${NONE}`, {}, 404],
    ['DELETE', `/services/${NONE}`, undefined, 204], ['POST', '/schemas/services/validate', { host: 'h.test' }, 200],
    ['GET', '/services?tags=a', undefined, 200], ['GET', '/services/svc/routes/rt', undefined, 200],
  ])('answers %s %s as with a database', async (method, path, body, status) => {
    expect((await node.send(method, path, body)).status).toBe(status);
  });

  it('has changed nothing', async () => {
    expect(JSON.parse((await writable.send('GET', '/services/svc')).text)).toMatchObject({ host: 'h.test', tags: ['a'] });
    expect(JSON.parse((await writable.send('GET', '/routes')).text).data).toHaveLength(1);
  });
});
