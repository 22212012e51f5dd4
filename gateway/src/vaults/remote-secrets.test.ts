/** How long values of vaults are used, and when they are asked for again. */
import { beforeEach, describe, expect, it } from 'vitest';

import { ManualClock } from '../../test/fixtures/manual-clock.ts';
import { createLog } from '../base/log.ts';
import { RemoteSecrets } from './remote-secrets.ts';
import { SecretExpired, SecretMissing } from './secret-source.ts';
import type { SecretSource } from './secret-source.ts';

const LIFETIMES = { ttl: 60, neg_ttl: 0, resurrect_ttl: 120 };

let clock: ManualClock;
let secrets: RemoteSecrets;
let changes: number;
let asked: number;
let logged: string[];
/** What the vault answers: a value, or an error. */
let answer: string | Error;

const source: SecretSource = {
  name: 'a vault',
  fetch: async () => {
    asked += 1;
    await Promise.resolve();
    if (typeof answer !== 'string') throw answer;
    return answer;
  },
};

beforeEach(() => {
  clock = new ManualClock();
  [changes, asked, logged, answer] = [0, 0, [], 'first'];
  const log = createLog({ level: 'debug', write: (line) => void logged.push(line) });
  secrets = new RemoteSecrets({ clock, log, onChange: () => { changes += 1; } });
});

const read = (lifetimes = LIFETIMES) => secrets.read(source, 'key', 'name', undefined, lifetimes);

/** Lets what has been asked for arrive. */
async function arrive(): Promise<void> {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
}

async function pass(seconds: number): Promise<void> {
  clock.advance(seconds * 1_000);
  await arrive();
}

/** Reads for the first time, so that the value is there. */
async function readFirst(lifetimes = LIFETIMES): Promise<void> {
  expect(() => read(lifetimes)).toThrow('a vault has not answered yet');
  await arrive();
  expect(read(lifetimes)).toBe('first');
}

describe('a secret', () => {
  it('is there after the vault has answered, and is asked for once by many readers', async () => {
    expect(() => read()).toThrow('a vault has not answered yet');
    expect(() => read()).toThrow();
    expect(secrets.pending).toBe(1);
    await arrive();
    expect([read(), changes, asked, secrets.pending]).toEqual(['first', 1, 1, 0]);
  });

  it('is read again after its ttl, and a new value is in use at once', async () => {
    await readFirst();
    answer = 'second';
    await pass(59);
    expect([read(), asked]).toEqual(['first', 1]);
    await pass(1);
    expect([read(), asked, changes]).toEqual(['second', 2, 2]);
  });

  it('that is the same again is no change', async () => {
    await readFirst();
    for (let n = 0; n < 3; n += 1) await pass(60);
    expect([read(), asked, changes]).toEqual(['first', 4, 1]);
  });

  it('without a ttl is never read again', async () => {
    await readFirst({ ...LIFETIMES, ttl: 0 });
    await pass(1_000_000);
    expect([read({ ...LIFETIMES, ttl: 0 }), asked]).toEqual(['first', 1]);
  });

  it.each([
    new Error('out of reach'), new SecretMissing('there is no secret name'),
  ])('stays in use for its resurrect_ttl when %s', async (error) => {
    await readFirst();
    answer = error;
    for (let n = 0; n < 179; n += 1) await pass(1);
    expect(read()).toBe('first');
    for (let n = 0; n < 3; n += 1) await pass(1);
    expect(() => read()).toThrow(SecretExpired);
    expect(changes).toBe(2);
    answer = 'back';
    await pass(60);
    expect(read()).toBe('back');
  });

  it('that the vault does not give is asked for less and less often, up to once a minute', async () => {
    answer = new Error('out of reach');
    expect(() => read()).toThrow('not answered yet');
    await arrive();
    expect(() => read()).toThrow('a vault: out of reach');
    for (let n = 0; n < 63; n += 1) await pass(1);
    expect(asked).toBe(7);
    for (let n = 0; n < 600; n += 1) await pass(1);
    expect(asked).toBe(17);
    expect(logged.filter((line) => line.includes('could not be read'))).toHaveLength(1);
  });

  it('that does not exist is looked for again after its neg_ttl', async () => {
    answer = new SecretMissing('there is no secret name');
    const lifetimes = { ...LIFETIMES, neg_ttl: 300 };
    expect(() => read(lifetimes)).toThrow();
    await arrive();
    for (let n = 0; n < 299; n += 1) await pass(1);
    expect(asked).toBe(1);
    await pass(1);
    expect(asked).toBe(2);
  });

  it('that no configuration reads any more is forgotten', async () => {
    await readFirst();
    secrets.begin();
    secrets.forgetOthers();
    await pass(600);
    expect([asked, clock.timers]).toEqual([1, 0]);
    expect(() => read()).toThrow('not answered yet');
  });

  it('never appears in the log', async () => {
    answer = 'hunter2-of-the-vault';
    expect(() => read()).toThrow();
    await arrive();
    answer = new Error('out of reach');
    await pass(60);
    expect(logged.join()).not.toContain('hunter2');
  });
});

describe('waiting for secrets', () => {
  it('ends when all have been answered, be it with an error', async () => {
    answer = new Error('out of reach');
    expect(() => read()).toThrow();
    await secrets.settled(5_000);
    expect(() => read()).toThrow('out of reach');
  });

  it('ends after the limit', async () => {
    const silent: SecretSource = { name: 'silent', fetch: () => new Promise(() => undefined) };
    expect(() => secrets.read(silent, 'k', 'n', undefined, LIFETIMES)).toThrow();
    const settled = secrets.settled(5_000);
    clock.advance(5_000);
    await settled;
    expect(secrets.pending).toBe(1);
  });

  it('does not begin when nothing is asked for', async () => {
    await secrets.settled(5_000);
    expect(clock.timers).toBe(0);
  });
});

it('asks no more than eight times at the same time', async () => {
  let open = 0;
  let most = 0;
  const counting: SecretSource = {
    name: 'counting',
    fetch: async (secret) => {
      open += 1;
      most = Math.max(most, open);
      await new Promise((resolve) => void setImmediate(resolve));
      open -= 1;
      return secret;
    },
  };
  const names = Array.from({ length: 50 }, (_, n) => `secret-${n}`);
  for (const name of names) expect(() => secrets.read(counting, 'k', name, undefined, LIFETIMES)).toThrow();
  await secrets.settled(5_000);
  expect(names.map((name) => secrets.read(counting, 'k', name, undefined, LIFETIMES))).toEqual(names);
  expect(most).toBe(8);
});
