/** What `/metrics` shows of the engine: the documented names, in Prometheus' format, with numbers that follow what happens. */
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { temporaryFolder } from '../../test/setup/temporary-folder.ts';
import { SILENT } from '../base/log.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { readSettings } from '../settings/read.ts';
import { DataPlane } from './data-plane.ts';
import { ENGINE_FAMILY_NAMES } from './engine-families.ts';

const DOCUMENTATION = readFileSync(join(import.meta.dirname, '../../../docs/observability.md'), 'utf8');

let upstream: Server;
let answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
let dataPlane: DataPlane;
let port: number;

beforeAll(async () => {
  upstream = createServer((socket) => void socket.on('error', () => undefined).on('data', () => void socket.write(answer)));
  await new Promise<void>((resolve) => void upstream.listen(0, '127.0.0.1', resolve));
  const prefix = temporaryFolder('engine-families');
  const { settings } = readSettings({
    KONG_PREFIX: prefix, KONG_PROXY_LISTEN: '127.0.0.1:0', KONG_STATUS_LISTEN: '127.0.0.1:0', KONG_PROXY_ACCESS_LOG: 'none/access.log',
  });
  dataPlane = new DataPlane({ settings, log: SILENT, keepsConfiguration: false });
  port = (await dataPlane.start()).proxy[0]!.port;
  await dataPlane.apply(tableOf('one'), '1'.repeat(32));
});
afterAll(async () => {
  await dataPlane.close(0);
  upstream.close();
});

function tableOf(name: string): ConfigTable {
  const id = '00000001-aaaa-4aaa-8aaa-aaaaaaaaaaaa';
  return {
    _format_version: '3.0',
    services: [{ id, name, host: '127.0.0.1', port: (upstream.address() as AddressInfo).port, retries: 0 }],
    routes: [{ id: '00000002-aaaa-4aaa-8aaa-aaaaaaaaaaaa', name: 'all', paths: ['/'], service: id }],
  };
}

const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n';

async function ask(bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(bytes, 'latin1');
  return text(socket);
}

/** Values by name and labels. */
async function shown(): Promise<ReadonlyMap<string, number>> {
  const lines = (await dataPlane.metrics()).split('\n').filter((line) => line.startsWith('hybridge_'));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

describe('metrics of the engine', () => {
  it('have the names that the documentation lists', () => {
    const from = DOCUMENTATION.indexOf('show what their engine does');
    const table = DOCUMENTATION.slice(from, DOCUMENTATION.indexOf('The plugin `prometheus` counts', from));
    const documented = table.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) => (
      [...line.split('|')[1]!.matchAll(/`(\w+)`/g)].map(([, name]) => name)));
    expect(documented).toEqual(ENGINE_FAMILY_NAMES);
  });

  it('say once what each is: counters, and only they, end in _total', async () => {
    await ask('GET / HTTP/1.1\r\nX A: b\r\n\r\n');
    answer = 'HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nok';
    expect(await ask(GET)).toMatch(/^HTTP\/1\.1 502 /);
    answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
    const served = await dataPlane.metrics();
    for (const name of ENGINE_FAMILY_NAMES) {
      expect(served.match(new RegExp(`^# HELP ${name} .{10,}$`, 'gm')), name).toHaveLength(1);
      expect(served.match(new RegExp(`^# TYPE ${name} (?:gauge|counter)$`, 'gm')), name)
        .toEqual([`# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`]);
    }
    expect(new Set(served.match(/^hybridge_(?!quarantined|configuration_refused)[a-z_]+/gm))).toEqual(new Set(ENGINE_FAMILY_NAMES));
  });

  it('count connections to upstreams, and refused bytes on both sides', async () => {
    const before = await shown();
    expect(await ask(GET)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask(GET)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await ask('GET / HTTP/1.1\r\nX A: b\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    const after = await shown();
    const more = (name: string): number => after.get(name)! - (before.get(name) ?? 0);
    const sum = (values: ReadonlyMap<string, number>, name: string): number => (
      [...values].filter(([one]) => one.startsWith(name)).reduce((total, [, value]) => total + value, 0));
    expect(more('hybridge_upstream_connections_opened_total') + more('hybridge_upstream_connections_reused_total')).toBe(2);
    expect(sum(after, 'hybridge_refused_requests_total') - sum(before, 'hybridge_refused_requests_total')).toBe(1);
    expect(sum(after, 'hybridge_refused_answers_total')).toBe(1);
    expect(after.get('hybridge_upstream_connections{state="idle"}')).toBe(1);
    expect(after.get('hybridge_requests_active')).toBe(0);
    await eventually('lines were lost', async () => (await shown()).get('hybridge_access_log_lost_lines_total')! >= 4);
  });

  it('show how late the event loop is', async () => {
    await shown();
    // The first measurement behind a scrape only begins the next one.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const blockedUntil = performance.now() + 150;
    while (performance.now() < blockedUntil) { /* Nothing else runs. */ }
    await new Promise((resolve) => setTimeout(resolve, 30));
    const values = await shown();
    expect(values.get(`hybridge_event_loop_delay_seconds{quantile="1",pid="${process.pid}"}`)).toBeGreaterThan(0.1);
    expect(values.get(`hybridge_event_loop_utilization{pid="${process.pid}"}`)).toBeGreaterThan(0.3);
  });

  it('count a configuration for as long as a request needs it', async () => {
    const waiting = connect(port, '127.0.0.1');
    answer = '';
    waiting.write(GET);
    await eventually('it is under way', async () => (await shown()).get('hybridge_requests_active') === 1);
    await dataPlane.apply(tableOf('two'), '2'.repeat(32));
    expect((await shown()).get('hybridge_configuration_generations')).toBe(2);
    waiting.destroy();
    await eventually('it is let go', async () => (await shown()).get('hybridge_configuration_generations') === 1);
  });
});
