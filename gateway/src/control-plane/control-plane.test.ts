/** A control plane from start to end, with real listeners. */
import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, inject, it } from 'vitest';

import { PostgresServer, createDatabase } from '../../test/setup/postgres-server.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { SILENT } from '../base/log.ts';
import { Secret } from '../base/secret.ts';
import { createSelfSignedCertificate } from '../base/self-signed-certificate.ts';
import { readSettings } from '../settings/read.ts';
import type { Listener, Role, Settings } from '../settings/settings.ts';
import type { ControlPlaneAddresses } from './control-plane.ts';
import { ControlPlane } from './control-plane.ts';

const anyPort: Listener = { host: '127.0.0.1', port: 0, ssl: false, http2: false, proxyProtocol: false, reusePort: false };

const PUT_SERVICE = { method: 'PUT', body: '{"host":"h.test"}', headers: { 'content-type': 'application/json' } };

async function settingsOf(role: Role, more: Partial<Settings['listen']> = {}): Promise<Settings> {
  const { certificate, key } = await createSelfSignedCertificate({ commonName: 'kong_clustering', days: 1 });
  return {
    role,
    database: 'embedded',
    prefix: temporaryFolder('control-plane'),
    logLevel: 'notice',
    workers: 1,
    admin: { insecure: false },
    streamHalfClose: false,
    realIpHeader: 'X-Real-IP',
    listen: { proxy: [], stream: [], admin: [anyPort], status: [anyPort], cluster: [anyPort], telemetry: [anyPort], ...more },
    tunnel: {
      mode: 'shared', identity: { certificate, key: new Secret(key) }, files: {}, allowedCommonNames: [], trusted: [], controlPlanes: [],
      labels: {},
      maxPayloadBytes: 2 ** 24, purgeDelaySeconds: 1_209_600,
    },
    fallback: { export: false, import: false, exportDelaySeconds: 60, credentials: {} },
    postgres: {
      host: '127.0.0.1', port: 1, database: 'none', user: 'kong', password: new Secret('hunter2'), ssl: false, sslVerify: false,
      iamAuth: false, timeoutMs: 1_000,
    },
    mysql: {
      host: '127.0.0.1', port: 1, database: 'none', user: 'kong', ssl: false, sslVerify: true, iamAuth: false, timeoutMs: 1_000, pollMs: 50,
    },
    dbUpdateFrequencySeconds: 5,
    history: { revisions: 10_000, days: 0, keys: [] },
    upstreamPool: { size: 0, maxRequests: 0, idleTimeoutSeconds: 0 },
    dns: {
      servers: undefined, hostsFile: '', order: [], validTtlSeconds: undefined, staleTtlSeconds: 0, notFoundTtlSeconds: 0,
      errorTtlSeconds: 0, cacheSize: 1,
    },
    trustedIps: [],
    vaultPrefix: '', vaults: readSettings({}).settings.vaults, routerFlavor: 'traditional_compatible',
    compatibility: 'kong-3.9.1', plugins: ['bundled'], drainSeconds: 0,
    certificates: {}, tls: {}, upstreamTls: { authorities: [], verifyAlways: false, verifyDepth: 1 },
    accessLogSampling: 1,
    errorLog: '/dev/stderr',
    accessLogs: { proxy: 'off', admin: 'off' }, systemLog: '/dev/log',
    tracing: { instrumentations: ['off'], samplingRate: 0.01, isDebugOn: false },
  };
}

describe('a control plane', () => {
  let controlPlane: ControlPlane | undefined;
  afterEach(() => controlPlane?.close());

  const start = async (settings: Settings): Promise<ControlPlaneAddresses> => {
    controlPlane = new ControlPlane({ settings, log: SILENT });
    return controlPlane.start();
  };
  const at = ([address]: readonly AddressInfo[], path: string) => `http://127.0.0.1:${address!.port}${path}`;

  it('keeps what was written when it is started again, and stays the same node', async () => {
    const settings = await settingsOf('control_plane');
    const before = await start(settings);
    const { node_id: id } = await (await fetch(at(before.admin, '/'))).json() as { node_id: string };
    await fetch(at(before.admin, '/services/svc'), PUT_SERVICE);
    const table = controlPlane!.configuration.latest()!.table;
    await controlPlane!.close();

    const after = await start(settings);
    expect(await (await fetch(at(after.admin, '/services/svc'))).json()).toMatchObject({ host: 'h.test' });
    expect(await (await fetch(at(after.admin, '/'))).json()).toMatchObject({ node_id: id });
    expect(controlPlane!.configuration.latest()!.table.parameters).toEqual(table.parameters);
  });

  it('opens the tunnel only in its own role', async () => {
    const single = await start(await settingsOf('traditional'));
    expect(single).toMatchObject({ cluster: [], telemetry: [], status: [] });
    await controlPlane!.close();
    const own = await start(await settingsOf('control_plane'));
    expect([own.cluster.length, own.telemetry.length, own.status.length]).toEqual([1, 1, 1]);
    expect(await (await fetch(at(own.admin, '/clustering/telemetry'))).json()).toEqual({ data: [] });
  });

  it('shows its settings without secrets', async () => {
    const { admin } = await start({ ...await settingsOf('control_plane') });
    const text = await (await fetch(at(admin, '/'))).text();
    expect(text).not.toMatch(/hunter2|PRIVATE KEY|redacted/);
    const shown = { role: 'control_plane', router_flavor: 'traditional_compatible', cluster_mtls: 'shared' };
    expect(JSON.parse(text).configuration).toMatchObject(shown);
  });

  it('is ready until it drains', async () => {
    const { status } = await start(await settingsOf('control_plane'));
    const ready = async () => (await fetch(at(status, '/status/ready'))).status;
    expect(await ready()).toBe(200);
    controlPlane!.drain();
    expect(await ready()).toBe(503);
    expect((await fetch(at(status, '/status'))).status).toBe(200);
  });

  it('begins to drain through its status API', async () => {
    const { status } = await start(await settingsOf('control_plane'));
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const tell = (body: string) => fetch(at(status, '/status/ready'), { method: 'POST', body, headers });
    expect((await tell('status=sleeping')).status).toBe(400);
    expect((await tell('status=draining')).status).toBe(204);
    expect((await fetch(at(status, '/status/ready'))).status).toBe(503);
  });

  it('finishes what it is answering before it closes', async () => {
    const { admin } = await start(await settingsOf('control_plane'));
    const { method, headers } = PUT_SERVICE;
    const slow = request(at(admin, '/services/slow'), { method, headers: { ...headers, expect: '100-continue' } });
    const answer = new Promise<number>((resolve, reject) => {
      slow.on('response', (response) => resolve(response.statusCode!)).on('error', reject);
    });
    slow.flushHeaders();
    // The server has the head and waits for the body.
    await once(slow, 'continue');
    const closing = controlPlane!.close();
    slow.end('{"host":"h.test"}');
    expect(await answer).toBe(200);
    await closing;
    await expect(fetch(at(admin, '/'))).rejects.toThrow();
  });

  it('leaves nothing open when a port is taken', async () => {
    const first = await start(await settingsOf('control_plane'));
    const taken = { ...anyPort, port: first.admin[0]!.port };
    const second = new ControlPlane({ settings: await settingsOf('control_plane', { admin: [taken] }), log: SILENT });
    const message = expect.stringContaining(`KONG_ADMIN_LISTEN: cannot listen on 127.0.0.1:${taken.port}`);
    await expect(second.start()).rejects.toMatchObject({ code: 'address-unavailable', message });
  });

  it.skipIf(!inject('postgres'))('survives an outage of its database: reports it, keeps the configuration, and goes on', async () => {
    const database = await PostgresServer.start();
    try {
      await createDatabase(database!.address, 'hybridge');
      const settings = await settingsOf('control_plane');
      const connection = { ...settings.postgres, ...database!.address, password: undefined, database: 'hybridge' };
      const { admin, status } = await start({ ...settings, database: 'postgres', postgres: connection });
      const ready = async () => (await fetch(at(status, '/status/ready'))).status;
      const put = () => fetch(at(admin, '/services/svc'), PUT_SERVICE);
      expect([await ready(), (await put()).status]).toEqual([200, 200]);
      await expect.poll(() => controlPlane!.configuration.latest()!.table.services).toHaveLength(1);

      await database!.stop();
      const down = await put();
      expect([down.status, down.headers.get('retry-after')]).toEqual([503, '5']);
      expect(await (await fetch(at(status, '/status'))).json()).toMatchObject({ database: { reachable: false } });
      expect(await ready()).toBe(503);
      expect(controlPlane!.configuration.latest()!.table.services).toHaveLength(1);

      await database!.launch();
      await expect.poll(ready, { timeout: 5_000 }).toBe(200);
      expect((await put()).status).toBe(200);
    } finally {
      await controlPlane?.close();
      await database?.remove();
    }
  });

  it('does not start without its database', async () => {
    const settings = { ...await settingsOf('control_plane'), database: 'postgres' } as const;
    await expect(start(settings)).rejects.toMatchObject({ code: 'database-unavailable', reason: 'unavailable' });
  });
});
