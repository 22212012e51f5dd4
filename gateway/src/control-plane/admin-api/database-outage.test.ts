/** What the Admin API does while its PostgreSQL is away, and after it. */
import { afterEach, describe, expect, inject, it } from 'vitest';

import { startAdminNode } from '../../../test/fixtures/admin-node.ts';
import type { AdminNode } from '../../../test/fixtures/admin-node.ts';
import { eventually } from '../../../test/fixtures/eventually.ts';
import { PostgresServer, createDatabase } from '../../../test/setup/postgres-server.ts';
import { openAt } from '../../../test/setup/stores.ts';
import { createLog } from '../../base/log.ts';
import { METHODS } from './endpoint.ts';

const ID = '00000000-0000-4000-8000-000000000001';

describe.skipIf(!inject('postgres'))('an Admin API whose database goes away', () => {
  let server: PostgresServer | undefined;
  let node: AdminNode | undefined;
  afterEach(async () => {
    await node?.close();
    await server?.remove();
  });

  it('answers 503 with Retry-After where it needs the database, logs the outage once, and recovers by itself', async () => {
    server = await PostgresServer.start();
    await createDatabase(server!.address, 'hybridge');
    const lines: { readonly level: string; readonly message: string }[] = [];
    const log = createLog({ level: 'info', write: (line) => lines.push(JSON.parse(line) as typeof lines[number]) });
    const connection = { ...server!.address, database: 'hybridge', ssl: false, sslVerify: false, timeoutMs: 2_000 };
    const store = await openAt({ kind: 'postgres', connection }, { log });
    node = await startAdminNode({ store, log, role: 'control_plane' });
    const { data: paths } = JSON.parse((await node.send('GET', '/endpoints')).text) as { readonly data: readonly string[] };
    lines.length = 0;

    await server!.stop();
    const answers = new Map<string, number>();
    for (const path of [...paths, '/clustering/revision', '/clustering/telemetry', '/openapi.json']) {
      for (const method of METHODS) {
        const { status, headers, text } = await node.send(method, path.replace(/\{\w+\}/g, ID), method === 'GET' ? undefined : {});
        answers.set(`${method} ${path}`, status);
        if (status < 500 || path === '/status/dns') continue;
        expect([status, headers['retry-after'], JSON.parse(text)], `${method} ${path}`)
          .toEqual([503, '5', { message: 'the database is not available; try again later' }]);
      }
    }
    const needing = [
      'GET /', 'GET /services', 'POST /services', 'PUT /services/{services}', 'PATCH /routes/{routes}', 'DELETE /consumers/{consumers}',
      'GET /services/{services}/routes', 'GET /tags', 'GET /clustering/data-planes', 'GET /clustering/status', 'GET /clustering/revision',
    ];
    expect(needing.filter((request) => answers.get(request) !== 503)).toEqual([]);
    const others = ['GET /status', 'GET /endpoints', 'GET /schemas/{name}', 'POST /schemas/plugins/validate', 'GET /plugins/enabled'];
    expect(others.filter((request) => answers.get(request)! >= 500)).toEqual([]);
    node.registry.seen({
      id: ID, hostname: 'dp.test', ip: '127.0.0.1', version: '3.9.1', last_seen: 1, updated_at: 1, config_hash: '0'.repeat(32),
      sync_status: 'normal', labels: null, cert_details: null, rpc_capabilities: [],
    });
    await node.registry.close();
    const begun = ['error', 'the database cannot be used; what needs it fails until it answers again'];
    expect(lines.map(({ level, message }) => [level, message])).toEqual([begun]);

    await server!.launch();
    await eventually('services are listed again', async () => (await node!.send('GET', '/services')).status === 200);
    expect((await node.send('PUT', '/services/svc', { host: 'h.test' })).status).toBe(200);
    expect(lines.slice(1).map(({ level, message }) => [level, message])).toEqual([['notice', 'the database answers again']]);
  });
});
