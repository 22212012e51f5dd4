/** What a data plane does with messages: real compression, a receiver that takes its time. */
import { gzipSync } from 'node:zlib';

import { beforeEach, describe, expect, it } from 'vitest';

import { eventually } from '../../test/fixtures/eventually.ts';
import { createLog } from '../base/log.ts';
import { hashConfigTable, NO_HASH } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { ConfigurationIntake } from './configuration-intake.ts';
import type { ApplyOutcome } from './configuration-intake.ts';
import type { ApplyFailure } from './protocol.ts';

const TABLE: ConfigTable = { _format_version: '3.0', parameters: [{ key: 'cluster_id', value: '1', created_at: null }] };

interface Line {
  readonly level: string;
  readonly message: string;
  readonly hash?: string;
}

type Outcome = () => ApplyOutcome | Promise<ApplyOutcome>;

/** An intake, and all that it called. */
class Setup {
  /** What the receiver answers. */
  outcome: Outcome;
  readonly lines: Line[] = [];
  readonly applied: string[] = [];
  readonly refused: ApplyFailure[] = [];
  readonly unreadable: string[] = [];
  running = 0;
  /** Applications under way now, and the most at any time. */
  active = 0;
  mostActive = 0;
  hash = NO_HASH;
  readonly intake: ConfigurationIntake;

  constructor(maxUnpackedBytes?: number) {
    this.outcome = () => ({ applied: true });
    this.intake = new ConfigurationIntake({
      receiver: { currentHash: () => this.hash, apply: (_table, hash) => this.#apply(hash) },
      log: createLog({ level: 'info', write: (line) => void this.lines.push(JSON.parse(line) as Line) }),
      onRunning: () => this.running += 1,
      onRefused: (failure) => void this.refused.push(failure),
      onUnreadable: (reason) => void this.unreadable.push(reason),
      ...maxUnpackedBytes !== undefined && { maxUnpackedBytes },
    });
  }

  push(hash: unknown, table: unknown = TABLE): void {
    this.intake.offer(gzipSync(JSON.stringify({ type: 'reconfigure', config_table: table, config_hash: hash })));
  }

  async #apply(hash: string): Promise<ApplyOutcome> {
    this.active += 1;
    this.mostActive = Math.max(this.mostActive, this.active);
    this.applied.push(hash);
    try {
      const outcome = await this.outcome();
      if (outcome.applied) this.hash = hash;
      return outcome;
    } finally {
      this.active -= 1;
    }
  }
}

let setup: Setup;
beforeEach(() => {
  setup = new Setup();
});

/** A promise that is fulfilled from outside. */
function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open = () => undefined as void;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 50));

describe('messages that come while one is applied', () => {
  it('wait, and only the newest of them is applied', async () => {
    const { open, passed } = gate();
    setup.outcome = async () => {
      await passed;
      return { applied: true };
    };
    setup.push('a');
    await eventually('the first is applied', () => setup.active === 1);
    for (const hash of ['b', 'c', 'd']) setup.push(hash);
    await settled();
    expect(setup.applied).toEqual(['a']);
    open();
    await eventually('the newest runs', () => setup.hash === 'd');
    await settled();
    expect(setup.applied).toEqual(['a', 'd']);
    expect(setup.mostActive).toBe(1);
    expect(setup.running).toBe(2);
  });

  it('are forgotten when their connection ends; what is under way goes on', async () => {
    const { open, passed } = gate();
    setup.outcome = async () => {
      await passed;
      return { applied: true };
    };
    setup.push('a');
    await eventually('the first is applied', () => setup.active === 1);
    setup.push('b');
    setup.intake.clear();
    open();
    await eventually('the first runs', () => setup.hash === 'a');
    await settled();
    expect(setup.applied).toEqual(['a']);
    setup.push('c');
    await eventually('the next one runs', () => setup.hash === 'c');
  });
});

describe('a configuration', () => {
  it('runs, and is logged with its hash', async () => {
    setup.push('a');
    await eventually('it runs', () => setup.running === 1);
    expect(setup.applied).toEqual(['a']);
    expect(setup.lines).toMatchObject([{ level: 'notice', message: 'configuration applied', hash: 'a' }]);
  });

  it.each([[''], [undefined], [5]])('with the hash %j gets one that is computed', async (hash) => {
    setup.push(hash);
    await eventually('it runs', () => setup.running === 1);
    expect(setup.applied).toEqual([hashConfigTable(TABLE).config]);
  });

  it('without entities gets the hash of zeros', async () => {
    setup.hash = 'a';
    setup.push('b', { _format_version: '3.0' });
    await eventually('it runs', () => setup.running === 1);
    expect(setup.applied).toEqual([NO_HASH]);
  });

  it('that runs already is not applied again', async () => {
    setup.hash = 'a';
    setup.push('a');
    await eventually('it runs', () => setup.running === 1);
    expect(setup.applied).toEqual([]);
    expect(setup.lines).toEqual([]);
  });

  it('that is refused is reported under the hash that the control plane gave it', async () => {
    setup.outcome = () => ({ applied: false, message: 'no such plugin', errors: [{ field: 'x' }] });
    setup.push('a');
    await eventually('the refusal', () => setup.refused.length === 1);
    expect(setup.refused).toEqual([{
      type: 'error',
      error: {
        name: 'declarative configuration parse failure', message: 'no such plugin', source: 'hybridge.data-plane.apply', config_hash: 'a',
        flattened_errors: [{ field: 'x' }],
      },
    }]);
    expect(setup.lines).toMatchObject([{ level: 'error', message: 'configuration refused, the old one stays: no such plugin', hash: 'a' }]);
    expect(setup.running).toBe(0);
  });

  it('on which the receiver throws is refused, and the next one is taken', async () => {
    setup.outcome = () => {
      throw new Error('a defect');
    };
    setup.push('a');
    await eventually('the refusal', () => setup.refused.length === 1);
    expect(setup.refused[0]!.error).toMatchObject({ message: 'a defect', flattened_errors: [] });
    setup.outcome = () => ({ applied: true });
    setup.push('b');
    await eventually('the next one runs', () => setup.hash === 'b');
  });

  it.each([[undefined], [null], ['text']])('whose table is %j is logged and ignored', async (table) => {
    setup.push('a', table ?? (table === null ? null : 0));
    await eventually('a line', () => setup.lines.length === 1);
    expect(setup.lines).toMatchObject([{ level: 'error', message: 'the control plane sent a configuration without config_table' }]);
    expect([setup.applied, setup.refused, setup.unreadable, setup.running]).toEqual([[], [], [], 0]);
  });
});

describe('a message', () => {
  it('of another type is logged and ignored', async () => {
    setup.intake.offer(gzipSync('{"type":"other"}'));
    await eventually('a line', () => setup.lines.length === 1);
    expect(setup.lines).toMatchObject([{ level: 'info', message: 'a message of type "other" from the control plane is ignored' }]);
    expect([setup.applied, setup.unreadable, setup.running]).toEqual([[], [], 0]);
  });

  it.each<[string, Buffer]>([
    ['not compressed', Buffer.from('{"type":"reconfigure"}')],
    ['not JSON', gzipSync('x')],
    ['a string', gzipSync('"x"')],
    ['null', gzipSync('null')],
    ['cut off', gzipSync('{"type":"reconfigure"}').subarray(0, 20)],
  ])('that is %s is unreadable', async (_, data) => {
    setup.intake.offer(data);
    await eventually('the verdict', () => setup.unreadable.length === 1);
    expect(setup.unreadable).toEqual(['the control plane sent something that is not a compressed JSON message']);
  });

  it('that unpacks to more than the limit is unreadable, and one of just the limit is not', async () => {
    const text = JSON.stringify({ type: 'other', padding: ' '.repeat(100_000) });
    const limited = new Setup(text.length);
    limited.intake.offer(gzipSync(text));
    await eventually('it is read', () => limited.lines.length === 1);
    limited.intake.offer(gzipSync(`${text} `));
    await eventually('the verdict', () => limited.unreadable.length === 1);
    expect(limited.unreadable).toEqual([`the control plane sent a message that unpacks to more than ${text.length} bytes`]);
  });

  it('that is unreadable does not blame a connection that came after its own', async () => {
    setup.intake.offer(gzipSync('x'));
    setup.intake.clear();
    setup.push('a');
    await eventually('the next one runs', () => setup.hash === 'a');
    expect(setup.unreadable).toEqual([]);
  });
});
