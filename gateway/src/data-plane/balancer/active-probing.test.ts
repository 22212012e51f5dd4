/** Active health checks against real sockets. */
import { createServer as createHttpsServer } from 'node:https';
import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { createSecureContext } from 'node:tls';

import { afterEach, describe, expect, it } from 'vitest';

import { eventually } from '../../../test/fixtures/eventually.ts';
import { LOCAL_NAMES } from '../../../test/fixtures/local-names.ts';
import { ManualClock } from '../../../test/fixtures/manual-clock.ts';
import { snapshotOf } from '../../../test/fixtures/snapshot.ts';
import { SILENT } from '../../base/log.ts';
import { createSelfSignedCertificate } from '../../base/self-signed-certificate.ts';
import type { Row } from '../../model/config-table.ts';
import { Address } from './address.ts';
import { HealthReport } from './health-report.ts';
import { probe } from './probe.ts';
import type { ProbeResult } from './probe.ts';
import { UpstreamBalancers } from './upstream-balancers.ts';
import type { ActiveChecks } from './upstream-settings.ts';

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function listen(server: Server, host = '127.0.0.1'): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, host, resolve));
  closing.push(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** A target that answers each connection with these bytes, and keeps what came. */
async function target(answer: string | undefined) {
  const received: string[] = [];
  let current = answer;
  const port = await listen(createServer((socket) => {
    socket.on('error', () => undefined);
    closing.push(() => void socket.destroy());
    socket.once('data', (bytes) => {
      received.push(bytes.toString('latin1'));
      if (current === '') socket.destroy();
      else if (current !== undefined) socket.end(current);
    });
  }));
  return { port, received, change: (next: string) => { current = next; } };
}

const NO_TLS = () => { throw new Error('not asked for'); };

function checks(fields: Partial<ActiveChecks> = {}): ActiveChecks {
  const { healthchecks } = snapshotOf({ upstreams: [{ id: 'u', name: 'u.test' }] }).entities('upstreams')[0]! as {
    readonly healthchecks: { readonly active: ActiveChecks };
  };
  return { ...healthchecks.active, timeout: 0.2, ...fields };
}

const addressOf = (port: number) => new Address({ ip: '127.0.0.1', port, hostname: '127.0.0.1', weight: 1 });

describe('a probe', () => {
  it.each<[string, string | undefined, ProbeResult]>([
    ['a status', 'HTTP/1.1 204 No Content\r\n\r\n', { kind: 'status', status: 204 }],
    ['a status without a phrase', 'HTTP/1.0 503\r\n', { kind: 'status', status: 503 }],
    ['bytes that are not HTTP', 'SSH-2.0\r\n', { kind: 'status', status: 0 }],
    ['a line without end', 'x'.repeat(9_000), { kind: 'status', status: 0 }],
    ['a connection that ends', '', { kind: 'tcp' }],
    ['silence', undefined, { kind: 'timeout' }],
  ])('of %s', async (_title, answer, result) => {
    const { port } = await target(answer);
    expect(await probe({ address: addressOf(port), checks: checks(), host: 'a.test', secureContext: NO_TLS })).toEqual(result);
  });

  it('of a port that refuses, and one by TCP alone', async () => {
    const { port } = await target('');
    const ask = (at: number, type: string) => probe({ address: addressOf(at), checks: checks({ type }), host: 'a', secureContext: NO_TLS });
    const kinds = [await ask(1, 'http'), await ask(1, 'tcp'), await ask(port, 'tcp')].map(({ kind }) => kind);
    expect(kinds).toEqual(['tcp', 'tcp', 'open']);
  });

  it('sends path, Host and headers, each on a line of its own', async () => {
    const { port, received } = await target('HTTP/1.1 200 OK\r\n\r\n');
    const headers = { 'X-One': ['1', '2'], 'X-Evil': ['a\r\nX-Injected: 1'] };
    await probe({ address: addressOf(port), checks: checks({ http_path: '/up', headers }), host: 'a.test', secureContext: NO_TLS });
    expect(received).toEqual(['GET /up HTTP/1.0\r\nX-One: 1\r\nX-One: 2\r\nX-Evil: a X-Injected: 1\r\nHost: a.test\r\n\r\n']);
  });

  it('over TLS verifies the certificate for the server name, unless it must not', async () => {
    const { certificate, key } = await createSelfSignedCertificate({ commonName: 'a.test', names: ['a.test'] });
    const names: unknown[] = [];
    const server = createHttpsServer({ cert: certificate, key }, (request, response) => {
      names.push((request.socket as TLSSocket & { servername?: unknown }).servername);
      response.end();
    });
    closing.push(() => void server.closeAllConnections());
    const port = await listen(server);
    const ask = (host: string, fields: Partial<ActiveChecks>, ca = certificate) => probe({
      address: addressOf(port), checks: checks({ type: 'https', timeout: 5, ...fields }), host,
      secureContext: () => createSecureContext({ ca }),
    });
    const other = (await createSelfSignedCertificate({ commonName: 'b.test' })).certificate;
    const OK = { kind: 'status', status: 200 };
    expect(await ask('a.test', {})).toEqual(OK);
    expect(await ask('b.test:1', { https_sni: 'a.test' })).toEqual(OK);
    expect(await ask('b.test', {})).toEqual({ kind: 'tcp' });
    expect(await ask('a.test', {}, other)).toEqual({ kind: 'tcp' });
    expect(await ask('b.test', { https_verify_certificate: false }, other)).toEqual(OK);
    expect(names).toEqual(['a.test', 'a.test', 'b.test']);
  });

  it('whose certificates cannot be used is a failure', async () => {
    const asked = { address: addressOf(1), checks: checks({ type: 'https' }), host: 'a', secureContext: NO_TLS };
    expect(await probe(asked)).toEqual({ kind: 'tcp' });
  });
});

describe('targets are probed', () => {
  function start(ports: readonly number[], active: Row): { clock: ManualClock; balancers: UpstreamBalancers; report: HealthReport } {
    const clock = new ManualClock();
    const balancers = new UpstreamBalancers({ resolver: LOCAL_NAMES, log: SILENT, clock, probeContext: NO_TLS });
    closing.push(() => balancers.close());
    balancers.use(snapshotOf({
      upstreams: [{ id: 'u', name: 'u.test', healthchecks: { active } }],
      targets: ports.map((port, at) => ({ id: `t${at}`, upstream: 'u', target: `127.0.0.1:${port}`, weight: 1 })),
    }));
    return { clock, balancers, report: new HealthReport(balancers) };
  }

  const RULES = { healthy: { interval: 1, successes: 1 }, unhealthy: { interval: 3, http_failures: 2, tcp_failures: 1, timeouts: 1 } };

  it('at their intervals; they fall and rise', async () => {
    const { port, received, change } = await target('HTTP/1.1 200 OK\r\n\r\n');
    const { clock, report } = start([port], RULES);
    const stateIs = (state: string) => eventually(`it is ${state}`, () => report.healthOf()[0]!.state === state);
    const at = `127.0.0.1:${port}`;
    expect(report.healthOf()).toEqual([{ upstream: 'u.test', target: at, address: at, state: 'healthy' }]);
    clock.advance(900);
    expect(received).toEqual([]);
    clock.advance(100);
    await eventually('it is probed', () => received.length === 1);
    change('HTTP/1.1 500 Oops\r\n\r\n');
    for (const count of [2, 3]) {
      await eventually('the round is over', () => { clock.advance(1_000); return received.length >= count; });
    }
    await stateIs('unhealthy');
    const before = received.length;
    change('HTTP/1.1 200 OK\r\n\r\n');
    clock.advance(2_000);
    expect(received).toHaveLength(before);
    clock.advance(1_000);
    await stateIs('healthy');
  });

  it('many at a time, as many as they say', async () => {
    let [open, most] = [0, 0];
    const server = createServer((socket) => {
      most = Math.max(most, open += 1);
      socket.on('error', () => undefined);
      setTimeout(() => {
        open -= 1;
        socket.end('HTTP/1.1 200 OK\r\n\r\n');
      }, 30);
    });
    const port = await listen(server, '0.0.0.0');
    const { clock, balancers } = start([port], { ...RULES, concurrency: 2 });
    balancers.use(snapshotOf({
      upstreams: [{ id: 'u', name: 'u.test', healthchecks: { active: { ...RULES, concurrency: 2 } } }],
      targets: Array.from({ length: 6 }, (_, at) => ({ id: `t${at}`, upstream: 'u', target: `127.0.0.${at + 1}:${port}`, weight: 1 })),
    }));
    clock.advance(1_000);
    await eventually('two came', () => most === 2);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(most).toBe(2);
  });

  it('by no timer when no upstream asks for it', async () => {
    const { port, received } = await target('HTTP/1.1 200 OK\r\n\r\n');
    const { clock } = start([port], { healthy: { interval: 0 }, unhealthy: { interval: 0 } });
    clock.advance(100_000);
    expect(received).toEqual([]);
  });
});

describe('the report of health', () => {
  it('sets states by hand, for all addresses of a target or for one', () => {
    const balancers = new UpstreamBalancers({ resolver: LOCAL_NAMES, log: SILENT, clock: new ManualClock(), probeContext: NO_TLS });
    const passive = { unhealthy: { http_failures: 1 } };
    balancers.use(snapshotOf({
      upstreams: [{ id: 'u', name: 'u.test', healthchecks: { passive } }, { id: 'off', name: 'off.test' }],
      targets: [
        { id: 'a', upstream: 'u', target: '10.0.0.1:80', weight: 3 }, { id: 'b', upstream: 'u', target: '[::1]:80', weight: 1 },
        { id: 'c', upstream: 'off', target: '10.0.0.1:80' },
      ],
    }));
    const report = new HealthReport(balancers);
    expect([report.set('u', '10.0.0.1:80', false), report.set('off', '10.0.0.1:80', false), report.set('u', '10.0.0.2:80', false)])
      .toEqual([true, false, false]);
    const { health, weight, targets } = report.of('u')!;
    expect({ health, weight }).toEqual({ health: 'HEALTHY', weight: { total: 4, available: 1, unavailable: 3 } });
    expect(targets.get('10.0.0.1:80')).toEqual({
      health: 'UNHEALTHY',
      data: {
        host: '10.0.0.1', port: 80, dns: 'A', nodeWeight: 3, weight: { total: 3, available: 0, unavailable: 3 },
        addresses: [{ ip: '10.0.0.1', port: 80, weight: 3, health: 'UNHEALTHY' }],
      },
    });
    expect(targets.get('[::1]:80')).toMatchObject({ health: 'HEALTHY', data: { dns: 'AAAA', addresses: [{ ip: '[::1]' }] } });
    expect(report.set('u', '10.0.0.1:80', true, '10.0.0.9')).toBe(true);
    expect(report.of('u')!.weight.available).toBe(1);
    for (const address of ['10.0.0.1', '10.0.0.1:80']) {
      report.set('u', '10.0.0.1:80', false);
      report.set('u', '10.0.0.1:80', true, address);
      expect(report.of('u')!.weight.available).toBe(4);
    }
    expect(report.of('off')).toMatchObject({ health: 'HEALTHCHECKS_OFF' });
    expect(report.healthOf().map(({ state }) => state)).toEqual(['healthy', 'healthy', 'healthchecks_off']);
    expect(report.of('gone')).toBeUndefined();
  });
});
