/** Both ends of telemetry together: what is sent arrives once, what is lost is counted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

import { freePorts } from '../../../cli/demo/free-ports.ts';
import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MinimalDataPlane, NODE_ID } from '../../test/fixtures/minimal-data-plane.ts';
import { sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import { createLog, SILENT } from '../base/log.ts';
import { TelemetryClient } from './telemetry-client.ts';
import { DISCARDED_PATHS, MAX_KEPT_RECORDS } from './telemetry-protocol.ts';
import type { TelemetryRecord } from './telemetry-protocol.ts';
import { TelemetryServer } from './telemetry-server.ts';
import { clientTlsOptions } from './trust.ts';
import type { TunnelTrust } from './trust.ts';

let trust: TunnelTrust;
let received: TelemetryRecord[];
let server: TelemetryServer;
let port: number;
let clock: ManualClock;
let client: TelemetryClient;

async function startServer(): Promise<void> {
  server = new TelemetryServer({ trust, log: SILENT, onRecords: (_node, records) => void received.push(...records) });
  await server.listen([{ host: '127.0.0.1', port }]);
}

function record(index: number): TelemetryRecord {
  return { t: 'metrics', index };
}

beforeEach(async () => {
  trust = { mode: 'shared', identity: await sharedIdentity() };
  received = [];
  clock = new ManualClock();
  [port] = await freePorts(1) as [number];
  await startServer();
  client = new TelemetryClient({
    trust, endpoint: { host: '127.0.0.1', port }, node: { id: NODE_ID, hostname: 'dp-1', version: '3.9.1' }, labels: {}, log: SILENT, clock,
  });
});

afterEach(async () => {
  client.close();
  await server.close();
});

/** Lets time pass until something is there; in small steps while there is no connection, because an attempt has a limit of its own. */
async function untilTicked(what: string, ask: () => boolean): Promise<void> {
  await eventually(what, () => {
    clock.advance(client.connected ? 1_000 : 100);
    return ask();
  });
}

describe('telemetry', () => {
  it('arrives in batches, and is accounted for', async () => {
    client.start();
    for (let index = 0; index < 2_500; index += 1) client.add(record(index));
    await untilTicked('all records', () => received.length === 2_500);
    expect(received.map(({ index }) => index)).toEqual(Array.from({ length: 2_500 }, (_, index) => index));
    expect(server.accounts.get(NODE_ID)).toMatchObject({ seq: 3, records: 2_500, dropped: 0 });
  });

  it('waits for a control plane that is away, and then arrives once', async () => {
    client.start();
    client.add(record(1));
    await untilTicked('the first', () => received.length === 1);
    await server.close();
    client.add(record(2));
    clock.advance(1_000);
    await startServer();
    await untilTicked('the second', () => received.length === 2);
    await untilTicked('nothing twice', () => server.accounts.get(NODE_ID)?.records !== undefined);
    expect(received.map(({ index }) => index)).toEqual([1, 2]);
  });

  it('drops the oldest records beyond the limit, and reports how many', async () => {
    for (let index = 0; index < MAX_KEPT_RECORDS + 7; index += 1) client.add(record(index));
    client.start();
    await untilTicked('what was kept', () => received.length === MAX_KEPT_RECORDS);
    expect(received[0]!.index).toBe(7);
    expect(server.accounts.get(NODE_ID)!.dropped).toBe(7);
    expect(client.dropped).toBe(7);
  });

  it.each(DISCARDED_PATHS)('of other products at %s is accepted and thrown away', async (path) => {
    const socket = new WebSocket(
      `wss://127.0.0.1:${port}${path}?node_id=${NODE_ID}&node_version=3.9.1`,
      clientTlsOptions(trust, '127.0.0.1'),
    );
    await new Promise((resolve, reject) => void socket.once('open', resolve).once('error', reject));
    socket.send(Buffer.from([1, 2, 3]));
    const pong = new Promise((resolve) => void socket.once('pong', resolve));
    socket.ping();
    await pong;
    expect(server.accounts.size).toBe(0);
    socket.terminate();
  });

  it('that is no telemetry ends the connection, and nothing else', async () => {
    const stranger = await MinimalDataPlane.connect({
      port,
      identity: trust.identity,
      path: `/v1/telemetry?node_id=${NODE_ID}&node_version=3.9.1`,
    });
    await stranger.opened();
    stranger.send('binary', 'not gzip');
    await eventually('a close frame', () => stranger.framesOf('close').length > 0);
    client.start();
    client.add(record(1));
    await untilTicked('the next one is served', () => received.length === 1);
  });

  it('is taken from nodes with a trusted certificate only', async () => {
    const stranger = await MinimalDataPlane.connect({ port, path: `/v1/telemetry?node_id=${NODE_ID}&node_version=3.9.1` });
    await stranger.ended();
    expect(stranger.status).toBeUndefined();
  });
});

describe('a data plane whose telemetry endpoint is away', () => {
  it('logs it once, and again after records arrived in between', async () => {
    const lines: string[] = [];
    const log = createLog({ write: (line) => void lines.push((JSON.parse(line) as { message: string }).message) });
    await server.close();
    client = new TelemetryClient({
      trust, endpoint: { host: '127.0.0.1', port }, node: { id: NODE_ID, hostname: 'dp-1', version: '3.9.1' }, labels: {}, log, clock,
    });
    client.start();
    await eventually('the loss is logged', () => lines.length === 1);
    expect(lines[0]).toMatch(
      new RegExp(`^telemetry endpoint 127\\.0\\.0\\.1:${port} is not reachable: .*; records are kept and sent later$`),
    );
    for (let second = 0; second < 5; second += 1) {
      clock.advance(1_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect(lines).toHaveLength(1);
    client.add(record(1));
    await startServer();
    await untilTicked('the record', () => received.length === 1);
    await server.close();
    await untilTicked('the next loss is logged', () => lines.length === 2);
    await startServer();
  });

  it('asks for records before each batch', async () => {
    let next = 0;
    client = new TelemetryClient({
      trust,
      endpoint: { host: '127.0.0.1', port },
      node: { id: NODE_ID, hostname: 'dp-1', version: '3.9.1' },
      labels: { a: 'b' },
      log: SILENT,
      clock,
      collect: () => [record((next += 1))],
    });
    client.start();
    await untilTicked('three batches', () => received.length >= 3);
    expect(received.slice(0, 3).map(({ index }) => index)).toEqual([1, 2, 3]);
    expect(server.accounts.get(NODE_ID)!.seq).toBeGreaterThanOrEqual(3);
  });
});
