/** How each algorithm chooses: shares by weight, places on the ring, what is left out. */
import { array, assert as check, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Address } from './address.ts';
import type { Algorithm, TargetAddresses } from './algorithm.ts';
import { ConsistentHashing } from './consistent-hashing.ts';
import { Latency } from './latency.ts';
import { LeastConnections } from './least-connections.ts';
import { RoundRobin, wheelOf } from './round-robin.ts';
import { xxhash32 } from './xxhash32.ts';

const targetsOf = (weights: readonly number[], ip = '10.0.0.1'): TargetAddresses[] => weights.map((weight, index) => (
  { host: ip, port: 8000 + index, addresses: [new Address({ ip, port: 8000 + index, hostname: ip, weight })] }));

const NO_FAILURES: ReadonlySet<Address> = new Set();

/** How often each port is chosen. */
function counts(algorithm: Algorithm, times: number, inputs = (at: number) => `key-${at}`): Record<number, number> {
  const found: Record<number, number> = {};
  for (let at = 0; at < times; at += 1) {
    const port = algorithm.choose({ hashInput: inputs(at), failed: NO_FAILURES })?.port ?? 0;
    found[port] = (found[port] ?? 0) + 1;
  }
  return found;
}

const ALGORITHMS: readonly (readonly [string, (targets: readonly TargetAddresses[]) => Algorithm])[] = [
  ['round robin', (targets) => new RoundRobin(targets)],
  ['consistent hashing', (targets) => new ConsistentHashing(targets, 1000)],
  ['least connections', (targets) => new LeastConnections(targets)],
  ['latency', (targets) => new Latency(targets)],
];

describe.each(ALGORITHMS)('%s', (_, create) => {
  it('has no address for nothing, for weight 0 and for what is unhealthy', () => {
    expect(counts(create([]), 1)).toEqual({ 0: 1 });
    expect(counts(create(targetsOf([0])), 1)).toEqual({ 0: 1 });
    const targets = targetsOf([1]);
    const algorithm = create(targets);
    targets[0]!.addresses[0]!.health.set(false);
    expect(counts(algorithm, 1)).toEqual({ 0: 1 });
  });

  it('never chooses what is not available, and always what is', () => {
    const state = record({ weight: integer({ min: 0, max: 300 }), isHealthy: constantFrom(true, false) });
    check(property(array(state, { minLength: 1, maxLength: 12 }), (states) => {
      const targets = targetsOf(states.map(({ weight }) => weight));
      const algorithm = create(targets);
      for (const [index, { isHealthy }] of states.entries()) targets[index]!.addresses[0]!.health.set(isHealthy);
      const good = states.flatMap(({ weight, isHealthy }, index) => (weight > 0 && isHealthy ? [8000 + index] : []));
      const chosen = Object.keys(counts(algorithm, 40)).map(Number);
      expect(chosen.filter((port) => !(good.length === 0 ? [0] : good).includes(port))).toEqual([]);
    }));
  });
});

describe('the wheel of round robin', () => {
  it('has each address as often as its weight says, in lowest terms', () => {
    check(property(array(integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 8 }), (weights) => {
      const wheel = wheelOf(weights);
      const found = weights.map((_, index) => wheel.filter((entry) => entry === index).length);
      const factor = weights[0]! / found[0]!;
      expect(found.map((count) => count * factor)).toEqual(weights);
    }));
  });

  it('visits every address as often as it is on the wheel in each round, wherever it begins', () => {
    check(property(array(integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }), integer({ min: 0, max: 50 }), (weights, skipped) => {
      const algorithm = new RoundRobin(targetsOf(weights));
      counts(algorithm, skipped);
      const seen = counts(algorithm, wheelOf(weights).length);
      const wheel = wheelOf(weights);
      expect(seen).toEqual(Object.fromEntries(weights.map((__, index) => [8000 + index, wheel.filter((entry) => entry === index).length])));
    }));
  });

  it('is bounded: weights that would need more are rounded, and none disappears', () => {
    const wheel = wheelOf([65_535, 65_534, 1, ...Array.from({ length: 60 }, () => 65_535)]);
    expect(wheel.length).toBeLessThanOrEqual(1_000_100);
    expect(new Set(wheel).size).toBe(63);
  });

  it('is shuffled', () => {
    const values = [0.1, 0.9, 0.5, 0.3, 0.7];
    const orders = [0, 3].map((from) => {
      let at = from;
      const algorithm = new RoundRobin(targetsOf(Array.from({ length: 8 }, () => 1)), undefined, () => values[at++ % values.length]!);
      return Array.from({ length: 8 }, () => algorithm.choose()!.port).join();
    });
    expect(orders[0]).not.toBe(orders[1]);
  });

  it('goes on where the one before it was', () => {
    const targets = targetsOf([1, 1, 1, 1]);
    const noShuffle = () => 0.999_999;
    const before = new RoundRobin(targets, undefined, noShuffle);
    const first = before.choose()!.port;
    expect(new RoundRobin(targets, before, noShuffle).choose()!.port).not.toBe(first);
  });
});

describe('the hash', () => {
  it.each([
    ['', 0x02cc5d05], ['a', 0x550d7456], ['abc', 0x32d153ff],
    ['0123456789abcdef', 0xc2c45b69],
  ])('of %j is that of the specification', (text, expected) => {
    expect(xxhash32(Buffer.from(text))).toBe(expected);
  });
});

describe('the ring of consistent hashing', () => {
  const KEYS = Array.from({ length: 24 }, (_, at) => `key-${at}`);

  it('has the places that Kong gives to the same addresses', () => {
    const targets = targetsOf([100, 100, 100, 100], '127.0.0.1').map((target, index) => {
      const port = 21_000 + index;
      return { ...target, port, addresses: [new Address({ ip: '127.0.0.1', port, hostname: '127.0.0.1', weight: 100 })] };
    });
    const ring = new ConsistentHashing(targets, 1000);
    const order = KEYS.map((hashInput) => ring.choose({ hashInput, failed: NO_FAILURES })!.port - 21_000).join('');
    expect(order).toBe('013312110023200202203220');
  });

  it('is the same in whatever order targets come', () => {
    check(property(array(integer({ min: 1, max: 100 }), { minLength: 2, maxLength: 8 }), (weights) => {
      const targets = targetsOf(weights);
      const [one, other] = [targets, targets.toReversed()].map((order) => new ConsistentHashing(order, 1000));
      for (const hashInput of KEYS) {
        expect(one!.choose({ hashInput, failed: NO_FAILURES })).toBe(other!.choose({ hashInput, failed: NO_FAILURES }));
      }
    }));
  });

  it('moves nothing but what an unhealthy address had', () => {
    check(property(integer({ min: 3, max: 8 }), integer({ min: 0, max: 2 }), (count, failing) => {
      const targets = targetsOf(Array.from({ length: count }, () => 100));
      const ring = new ConsistentHashing(targets, 10_000);
      const before = KEYS.map((hashInput) => ring.choose({ hashInput, failed: NO_FAILURES })!.port);
      targets[failing]!.addresses[0]!.health.set(false);
      const after = KEYS.map((hashInput) => ring.choose({ hashInput, failed: NO_FAILURES })!.port);
      const moved = before.filter((port, index) => port !== after[index]);
      expect(moved.every((port) => port === 8000 + failing)).toBe(true);
      expect(after).not.toContain(8000 + failing);
    }));
  });

  it('moves about its share when a target joins', () => {
    const of = (count: number) => {
      const ring = new ConsistentHashing(targetsOf(Array.from({ length: count }, () => 100)), 10_000);
      return Array.from({ length: 4_000 }, (_, at) => ring.choose({ hashInput: `user ${at}`, failed: NO_FAILURES })!.port);
    };
    const [four, five] = [of(4), of(5)];
    const moved = four.filter((port, index) => port !== five[index]).length / 4_000;
    expect(moved).toBeGreaterThan(0.1);
    expect(moved).toBeLessThan(0.4);
  });

  it('gives shares by weight', () => {
    const seen = counts(new ConsistentHashing(targetsOf([100, 300]), 10_000), 8_000);
    expect(seen[8001]! / seen[8000]!).toBeGreaterThan(2);
    expect(seen[8001]! / seen[8000]!).toBeLessThan(4.5);
  });

  it('ends when it is full', () => {
    const seen = counts(new ConsistentHashing(targetsOf(Array.from({ length: 1_500 }, () => 1)), 10), 2_000);
    expect(seen[0]).toBeUndefined();
  });
});

describe('least connections', () => {
  it('goes where the fewest are for the weight, and elsewhere after a failure', () => {
    const targets = targetsOf([100, 200]);
    const [one, two] = targets.flatMap(({ addresses }) => addresses);
    const algorithm = new LeastConnections(targets);
    [one!.active, two!.active] = [2, 2];
    expect(algorithm.choose({ hashInput: '', failed: NO_FAILURES })).toBe(two);
    [one!.active, two!.active] = [0, 3];
    expect(algorithm.choose({ hashInput: '', failed: NO_FAILURES })).toBe(one);
    expect(algorithm.choose({ hashInput: '', failed: new Set([one!]) })).toBe(two);
    expect(algorithm.choose({ hashInput: '', failed: new Set([one!, two!]) })).toBe(one);
  });

  it('takes turns among equals', () => {
    expect(counts(new LeastConnections(targetsOf([1, 1, 1])), 9)).toEqual({ 8000: 3, 8001: 3, 8002: 3 });
  });
});

describe('latency', () => {
  it('goes where answers came fastest, by weight, and forgets', () => {
    let now = 0;
    const targets = targetsOf([100, 100]);
    const [slow, fast] = targets.flatMap(({ addresses }) => addresses);
    const algorithm = new Latency(targets, () => now);
    now = 5_000;
    algorithm.answered(slow!, 500);
    algorithm.answered(fast!, 20);
    const choose = (failed = NO_FAILURES) => algorithm.choose({ hashInput: '', failed });
    expect([choose(), choose(), choose()]).toEqual([fast, fast, fast]);
    expect(choose(new Set([fast!]))).toBe(slow);
    expect(choose(new Set([fast!, slow!]))).toBeUndefined();
    slow!.weight = 10_000;
    expect(choose()).toBe(slow);
    now += 60_000;
    algorithm.answered(fast!, 900);
    expect(fast!.latency).toBeGreaterThan(890);
  });

  it('starts a new address at the average of the others', () => {
    const targets = targetsOf([1, 1]);
    [targets[0]!.addresses[0]!.latency, targets[1]!.addresses[0]!.latency] = [100, 300];
    const joining = targetsOf([1, 1, 1])[2]!;
    expect(new Latency([...targets, joining])).toBeDefined();
    expect(joining.addresses[0]!.latency).toBe(200);
  });
});
