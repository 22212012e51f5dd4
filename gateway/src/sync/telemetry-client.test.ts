/** A data plane's end of telemetry, frame by frame, against a minimal control plane with TLS; a manual clock. */
import { randomBytes } from 'node:crypto';
import { gunzipSync } from 'node:zlib';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MinimalControlPlane } from '../../test/fixtures/minimal-control-plane.ts';
import type { MinimalSession } from '../../test/fixtures/minimal-control-plane.ts';
import { sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Timer } from '../base/clock.ts';
import { SILENT } from '../base/log.ts';
import { TelemetryClient } from './telemetry-client.ts';
import type { TelemetryRecord } from './telemetry-protocol.ts';

const NODE = { id: 'n-1', hostname: 'dp-1', version: '3.9.1' };
const record = (index: number, padding?: string): TelemetryRecord => ({ t: 'metrics', index, padding });

/** A manual clock that knows the pauses before further attempts. */
class WatchedClock extends ManualClock {
  readonly pauses: number[] = [];

  override after(ms: number, run: () => void): Timer {
    // With the random number of these tests, other timers are of 100 ms, one, five and eight seconds.
    if (ms === 750 || ms === 1_500) this.pauses.push(ms);
    return super.after(ms, run);
  }
}

let identity: Identity;
let clock: WatchedClock;
let controlPlane: MinimalControlPlane;
let clients: TelemetryClient[];

beforeAll(async () => {
  identity = await sharedIdentity();
});

beforeEach(async () => {
  [clock, clients] = [new WatchedClock(), []];
  controlPlane = await new MinimalControlPlane(identity).start();
});

afterEach(async () => {
  clients.forEach((client) => client.close());
  await controlPlane.stop();
});

function create(options: Partial<ConstructorParameters<typeof TelemetryClient>[0]> = {}): TelemetryClient {
  const client = new TelemetryClient({
    trust: { mode: 'shared', identity }, endpoint: { host: '127.0.0.1', port: controlPlane.port }, node: NODE, labels: { region: 'eu' },
    log: SILENT, clock, random: () => 0.5, ...options,
  });
  clients.push(client);
  return client;
}

type Lines = readonly Record<string, unknown>[];

/** Lines of each frame. */
function framesOf(from: MinimalSession): Lines[] {
  return from.frames.filter(({ type }) => type === 'binary').map(({ payload }) => (
    gunzipSync(payload).toString().trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>)));
}

async function frames(from: MinimalSession, count: number): Promise<Lines[]> {
  return eventually(`${count} frames`, () => framesOf(from).length >= count && framesOf(from));
}

/** Number of the batch, and of its records. */
const batchesOf = (from: MinimalSession) => (
  framesOf(from).slice(1).map(([head, ...records]) => [head!.seq, records.map(({ index }) => index)]));

async function batches(from: MinimalSession, count: number): Promise<unknown[][]> {
  await frames(from, 1 + count);
  return batchesOf(from);
}

/** The n-th session, after its hello. */
async function session(number = 1): Promise<MinimalSession> {
  const opened = await controlPlane.session(number);
  await frames(opened, 1);
  return opened;
}

/** Waits until the n-th pause has begun. @returns its length */
const pause = (number = 1) => eventually(`pause ${number}`, () => clock.pauses[number - 1]);

/** Sends a message and ends the session: the answer to the close frame shows that the message was read. */
async function acknowledge(to: MinimalSession, message: string): Promise<void> {
  to.send('binary', message);
  to.send('close');
  await eventually('the end', () => to.ended || to.frames.some(({ type }) => type === 'close'));
}

describe('hello', () => {
  it('is the first frame, and names the node and the run', async () => {
    const client = create();
    client.add(record(1));
    expect(client.connected).toBe(false);
    client.start();
    const first = await session();
    expect(client.connected).toBe(true);
    const run = expect.stringMatching(/^[0-9a-f-]{36}$/) as string;
    expect(framesOf(first)[0]).toEqual([{ type: 'hello', node_id: 'n-1', node_version: '3.9.1', labels: { region: 'eu' }, run }]);
    expect(first.request[0]).toMatch(/^GET \/v1\/telemetry\?node_id=n-1&node_hostname=dp-1&node_version=3\.9\.1 /);
  });

  it('has the same run on each connection of a process, and another in another process', async () => {
    create().start();
    const first = await session();
    first.reset();
    clock.advance(await pause());
    create().start();
    const runs = (await Promise.all([1, 2, 3].map(session))).map((one) => framesOf(one)[0]![0]!.run);
    expect(runs.filter((run) => run === runs[0])).toHaveLength(2);
  });

  it('comes before batches that are ready sooner', async () => {
    const client = create({ labels: { padding: 'x'.repeat(5_000_000) } });
    client.add(record(1));
    client.start();
    await eventually('the connection', () => client.connected);
    clock.advance(1_000);
    const opened = await controlPlane.session();
    expect((await frames(opened, 2)).map(([head]) => head!.type)).toEqual(['hello', 'batch']);
  });
});

describe('batches', () => {
  it('are sent once a second, with what was added and collected, and the number of records given up', async () => {
    let asked = 0;
    const client = create({ collect: () => [record(100 + (asked += 1))] });
    client.start();
    client.start();
    const opened = await session();
    client.add(record(1));
    clock.advance(999);
    expect(asked).toBe(0);
    clock.advance(1);
    expect(await batches(opened, 1)).toEqual([[1, [1, 101]]]);
    expect(framesOf(opened)[1]![0]).toEqual({ type: 'batch', seq: 1, dropped: 0 });
    clock.advance(1_000);
    expect(await batches(opened, 2)).toEqual([[1, [1, 101]], [2, [102]]]);
  });

  it('are sent once each, also when the next is ready while one is compressed', async () => {
    const client = create();
    client.start();
    const opened = await session();
    for (const index of [1, 2, 3]) {
      client.add(record(index));
      clock.advance(1_000);
    }
    await batches(opened, 3);
    client.add(record(4));
    clock.advance(1_000);
    expect(await batches(opened, 4)).toEqual([[1, [1]], [2, [2]], [3, [3]], [4, [4]]]);
  });

  it('that were not acknowledged are sent again on the next connection, others are not', async () => {
    const client = create();
    client.start();
    const first = await session();
    for (const index of [1, 2, 3]) {
      client.add(record(index));
      clock.advance(1_000);
    }
    await batches(first, 3);
    await acknowledge(first, '{"ack":2}');
    clock.advance(await pause());
    expect(await batches(await session(2), 1)).toEqual([[3, [3]]]);
  });

  it.each(['{"ack":"1"}', '{"other":1}', 'no JSON', 'null'])('are not acknowledged by %s', async (message) => {
    const client = create();
    client.start();
    const first = await session();
    client.add(record(1));
    clock.advance(1_000);
    await batches(first, 1);
    await acknowledge(first, message);
    clock.advance(await pause());
    expect(await batches(await session(2), 1)).toEqual([[1, [1]]]);
  });

  it('that are compressed while the connection is renewed go by the new one', async () => {
    const client = create();
    client.start();
    const first = await session();
    client.add(record(1, randomBytes(4_000_000).toString('hex')));
    clock.advance(1_000);
    client.renew({ mode: 'shared', identity });
    clock.advance(5_000);
    await acknowledge(first, 'nothing');
    const second = await session(2);
    await eventually('the batch', () => {
      clock.advance(1_000);
      return batchesOf(second).length > 0;
    });
    expect(batchesOf(second)).toEqual([[1, [1]]]);
  });
});

it('pauses between attempts grow until the control plane takes a batch', async () => {
  create().start();
  for (const number of [1, 2, 3]) {
    const opened = await session(number);
    if (number === 3) await acknowledge(opened, '{"ack":0}');
    else opened.reset();
    clock.advance(await pause(number));
  }
  expect(clock.pauses).toEqual([750, 1_500, 750]);
});

describe('a closed client', () => {
  it('asks for no records and makes no attempt, until it is started again', async () => {
    let asked = 0;
    const client = create({ collect: () => [record(asked += 1)] });
    client.start();
    await session();
    client.close();
    expect(client.connected).toBe(false);
    clock.advance(10_000);
    await settled();
    expect([asked, controlPlane.attempts]).toEqual([0, 1]);
    client.start();
    const second = await session(2);
    clock.advance(1_000);
    expect(await batches(second, 1)).toEqual([[1, [1]]]);
  });
});

/** Long enough for what must not happen to have happened. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 50));
}
