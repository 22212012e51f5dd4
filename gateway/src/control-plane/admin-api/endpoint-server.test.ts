/** What all endpoints of the Admin API share: paths, methods, bodies, failures. */
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { createLog } from '../../base/log.ts';

describe('the Admin API', () => {
  let node: AdminNode;
  const lines: string[] = [];
  beforeEach(async () => {
    lines.length = 0;
    node = await startAdminNode({ bodyLimitBytes: 1_000, log: createLog({ write: (line) => lines.push(line) }) });
  });
  afterEach(() => node.close());

  it('answers a write with the revision that has it, and a read with the newest', async () => {
    const first = await node.send('POST', '/services', { host: 'h.test', name: 'a' });
    const second = await node.send('PATCH', '/services/a', { port: 81 });
    const nothing = await node.send('DELETE', '/services/none');
    const last = await node.send('DELETE', '/services/a');
    const revisions = [first, second, nothing, last].map(({ headers }) => Number(headers['hybridge-revision']));
    expect(revisions).toEqual([revisions[0], revisions[0]! + 1, revisions[0]! + 1, revisions[0]! + 2]);
    expect((await node.send('GET', '/services')).headers['hybridge-revision']).toBe(last.headers['hybridge-revision']);
  });

  it('refuses a body that is too large', async () => {
    const { status, text } = await node.send('POST', '/services', { host: 'h'.repeat(2_000) });
    expect([status, JSON.parse(text)]).toEqual([413, { message: 'Request body too large' }]);
  });

  it('does not show the cause of a failure, but logs it', async () => {
    await node.store.close();
    const { status, text } = await node.send('GET', '/services');
    expect([status, JSON.parse(text)]).toEqual([500, { message: 'An unexpected error occurred' }]);
    expect(lines.join('')).toMatch(/a request of the Admin API failed/);
    expect(JSON.parse((await node.send('GET', '/status')).text)).toMatchObject({ database: { reachable: false } });
  });

  it.each([
    '{"host":"h.test","__proto__":{"x":1}}', '{"__proto__":null}', '{"host":"h.test","tags":[{"__proto__":1}]}',
  ])('accepts no prototypes from clients: %s', async (body) => {
    const { status } = await node.send('POST', '/services', body, { 'Content-Type': 'application/json' });
    expect(status).toBe(400);
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  it.each(['constructor', 'toString', '__proto__', 'hasOwnProperty'])('knows no entity, plugin or field named %s', async (name) => {
    expect((await node.send('GET', `/schemas/${name}`)).status).toBe(404);
    expect((await node.send('GET', `/schemas/plugins/${name}`)).status).toBe(404);
    expect((await node.send('POST', '/plugins', { name })).status).toBe(400);
    expect((await node.send('POST', '/routes', { paths: ['/x'], protocols: [name] })).status).toBe(400);
  });

  it.each([
    '//services', '/%73ervices', '/services/../routes', '/services/%zz',
  ])('matches paths as received: %s is not found', async (path) => {
    expect((await node.send('GET', path)).status).toBe(404);
  });

  it.each([
    ['/schemas/services/validate', { host: 'h.test' }, 200, 'schema validation successful'],
    ['/schemas/services/validate', {}, 400, 'schema violation (host: required field missing)'],
    [
      '/schemas/plugins/validate', { name: 'key-auth', service: { id: '99999999-9999-4999-8999-999999999999' } },
      200, 'schema validation successful',
    ],
    ['/schemas/plugins/validate', { name: 'key-auth', config: { x: 1 } }, 400, 'schema violation (config.x: unknown field)'],
    ['/schemas/none/validate', {}, 404, "No entity named 'none'"],
  ])('validates entities without storing them: %s %j', async (path, body, status, message) => {
    const answer = await node.send('POST', path, body);
    expect([answer.status, JSON.parse(answer.text).message]).toEqual([status, message]);
    expect(JSON.parse((await node.send('GET', '/services')).text).data).toEqual([]);
  });

  it('describes the node, with what clients look for', async () => {
    await node.send('POST', '/plugins', { name: 'key-auth' });
    const root = JSON.parse((await node.send('GET', '/')).text);
    expect(root).toMatchObject({
      version: '3.9.1', edition: 'community', hostname: 'node.test', node_id: '00000000-0000-4000-8000-0000000000aa',
      plugins: { available_on_server: { 'key-auth': { version: '3.9.1', priority: 1250 } }, enabled_in_cluster: ['key-auth'] },
    });
    const status = JSON.parse((await node.send('GET', '/status')).text);
    expect(status).toMatchObject({ database: { reachable: true }, server: { total_requests: expect.any(Number) } });
  });

  it('lists its endpoints, those below a path right after it', async () => {
    const { data } = JSON.parse((await node.send('GET', '/endpoints')).text) as { data: string[] };
    expect(data).toEqual(expect.arrayContaining([
      '/', '/consumers/{consumers}/key-auth/{keyauth_credentials}', '/key-auths/{keyauth_credentials}/consumer',
      '/routes/{routes}/plugins', '/services/{services}/routes/{routes}',
    ]));
    expect(data.indexOf('/plugins/enabled')).toBeGreaterThan(data.indexOf('/plugins'));
    expect(data.indexOf('/plugins/enabled')).toBeLessThan(data.indexOf('/plugins/{plugins}'));
    expect(data).not.toContain('/robots.txt');
  });

  it.each([['get / HTTP/1.1', '400 Bad Request'], ['no request', '400 Bad Request'], [`GET /${'x'.repeat(20_000)} HTTP/1.1`, '431 ']])(
    'answers bytes that are no request with a page', async (line, status) => {
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(node.port, '127.0.0.1', () => socket.write(`${line}\r\nHost: x\r\n\r\n`));
        socket.on('data', (chunk) => { text += String(chunk); });
        socket.on('close', () => resolve(text));
      });
      expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}[^]*Content-Type: text/html[^]*<h1>${status}`));
    },
  );

  it('keeps serving after a client that leaves in the middle of a body', async () => {
    await new Promise<void>((resolve) => {
      const socket = connect(node.port, '127.0.0.1', () => {
        socket.write('POST /services HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"host"');
        setTimeout(() => socket.destroy(), 20);
      });
      socket.on('close', () => resolve());
    });
    expect((await node.send('GET', '/services')).status).toBe(200);
  });
});
