/** The control plane's end of telemetry, frame by frame: what is taken, what is refused, what is counted. Real TLS. */
import { gzipSync } from 'node:zlib';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { MinimalDataPlane } from '../../test/fixtures/minimal-data-plane.ts';
import { sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import { createLog } from '../base/log.ts';
import { DISCARDED_PATHS, TELEMETRY_PATH } from './telemetry-protocol.ts';
import type { TelemetryRecord } from './telemetry-protocol.ts';
import { TelemetryServer } from './telemetry-server.ts';

const HELLO = { type: 'hello', node_id: 'n-1', node_version: '3.9.1', labels: {}, run: 'r-1' };
const record = (index: number) => ({ t: 'metrics', index });

let identity: Identity;
let server: TelemetryServer;
let port: number;
let lines: { readonly level: string; readonly message: string }[];
let received: { readonly node: string; readonly records: readonly TelemetryRecord[] }[];
let connected: MinimalDataPlane[];

beforeAll(async () => {
  identity = await sharedIdentity();
});

beforeEach(async () => {
  [lines, received, connected] = [[], [], []];
  await start({ onRecords: (node, records) => void received.push({ node, records }) });
});

afterEach(async () => {
  connected.forEach((dataPlane) => dataPlane.disconnect());
  await server.close();
});

async function start(options: Partial<ConstructorParameters<typeof TelemetryServer>[0]>): Promise<void> {
  const log = createLog({ level: 'info', write: (line) => void lines.push(JSON.parse(line) as typeof lines[number]) });
  server = new TelemetryServer({ trust: { mode: 'shared', identity }, log, ...options });
  port = (await server.listen([{ host: '127.0.0.1', port: 0 }]))[0]!.port;
}

async function connect(node = 'n-1', path: string = TELEMETRY_PATH): Promise<MinimalDataPlane> {
  const dataPlane = await MinimalDataPlane.connect({
    port, identity, path: `${path}?node_id=${node}&node_hostname=h-1&node_version=3.9.1`,
  });
  connected.push(dataPlane);
  return dataPlane.opened();
}

function send(dataPlane: MinimalDataPlane, ...parts: unknown[]): void {
  dataPlane.send('binary', gzipSync(parts.map((part) => `${JSON.stringify(part)}\n`).join('')));
}

/** A connection that has said hello. */
async function greeted(hello: Partial<typeof HELLO> = {}): Promise<MinimalDataPlane> {
  const dataPlane = await connect(hello.node_id);
  send(dataPlane, { ...HELLO, ...hello });
  return dataPlane;
}

const acksOf = (dataPlane: MinimalDataPlane) => dataPlane.framesOf('binary').map(({ payload }) => payload.toString());

/** Sends a batch, and waits until it is acknowledged. */
async function batch(dataPlane: MinimalDataPlane, seq: number, records: readonly object[] = [], dropped = 0): Promise<void> {
  const before = acksOf(dataPlane).length;
  send(dataPlane, { type: 'batch', seq, dropped }, ...records);
  await eventually('an ack', () => acksOf(dataPlane).length > before);
  expect(acksOf(dataPlane).at(-1)).toBe(`{"ack":${seq}}`);
}

async function closed(dataPlane: MinimalDataPlane): Promise<number> {
  const [frame] = await eventually('a close frame', () => dataPlane.framesOf('close').length > 0 && dataPlane.framesOf('close'));
  return frame!.payload.readUInt16BE(0);
}

describe('batches', () => {
  it('are passed on once and counted, each with an ack', async () => {
    const dataPlane = await greeted();
    await batch(dataPlane, 1, [record(1), record(2)]);
    await batch(dataPlane, 2, [record(3)], 5);
    await batch(dataPlane, 2, [record(3)], 5);
    await batch(dataPlane, 1, [record(1), record(2)], 9);
    expect(received).toEqual([{ node: 'n-1', records: [record(1), record(2)] }, { node: 'n-1', records: [record(3)] }]);
    expect([...server.accounts]).toEqual([['n-1', { run: 'r-1', seq: 2, records: 3, dropped: 5 }]]);
    expect(lines).toEqual([]);
  });

  it('that the same run sends again on another connection are ignored', async () => {
    await batch(await greeted(), 1, [record(1)]);
    await batch(await greeted(), 1, [record(1)]);
    expect(received).toHaveLength(1);
  });

  it('of a new run are counted from zero', async () => {
    await batch(await greeted(), 7, [record(1), record(2)], 3);
    await batch(await greeted({ run: 'r-2' }), 1, [record(1)]);
    expect(received).toHaveLength(2);
    expect(server.accounts.get('n-1')).toEqual({ run: 'r-2', seq: 1, records: 1, dropped: 0 });
  });

  it('are processed in the order sent, however long one needs to unpack', async () => {
    const dataPlane = await connect();
    // Unpacked long after the batch, when both are unpacked at once.
    send(dataPlane, { ...HELLO, labels: { a: 'x'.repeat(5_000_000) } });
    await batch(dataPlane, 1, [record(1)]);
    expect(received).toHaveLength(1);
    expect(lines).toEqual([]);
  });

  it('may have empty lines', async () => {
    const dataPlane = await greeted();
    dataPlane.send('binary', gzipSync('{"type":"batch","seq":1,"dropped":0}\n\n{"t":"metrics","index":1}'));
    await eventually('an ack', () => acksOf(dataPlane).length === 1);
    expect(received).toEqual([{ node: 'n-1', records: [record(1)] }]);
  });

  it('are counted without a recipient of the records, too', async () => {
    await server.close();
    await start({});
    await batch(await greeted(), 1, [record(1)]);
    expect(server.accounts.get('n-1')!.records).toBe(1);
  });

  it('of the node that was silent longest are forgotten beyond the limit', async () => {
    await server.close();
    await start({ maxAccounts: 2 });
    const [first, second] = [await greeted({ node_id: 'n-1' }), await greeted({ node_id: 'n-2' })];
    await batch(first, 1);
    await batch(second, 1);
    await batch(first, 2);
    expect([...server.accounts.keys()]).toEqual(['n-2', 'n-1']);
    await batch(await greeted({ node_id: 'n-3' }), 1);
    expect([...server.accounts.keys()]).toEqual(['n-1', 'n-3']);
  });
});

describe('a connection is refused', () => {
  it.each<[string, unknown, string]>([
    ['null', null, 'the first frame is no hello'],
    ['a batch', { type: 'batch', seq: 1, dropped: 0, run: 'r-1', node_id: 'n-1' }, 'the first frame is no hello'],
    ['a hello without a run', { type: 'hello', node_id: 'n-1' }, 'the first frame is no hello'],
    ['a hello of another node', { ...HELLO, node_id: 'n-2' }, 'hello says node n-2, the handshake said n-1'],
    ['a hello of no node', { type: 'hello', run: 'r-1' }, 'hello says node undefined, the handshake said n-1'],
  ])('with %s as its first frame', async (_, hello, reason) => {
    const dataPlane = await connect();
    send(dataPlane, hello);
    expect(await closed(dataPlane)).toBe(1003);
    expect(lines).toMatchObject([{ level: 'warn', message: `telemetry of h-1 refused: ${reason}`, node: 'n-1' }]);
  });

  it.each<[string, unknown]>([
    ['null', null],
    ['a second hello', HELLO],
    ['no number', { type: 'batch', dropped: 0 }],
    ['a fraction as number', { type: 'batch', seq: 1.5, dropped: 0 }],
    ['no count of what was dropped', { type: 'batch', seq: 1 }],
    ['another type', { type: 'other', seq: 1, dropped: 0 }],
  ])('with %s as the head of a batch', async (_, head) => {
    const dataPlane = await greeted();
    send(dataPlane, head, record(1));
    expect(await closed(dataPlane)).toBe(1003);
    expect(lines.map(({ message }) => message)).toEqual(['telemetry of h-1 refused: a frame is no batch']);
    expect([acksOf(dataPlane), received, server.accounts.size]).toEqual([[], [], 0]);
  });

  it('with a frame that is not compressed', async () => {
    const dataPlane = await connect();
    dataPlane.send('binary', JSON.stringify(HELLO));
    expect(await closed(dataPlane)).toBe(1003);
    expect(lines.map(({ message }) => message)).toEqual(['telemetry of h-1 refused: incorrect header check']);
  });

  it('with a small frame that unpacks to more than 64 MiB', async () => {
    const dataPlane = await connect();
    dataPlane.send('binary', gzipSync(Buffer.alloc(64 * 1024 * 1024 + 1, ' ')));
    expect(await closed(dataPlane)).toBe(1003);
    expect(lines).toMatchObject([
      { message: expect.stringMatching(/refused: Cannot create a Buffer larger than 67108864 bytes/) as string },
    ]);
  });

  it('with a broken frame, which is logged', async () => {
    const dataPlane = await greeted();
    // A text frame that is no UTF-8.
    dataPlane.send('text', Buffer.from([0xff]));
    await dataPlane.ended();
    expect(lines).toMatchObject([{ level: 'info', message: expect.stringMatching(/^telemetry of h-1: .*UTF-8/) as string }]);
  });
});

describe.each([TELEMETRY_PATH, ...DISCARDED_PATHS])('a connection at %s', (path) => {
  it('is answered when it pings, with an empty pong', async () => {
    const dataPlane = await connect('n-1', path);
    dataPlane.send('ping', 'x');
    const [pong] = await eventually('a pong', () => dataPlane.framesOf('pong').length > 0 && dataPlane.framesOf('pong'));
    expect([pong!.payload.length, pong!.masked]).toEqual([0, false]);
  });

  it('is ended with code 1001 when the control plane stops', async () => {
    const dataPlane = await connect('n-1', path);
    await server.close();
    expect(await closed(dataPlane)).toBe(1001);
    await dataPlane.ended();
  });
});

it.each(DISCARDED_PATHS)('a broken frame at %s ends its connection, and nothing else', async (path) => {
  const uncaught: Error[] = [];
  const note = (error: Error) => void uncaught.push(error);
  process.on('uncaughtExceptionMonitor', note);
  const dataPlane = await connect('n-1', path);
  dataPlane.send('text', Buffer.from([0xff]));
  await dataPlane.ended();
  process.off('uncaughtExceptionMonitor', note);
  expect([lines, uncaught]).toEqual([[], []]);
  await batch(await greeted(), 1);
});
