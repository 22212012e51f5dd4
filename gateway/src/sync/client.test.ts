/** What a data plane says to its control plane, and when it gives it up: a minimal control plane with TLS, a manual clock. */
import { gzipSync } from 'node:zlib';

import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { MinimalControlPlane } from '../../test/fixtures/minimal-control-plane.ts';
import type { MinimalSession } from '../../test/fixtures/minimal-control-plane.ts';
import { sharedIdentity } from '../../test/fixtures/tunnel-certificates.ts';
import type { Identity } from '../../test/fixtures/tunnel-certificates.ts';
import { createLog } from '../base/log.ts';
import { NO_HASH } from '../model/config-hash.ts';
import { TunnelClient } from './client.ts';
import type { ApplyOutcome } from './configuration-intake.ts';
import type { NodeReport } from './protocol.ts';

const NOTHING: Omit<NodeReport, 'type'> = { quarantined: { total: 0, entities: [] }, refused: null };
const NODE = { id: 'n-1', hostname: 'dp-1', version: '3.9.1' };
const INFO = { plugins: [{ name: 'key-auth', version: '3.9.1' }], labels: { region: 'eu' } };
const TABLE = { _format_version: '3.0', parameters: [{ key: 'cluster_id', value: '1' }] };

/** A manual clock that counts how often it is looked at: hearing from the control plane is nothing else. */
class WatchedClock extends ManualClock {
  looks = 0;

  override now(): number {
    this.looks += 1;
    return super.now();
  }
}

let identity: Identity;
let clock: WatchedClock;
let controlPlane: MinimalControlPlane;
let client: TunnelClient;
let lines: { readonly level: string; readonly message: string }[];
let running: string;
let reportNow: Omit<NodeReport, 'type'>;
let applied: string[];
/** What the receiver does with a configuration. */
let apply: (hash: string) => ApplyOutcome | Promise<ApplyOutcome>;

beforeAll(async () => {
  identity = await sharedIdentity();
});

beforeEach(async () => {
  [clock, lines, running, applied] = [new WatchedClock(), [], NO_HASH, []];
  apply = () => ({ applied: true });
  reportNow = NOTHING;
  controlPlane = await new MinimalControlPlane(identity).start();
  client = new TunnelClient({
    trust: { mode: 'shared', identity }, controlPlanes: [{ host: '127.0.0.1', port: controlPlane.port }],
    node: NODE, info: INFO, clock, random: () => 0.5,
    log: createLog({ level: 'info', write: (line) => void lines.push(JSON.parse(line) as typeof lines[number]) }),
    report: () => reportNow,
    receiver: {
      currentHash: () => running,
      apply: async (_table, hash) => {
        applied.push(hash);
        const outcome = await apply(hash);
        if (outcome.applied) running = hash;
        return outcome;
      },
    },
  });
});

afterEach(async () => {
  client.close();
  await controlPlane.stop();
});

const said = (text: string) => lines.filter(({ message }) => message.includes(text));
/** Long enough for what must not happen to have happened. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 50));
const hashOf = (letter: string) => letter.repeat(32);

/** The n-th session, after basic_info, the first ping, and the pong that it gets. */
async function session(number = 1): Promise<MinimalSession> {
  const before = clock.looks;
  if (number === 1) client.start();
  const opened = await controlPlane.session(number);
  await eventually('the opening and the pong are heard', () => clock.looks >= before + 2);
  return opened;
}

function push(to: MinimalSession, letter: string): void {
  to.push({ type: 'reconfigure', config_table: TABLE, config_hash: hashOf(letter) });
}

/** Ends a session from the side of the control plane. @returns the pause until the next one, in seconds, as logged */
async function reset(ended: MinimalSession): Promise<number> {
  const before = said('broken').length;
  ended.reset();
  const { message } = await eventually('the loss', () => said('broken')[before]);
  return Number(/\(retrying after ([\d.]+) seconds\)$/.exec(message)![1]);
}

/** Waits until the client has heard something. */
async function heard(send: () => void): Promise<void> {
  const before = clock.looks;
  send();
  await eventually('it is heard', () => clock.looks > before);
}

describe('a data plane', () => {
  it('connects once, introduces itself, and says what it runs', async () => {
    expect(client.connected).toBe(false);
    running = hashOf('r');
    client.start();
    const opened = await session();
    expect(opened.messages).toEqual([{ type: 'basic_info', ...INFO }]);
    expect(opened.pings).toEqual([hashOf('r')]);
    expect(client.connected).toBe(true);
    expect(lines).toMatchObject([{ level: 'notice', message: `connected to control plane 127.0.0.1:${controlPlane.port}` }]);
    expect(controlPlane.attempts).toBe(1);
  });

  it('pings every 30 seconds, on one tunnel at a time', async () => {
    const first = await session();
    clock.advance(29_999);
    await heard(() => first.send('ping'));
    expect(first.pings).toHaveLength(1);
    clock.advance(1);
    await eventually('a ping', () => first.pings.length === 2);
    clock.advance(await reset(first) * 1_000);
    expect(client.connected).toBe(false);
    const second = await session(2);
    clock.advance(30_000);
    await eventually('a ping', () => second.pings.length === 2);
    await heard(() => second.send('ping'));
    expect(second.pings).toHaveLength(2);
  });

  it('pings at once when a configuration runs, and when it runs already', async () => {
    const opened = await session();
    push(opened, 'a');
    await opened.pinged(hashOf('a'));
    push(opened, 'a');
    await eventually('a second ping', () => opened.pings.length === 3);
    expect(opened.pings).toEqual([NO_HASH, hashOf('a'), hashOf('a')]);
    expect(applied).toEqual([hashOf('a')]);
  });

  it('says nothing more once it is closed', async () => {
    const opened = await session();
    client.close();
    expect(client.connected).toBe(false);
    await eventually('a close frame', () => opened.frames.some(({ type }) => type === 'close'));
    clock.advance(120_000);
    await eventually('the end', () => opened.ended);
    expect(opened.pings).toHaveLength(1);
    expect(controlPlane.attempts).toBe(1);
    expect(lines).toHaveLength(1);
  });
});

describe('a control plane that says nothing', () => {
  it('is given up after 45 seconds, at the next look', async () => {
    await session();
    clock.advance(45_000);
    expect(client.connected).toBe(true);
    clock.advance(4_999);
    expect(client.connected).toBe(true);
    clock.advance(1);
    expect(client.connected).toBe(false);
    await eventually('the loss', () => said('broken').length === 1);
    expect(lines.at(-1)).toMatchObject({
      level: 'warn',
      message: `connection to control plane 127.0.0.1:${controlPlane.port} broken: nothing heard from the control plane within 45 seconds `
        + '(retrying after 0.8 seconds)',
    });
  });

  it.each<[string, (opened: MinimalSession) => void, string | undefined]>([
    ['a pong', (opened) => opened.send('pong'), undefined],
    ['a ping', (opened) => opened.send('ping'), 'a ping from the control plane is ignored'],
    ['a text frame', (opened) => opened.send('text', 'x'), 'a text frame from the control plane is ignored'],
    ['a message', (opened) => opened.push({ type: 'other' }), undefined],
  ])('but %s is not given up', async (_, send, notice) => {
    const opened = await session();
    lines.length = 0;
    clock.advance(29_000);
    await heard(() => send(opened));
    expect(lines.filter(({ level }) => level === 'notice').map(({ message }) => message)).toEqual(notice === undefined ? [] : [notice]);
    clock.advance(41_000);
    expect(client.connected).toBe(true);
    clock.advance(10_000);
    expect(client.connected).toBe(false);
  });
});

describe('a configuration that is refused', () => {
  beforeEach(() => {
    apply = () => ({ applied: false, message: 'no such service' });
  });

  it('is reported where the control plane asks for reports', async () => {
    controlPlane.headers = ['Hybridge-Error-Reports: accept'];
    const opened = await session();
    push(opened, 'a');
    const [, report] = await eventually('the report', () => opened.messages.length > 1 && opened.messages);
    expect(report).toMatchObject({ type: 'error', error: { message: 'no such service', config_hash: hashOf('a') } });
    expect(opened.pings).toHaveLength(1);
  });

  it.each([[[]], [['Hybridge-Error-Reports: no']]])('is not reported with the headers %j', async (headers) => {
    controlPlane.headers = headers;
    const opened = await session();
    push(opened, 'a');
    await eventually('it is refused', () => said('configuration refused').length === 1);
    apply = () => ({ applied: true });
    push(opened, 'b');
    await opened.pinged(hashOf('b'));
    expect(opened.messages).toHaveLength(1);
  });

  it('is not reported to the next control plane that does not ask', async () => {
    controlPlane.headers = ['Hybridge-Error-Reports: accept'];
    const first = await session();
    controlPlane.headers = [];
    clock.advance(await reset(first) * 1_000);
    const second = await session(2);
    push(second, 'a');
    await eventually('it is refused', () => said('configuration refused').length === 1);
    apply = () => ({ applied: true });
    push(second, 'b');
    await second.pinged(hashOf('b'));
    expect(second.messages).toHaveLength(1);
  });
});

it('pauses grow until a configuration runs', async () => {
  const pauses: number[] = [];
  for (const number of [1, 2, 3]) {
    const opened = await session(number);
    if (number === 3) {
      push(opened, 'a');
      await opened.pinged(hashOf('a'));
    }
    pauses.push(await reset(opened));
    clock.advance(pauses.at(-1)! * 1_000);
  }
  expect(pauses).toEqual([0.8, 1.5, 0.8]);
});

it('an unreadable message ends the tunnel, with the reason', async () => {
  const opened = await session();
  opened.send('binary', gzipSync('no JSON'));
  await eventually('the loss', () => said('broken').length === 1);
  const reason = 'the control plane sent something that is not a compressed JSON message';
  expect(lines.slice(1).map(({ level, message }) => [level, message])).toEqual([
    ['error', `${reason}; reconnecting`],
    ['warn', `connection to control plane 127.0.0.1:${controlPlane.port} broken: ${reason} (retrying after 0.8 seconds)`],
  ]);
});

describe('a configuration that waits for the one before it is forgotten', () => {
  it.each<[string, (opened: MinimalSession) => Promise<unknown>]>([
    ['breaks', async (opened) => reset(opened)],
    ['is renewed', async (opened) => {
      client.renew({ mode: 'shared', identity });
      clock.advance(5_000);
      await eventually('a close frame', () => opened.frames.some(({ type }) => type === 'close'));
      opened.send('close');
      await eventually('the renewal', () => said('again, with the renewed certificate').length === 1);
    }],
    ['is closed', async () => client.close()],
  ])('when its tunnel %s', async (_, end) => {
    let open: (outcome: ApplyOutcome) => void = () => undefined;
    apply = () => new Promise<ApplyOutcome>((resolve) => {
      open = resolve;
    });
    const opened = await session();
    push(opened, 'a');
    await eventually('the first is applied', () => applied.length === 1);
    await heard(() => push(opened, 'b'));
    await end(opened);
    open({ applied: true });
    await eventually('the first runs', () => running === hashOf('a'));
    await settled();
    expect(applied).toEqual([hashOf('a')]);
  });
});

describe('a report of what is not served', () => {
  const degraded = { quarantined: { total: 1, entities: [{ entity: 'plugins', id: 'p', name: null, reason: 'r' }] }, refused: null };
  const reports = ({ messages }: MinimalSession) => messages.filter(({ type }) => type === 'report');

  it('goes to a control plane that asks for it: when it changes, before the ping', async () => {
    controlPlane.headers = ['Hybridge-Node-Reports: accept'];
    const opened = await session();
    expect(reports(opened)).toEqual([]);
    reportNow = degraded;
    push(opened, 'a');
    await opened.pinged(hashOf('a'));
    expect(reports(opened)).toEqual([{ type: 'report', ...degraded }]);
    push(opened, 'b');
    await opened.pinged(hashOf('b'));
    expect(reports(opened)).toHaveLength(1);
    reportNow = NOTHING;
    clock.advance(30_000);
    await eventually('the report', () => reports(opened).length === 2);
    expect(reports(opened)[1]).toEqual({ type: 'report', ...NOTHING });
  });

  it('goes to it at once when a configuration is refused, and again after a new connection', async () => {
    controlPlane.headers = ['Hybridge-Node-Reports: accept'];
    apply = (hash) => {
      reportNow = { ...NOTHING, refused: { config_hash: hash, message: 'no' } };
      return { applied: false, message: 'no' };
    };
    const first = await session();
    push(first, 'a');
    await eventually('the report', () => reports(first).length === 1);
    clock.advance(await reset(first) * 1_000);
    const second = await session(2);
    await eventually('the report', () => reports(second).length === 1);
    expect(reports(second)[0]).toMatchObject({ refused: { config_hash: hashOf('a') } });
  });

  it('goes to no other control plane, which might end the session', async () => {
    controlPlane.headers = ['Hybridge-Error-Reports: accept'];
    reportNow = degraded;
    const opened = await session();
    push(opened, 'a');
    await opened.pinged(hashOf('a'));
    expect(reports(opened)).toEqual([]);
  });
});
