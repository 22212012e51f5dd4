/** A connection that is kept: addresses in turn, pauses, renewal. Real control planes on loopback, a manual clock. */
import { connect } from 'node:net';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';

import { freePorts } from '../../../cli/demo/free-ports.ts';
import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MinimalControlPlane } from '../../test/fixtures/minimal-control-plane.ts';
import { sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import type { TunnelTrust } from './trust.ts';
import { TunnelConnection } from './tunnel-connection.ts';
import type { TunnelConnectionOptions, TunnelLoss } from './tunnel-connection.ts';

const NODE = { id: 'n-1', hostname: 'höst', version: '3.9.1' };

let identity: Identity;
let other: Identity;
let clock: ManualClock;
let cleanUps: (() => unknown)[];

beforeAll(async () => {
  [identity, other] = await Promise.all([sharedIdentity(), sharedIdentity()]);
});

beforeEach(() => {
  clock = new ManualClock();
  cleanUps = [];
});

afterEach(async () => {
  for (const cleanUp of cleanUps) await cleanUp();
});

const shared = (own: Identity, ...others: Identity[]): TunnelTrust => ({
  mode: 'shared', identity: own, accepted: others.map(({ certificate }) => certificate).join('\n'),
});

/** A connection and what its owner heard. */
class Kept {
  readonly opened: { readonly websocket: WebSocket; readonly address: string }[] = [];
  readonly losses: TunnelLoss[] = [];
  readonly renewals: string[] = [];
  readonly connection: TunnelConnection;

  constructor(ports: readonly number[], options: Partial<TunnelConnectionOptions> = {}) {
    this.connection = new TunnelConnection(
      {
        trust: shared(identity),
        addresses: ports.map((port) => ({ host: '127.0.0.1', port })),
        path: '/v1/outlet',
        node: NODE,
        clock,
        random: () => 0.5,
        ...options,
      },
      {
        opened: (websocket, address) => void this.opened.push({ websocket, address }),
        lost: (loss) => void this.losses.push(loss),
        renewing: (address) => void this.renewals.push(address),
      },
    );
    cleanUps.push(() => this.connection.close());
    this.connection.start();
  }

  async tunnel(number = 1): Promise<WebSocket> {
    return (await eventually(`tunnel ${number}`, () => this.opened[number - 1])).websocket;
  }

  async loss(number = 1): Promise<TunnelLoss> {
    return eventually(`loss ${number}`, () => this.losses[number - 1]);
  }
}

async function controlPlane(own = identity): Promise<MinimalControlPlane> {
  const started = await new MinimalControlPlane(own).start();
  cleanUps.push(() => started.stop());
  return started;
}

/** Ports on which nothing listens. */
const closedPorts = (count: number) => freePorts(count);

/** Long enough for an unwanted event to happen: real sockets on loopback need a few iterations of the event loop. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

describe('a connection', () => {
  it('says who the node is, and is open once', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    expect(kept.connection.websocket).toBeUndefined();
    kept.connection.start();
    const websocket = await kept.tunnel();
    kept.connection.start();
    await settled();
    expect((await there.session()).request[0]).toBe('GET /v1/outlet?node_id=n-1&node_hostname=h%C3%B6st&node_version=3.9.1 HTTP/1.1');
    expect(kept.opened).toEqual([{ websocket, address: `127.0.0.1:${there.port}` }]);
    expect(kept.connection.websocket).toBe(websocket);
    expect(there.attempts).toBe(1);
  });

  it('that breaks is reported with its reason and the pause, and opened again after it', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    await kept.tunnel();
    (await there.session()).reset();
    expect(await kept.loss()).toEqual({
      address: `127.0.0.1:${there.port}`,
      reason: 'connection closed by the control plane',
      retryMs: 750,
    });
    expect(kept.connection.websocket).toBeUndefined();
    clock.advance(749);
    await settled();
    expect(there.attempts).toBe(1);
    clock.advance(1);
    await kept.tunnel(2);
    expect(kept.losses).toHaveLength(1);
  });

  it('that its owner cuts is reported with the reason of the owner, and the next loss with its own', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    await kept.tunnel();
    kept.connection.drop('nothing heard');
    expect((await kept.loss()).reason).toBe('nothing heard');
    clock.advance(750);
    await kept.tunnel(2);
    (await there.session(2)).reset();
    expect((await kept.loss(2)).reason).toBe('connection closed by the control plane');
  });

  it.each<[number | undefined, number]>([
    [1_000, 1_000],
    [undefined, 16 * 1024 * 1024],
  ])('with a limit of %s names the setting when a message is larger', async (maxPayloadBytes, limit) => {
    const there = await controlPlane();
    const kept = new Kept([there.port], { maxPayloadBytes });
    await kept.tunnel();
    (await there.session()).send('binary', Buffer.alloc(limit + 1));
    expect((await kept.loss()).reason).toBe(
      `the control plane sent more than ${limit} bytes at once; raise KONG_CLUSTER_MAX_PAYLOAD on this node`,
    );
  });

  it('reports the first of several errors', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    await kept.tunnel();
    const session = await there.session();
    // A text frame that is no UTF-8.
    session.send('text', Buffer.from([0xff]));
    expect((await kept.loss()).reason).toMatch(/UTF-8/);
  });
});

describe('pauses between attempts', () => {
  it('grow with each attempt at the only address', async () => {
    const kept = new Kept(await closedPorts(1));
    for (const [index, retryMs] of [750, 1_500, 3_000].entries()) {
      expect((await kept.loss(index + 1)).retryMs).toBe(retryMs);
      clock.advance(retryMs);
    }
  });

  it('come after a round of all addresses, which are tried in turn', async () => {
    const ports = await closedPorts(3);
    const kept = new Kept(ports);
    for (let index = 0; index < 6; index += 1) {
      const { address, retryMs } = await kept.loss(index + 1);
      expect({ address, retryMs }).toEqual({
        address: `127.0.0.1:${ports[index % 3]}`,
        retryMs: index === 2 ? 750 : index === 5 ? 1_500 : 0,
      });
      clock.advance(retryMs);
    }
  });

  it('are not made before the next address when a tunnel broke', async () => {
    const there = await controlPlane();
    const [closed] = await closedPorts(1) as [number];
    const kept = new Kept([closed, there.port]);
    expect((await kept.loss(1)).retryMs).toBe(0);
    clock.advance(0);
    await kept.tunnel();
    (await there.session()).reset();
    expect((await kept.loss(2)).retryMs).toBe(0);
    clock.advance(0);
    expect(await kept.loss(3)).toMatchObject({ address: `127.0.0.1:${closed}`, retryMs: 750 });
  });

  it('are short again after the control plane worked, and only then', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    const waits: number[] = [];
    for (const [index, works] of [false, false, true].entries()) {
      await kept.tunnel(index + 1);
      if (works) kept.connection.worked();
      (await there.session(index + 1)).reset();
      const { retryMs } = await kept.loss(index + 1);
      waits.push(retryMs);
      clock.advance(retryMs);
    }
    expect(waits).toEqual([750, 1_500, 750]);
  });

  it('are those that a busy control plane asks for', async () => {
    const there = await controlPlane();
    there.refusal = 'HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nConnection: close\r\n\r\n';
    const kept = new Kept([there.port]);
    expect((await kept.loss()).retryMs).toBe(7_000);
  });
});

describe('renewed certificates', () => {
  it.each([
    [0, 0],
    [0.5, 5_000],
    [0.999, 9_990],
  ])('with the random number %d are used after %d ms, with the same control plane', async (random, afterMs) => {
    const [first, second] = [await controlPlane(), await controlPlane()];
    const kept = new Kept([first.port, second.port], { random: () => random });
    await kept.tunnel();
    kept.connection.renew(shared(identity, other));
    if (afterMs > 0) clock.advance(afterMs - 1);
    expect(kept.connection.websocket).toBeDefined();
    clock.advance(1);
    expect(kept.connection.websocket).toBeUndefined();
    const session = await first.session();
    await eventually('a close frame', () => session.frames.some(({ type }) => type === 'close'));
    session.send('close');
    await kept.tunnel(2);
    expect(kept.opened.map(({ address }) => address)).toEqual([0, 1].map(() => `127.0.0.1:${first.port}`));
    expect(kept.renewals).toEqual([`127.0.0.1:${first.port}`]);
    expect(kept.losses).toEqual([]);
    expect(second.attempts).toBe(0);
  });

  it('do not wait more than a second for the control plane to answer the close frame', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port], { random: () => 0 });
    await kept.tunnel();
    kept.connection.renew(shared(identity, other));
    clock.advance(0);
    const session = await there.session();
    await eventually('a close frame', () => session.frames.some(({ type }) => type === 'close'));
    clock.advance(999);
    await settled();
    expect(kept.renewals).toEqual([]);
    clock.advance(1);
    await kept.tunnel(2);
    expect(kept.renewals).toHaveLength(1);
  });

  it('that change twice open the tunnel again once, with the last ones', async () => {
    const there = await controlPlane(other);
    const kept = new Kept([there.port], { trust: shared(identity, other) });
    await kept.tunnel();
    kept.connection.renew(shared(identity));
    clock.advance(4_000);
    kept.connection.renew(shared(other));
    clock.advance(4_999);
    expect(kept.connection.websocket).toBeDefined();
    clock.advance(1_002);
    await kept.tunnel(2);
    clock.advance(60_000);
    await settled();
    expect(there.attempts).toBe(2);
    expect(kept.losses).toEqual([]);
  });

  it('restart an attempt that is under way', async () => {
    const there = await controlPlane(other);
    let dials = 0;
    const kept = new Kept([there.port], {
      random: () => 0,
      connect: (address) => {
        dials += 1;
        return connect(address);
      },
    });
    kept.connection.renew(shared(identity, other));
    clock.advance(0);
    await kept.tunnel();
    expect(dials).toBe(2);
    expect(kept.losses).toEqual([]);
  });

  it('are used by the attempt after a pause, which stays as it is', async () => {
    const there = await controlPlane(other);
    const kept = new Kept([there.port]);
    await kept.loss();
    kept.connection.renew(shared(other));
    clock.advance(749);
    await settled();
    expect(kept.losses).toHaveLength(1);
    clock.advance(1);
    await kept.tunnel();
  });
});

describe('a connection that is closed', () => {
  it('sends a close frame, and does not wait for an answer', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    const websocket = await kept.tunnel();
    kept.connection.close();
    expect(kept.connection.websocket).toBeUndefined();
    const session = await there.session();
    await eventually('a close frame', () => session.frames.some(({ type }) => type === 'close'));
    clock.advance(99);
    await settled();
    expect(websocket.readyState).toBe(websocket.CLOSING);
    clock.advance(1);
    await eventually('the end', () => session.ended);
    clock.advance(60_000);
    await settled();
    expect(there.attempts).toBe(1);
    expect(kept.losses).toEqual([]);
  });

  it('makes no further attempt after a pause', async () => {
    const kept = new Kept(await closedPorts(1));
    await kept.loss();
    kept.connection.close();
    clock.advance(1_000);
    await settled();
    expect(kept.losses).toHaveLength(1);
  });

  it('ends an attempt that is under way', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    kept.connection.close();
    await settled();
    clock.advance(60_000);
    expect([...kept.opened, ...kept.losses]).toEqual([]);
  });

  it('is not opened by a renewal that was planned', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    await kept.tunnel();
    kept.connection.renew(shared(identity));
    kept.connection.close();
    clock.advance(10_000);
    await settled();
    expect(there.attempts).toBe(1);
    expect(kept.renewals).toEqual([]);
  });

  it('can be started again, whatever becomes of the old tunnel', async () => {
    const there = await controlPlane();
    const kept = new Kept([there.port]);
    await kept.tunnel();
    kept.connection.close();
    kept.connection.start();
    const second = await kept.tunnel(2);
    clock.advance(100);
    await eventually('the end of the first', () => there.sessions[0]!.ended);
    await settled();
    expect(kept.connection.websocket).toBe(second);
    expect(kept.losses).toEqual([]);
  });
});
