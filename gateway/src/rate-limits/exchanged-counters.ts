/**
 * Counters that nodes share through Redis without asking it for each request. A node asks at the first use of a counter, then counts by
 * itself; after `syncMs` it tells Redis what it has counted, forgets, and asks again.
 */
import type { Clock, Timer } from '../base/clock.ts';
import type { RedisConnection } from '../plugin-kit/services.ts';

/** Adds one to a counter, which ends by itself. Returns the number with this one. */
const ADD_ONE = `local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count`;

/** Adds what a node has counted. */
const ADD_LATER = `local isNew = redis.call('EXISTS', KEYS[1]) == 0
redis.call('INCRBY', KEYS[1], ARGV[1])
if isNew then redis.call('EXPIREAT', KEYS[1], ARGV[2]) end`;

/** Counters that a node may hold between two exchanges: with more it does not wait for the next one. */
const MAX_HELD = 100_000;

interface Held {
  /** What all nodes have counted, as far as Redis knew when it was asked. */
  readonly known: number;
  /** What this node has counted since then. */
  added: number;
  /** Seconds since 1970. */
  readonly expiresAt: number;
}

interface ExchangedCountersOptions {
  readonly redis: RedisConnection;
  readonly clock: Clock;
  readonly syncMs: number;
}

export interface CounterLife {
  /** From the first request on. Seconds. */
  readonly keptSeconds: number;
  /** When it ends at the latest that this node knows. Seconds since 1970. */
  readonly expiresAt: number;
}

export class ExchangedCounters {
  readonly #options: ExchangedCountersOptions;
  #held = new Map<string, Held>();
  #timer: Timer | undefined;
  #exchanging: Promise<unknown> = Promise.resolve();

  constructor(options: ExchangedCountersOptions) {
    this.#options = options;
  }

  /** `undefined` when Redis has to be asked first. */
  get(key: string): number | undefined {
    const held = this.#held.get(key);
    return held && held.known + held.added;
  }

  /** Asks Redis, and counts one request there unless told otherwise. Returns the number before it. */
  async ask(key: string, life: CounterLife, by: 0 | 1 = 1): Promise<number> {
    const known = by === 0 ? await readCounter(this.#options.redis, key) : await addNow(this.#options.redis, key, life.keptSeconds);
    const before = this.#held.get(key);
    // Another request may have asked meanwhile, and others may have been counted.
    if (before === undefined || before.known < known) {
      this.#held.set(key, { known, added: before?.added ?? 0, expiresAt: life.expiresAt });
    }
    this.#timer ??= this.#options.clock.after(this.#options.syncMs, () => this.#exchange());
    if (this.#held.size > MAX_HELD) this.#exchange();
    return known - by;
  }

  /** Counts a request on the node. Without effect on a counter that was not asked for. */
  add(key: string): void {
    const held = this.#held.get(key);
    if (held !== undefined) held.added += 1;
  }

  async close(): Promise<void> {
    this.#exchange();
    await this.#exchanging;
    this.#options.redis.close();
  }

  #exchange(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    const counted = [...this.#held].filter(([, { added }]) => added > 0);
    this.#held = new Map();
    this.#exchanging = Promise.allSettled(counted.map(([key, { added, expiresAt }]) => (
      this.#options.redis.command(['EVAL', ADD_LATER, '1', key, String(added), String(expiresAt)]))));
  }
}

/** Counts a request in Redis. Returns the number with it. */
export async function addNow(redis: RedisConnection, key: string, keptSeconds: number): Promise<number> {
  return counterOf(await redis.command(['EVAL', ADD_ONE, '1', key, String(keptSeconds)]));
}

async function readCounter(redis: RedisConnection, key: string): Promise<number> {
  return counterOf(Number(await redis.command(['GET', key])));
}

function counterOf(reply: unknown): number {
  if (typeof reply !== 'number' || !Number.isFinite(reply)) throw new Error('a counter in Redis is no number');
  return reply;
}
