/** Two control planes of one database: what one writes is there for the other, under the same revision, with the same configuration. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { eventually } from '../../../test/fixtures/eventually.ts';
import { STORE_KINDS, openAt } from '../../../test/setup/stores.ts';

describe.each(STORE_KINDS.filter(({ isLasting }) => isLasting))('two control planes on $name', ({ name, skip, newPlace }) => {
  let one: AdminNode | undefined;
  let other: AdminNode | undefined;
  beforeEach(async (test) => {
    test.skip(skip !== undefined, skip);
    const place = await newPlace();
    // PostgreSQL notifies: a look once an hour shows that nothing depends on it.
    const pollMs = name === 'PostgreSQL' ? 3_600_000 : 50;
    one = await startAdminNode({ store: await openAt(place, { pollMs }) });
    other = await startAdminNode({ store: await openAt(place, { pollMs }) });
  });
  afterEach(async () => {
    await Promise.all([one?.close(), other?.close()]);
    one = other = undefined;
  });

  it('read what the other has written, at once', async () => {
    expect((await one!.send('PUT', '/services/a', { host: 'a.test' })).status).toBe(200);
    const read = await other!.send('GET', '/services/a');
    expect([read.status, read.headers.etag]).toEqual([200, (await one!.send('GET', '/services/a')).headers.etag]);
  });

  it('say the newest revision of both, and export the same configuration under it', async () => {
    const { headers } = await one!.send('PUT', '/services/a', { host: 'a.test' });
    const revision = headers['hybridge-revision'];
    await eventually('the other knows it', async () => (await other!.send('GET', '/')).headers['hybridge-revision'] === revision);
    const exported = () => [one!, other!].map(({ configuration }) => configuration.latest());
    await eventually('both have exported it', async () => exported().every((latest) => String(latest?.revision) === revision));
    const [mine, theirs] = exported();
    expect(mine!.hash).toBe(theirs!.hash);
  });

  it('let one of two conditional changes pass', async (test) => {
    // A connection waits for the file with its whole process, and both are in this one.
    test.skip(name === 'SQLite in a file', 'two nodes in one process cannot wait for each other on SQLite');
    const { headers } = await one!.send('PUT', '/services/a', { host: 'a.test' });
    const change = (node: AdminNode, port: number) => node.send('PATCH', '/services/a', { port }, { 'If-Match': headers.etag! });
    const answers = await Promise.all([change(one!, 81), change(other!, 82)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
    const batch = (node: AdminNode) => node.send('POST', '/batch', {
      operations: [{ operation: 'create', entity: 'services', body: { host: 'b.test' } }],
    }, { 'If-Match': `"${Number(headers['hybridge-revision']) + 1}"` });
    expect((await Promise.all([batch(one!), batch(other!)])).map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  it('roll back what the other has written', async () => {
    const start = Number((await one!.send('PUT', '/services/a', { host: 'a.test' })).headers['hybridge-revision']);
    await other!.send('PATCH', '/services/a', { host: 'b.test' });
    expect((await one!.send('POST', `/revisions/${start}/rollback`)).status).toBe(200);
    expect(JSON.parse((await other!.send('GET', '/services/a')).text)).toMatchObject({ host: 'a.test' });
  });
});
