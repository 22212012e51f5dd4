/**
 * Secrets of vaults outside of the node, kept in memory. Requests never wait for a vault: a value is read ahead, again after its ttl, and
 * stays in use for the resurrect_ttl while its vault cannot be read. Nothing is written to disk.
 */
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { SecretExpired, SecretMissing } from './secret-source.ts';
import type { Lifetimes, SecretSource } from './secret-source.ts';

/** Waits between attempts that fail: doubled each time, up to the last. Milliseconds. */
const RETRY_MS = { first: 1_000, last: 60_000 };

/** For one attempt. Milliseconds. */
const TIMEOUT_MS = 10_000;

/** Reads of vaults at the same time. */
const MAX_PARALLEL = 8;

interface Entry {
  readonly key: string;
  readonly source: SecretSource;
  readonly secret: string;
  readonly version: string | undefined;
  lifetimes: Lifetimes;
  /** Round of `begin` in which it was last read. */
  round: number;
  value: string | undefined;
  hadValue: boolean;
  /** When the value stops being used. Milliseconds since 1970. */
  usableUntil: number;
  problem: string | undefined;
  failures: number;
  isFetching: boolean;
  timer: Timer | undefined;
}

interface RemoteSecretsOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** A value has changed, has come, or is not to be used any more. */
  readonly onChange: () => void;
}

export class RemoteSecrets {
  readonly #options: RemoteSecretsOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #waiting: Entry[] = [];
  readonly #closed = new AbortController();
  #fetching = 0;
  #round = 0;
  #settled: (() => void)[] = [];

  constructor(options: RemoteSecretsOptions) {
    this.#options = options;
  }

  /** Secrets that were never read successfully and that are being asked for. */
  get pending(): number {
    return [...this.#entries.values()].filter(({ value, failures }) => value === undefined && failures === 0).length;
  }

  /** Begins to note what is read; `forgetOthers` forgets what is not read until then. */
  begin(): void {
    this.#round += 1;
  }

  forgetOthers(): void {
    for (const entry of this.#entries.values()) {
      if (entry.round === this.#round) continue;
      entry.timer?.cancel();
      this.#entries.delete(entry.key);
    }
  }

  /**
   * @param sourceKey tells sources apart
   * @throws Error that says why there is no value now; a first call begins to ask for it
   */
  read(source: SecretSource, sourceKey: string, secret: string, version: string | undefined, lifetimes: Lifetimes): string {
    const key = JSON.stringify([sourceKey, secret, version]);
    let entry = this.#entries.get(key);
    if (entry === undefined) {
      entry = {
        key, source, secret, version, lifetimes, round: this.#round, value: undefined, hadValue: false, usableUntil: Infinity,
        problem: undefined, failures: 0, isFetching: false, timer: undefined,
      };
      this.#entries.set(key, entry);
      this.#enqueue(entry);
    }
    entry.round = this.#round;
    entry.lifetimes = lifetimes;
    if (entry.value !== undefined && this.#options.clock.now() < entry.usableUntil) return entry.value;
    if (entry.hadValue) throw new SecretExpired(entry.problem);
    throw new Error(entry.problem ?? `${source.name} has not answered yet`);
  }

  /** Settles when every secret has been asked for once, or after the limit. */
  async settled(limitMs: number): Promise<void> {
    if (this.pending === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#options.clock.after(limitMs, resolve);
      this.#settled.push(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  close(): void {
    this.#closed.abort();
    for (const { timer } of this.#entries.values()) timer?.cancel();
    this.#entries.clear();
    this.#settle();
  }

  #enqueue(entry: Entry): void {
    if (entry.isFetching || this.#closed.signal.aborted) return;
    entry.isFetching = true;
    this.#waiting.push(entry);
    this.#fetchNext();
  }

  #fetchNext(): void {
    while (this.#fetching < MAX_PARALLEL) {
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      this.#fetching += 1;
      void this.#fetch(entry).finally(() => {
        this.#fetching -= 1;
        this.#fetchNext();
      });
    }
  }

  async #fetch(entry: Entry): Promise<void> {
    const signal = AbortSignal.any([this.#closed.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const before = entry.value;
    try {
      const value = await entry.source.fetch(entry.secret, entry.version, signal);
      this.#accept(entry, value);
    } catch (error) {
      if (this.#closed.signal.aborted) return;
      this.#refuse(entry, error);
    }
    entry.isFetching = false;
    if (this.#entries.get(entry.key) !== entry) return;
    if (entry.value !== before) this.#options.onChange();
    if (this.pending === 0) this.#settle();
  }

  #accept(entry: Entry, value: string): void {
    const { ttl, resurrect_ttl: resurrect } = entry.lifetimes;
    entry.value = value;
    entry.hadValue = true;
    entry.failures = 0;
    entry.problem = undefined;
    entry.usableUntil = ttl > 0 ? this.#options.clock.now() + (ttl + resurrect) * 1_000 : Infinity;
    if (ttl > 0) this.#again(entry, ttl * 1_000);
  }

  #refuse(entry: Entry, error: unknown): void {
    const { clock, log } = this.#options;
    const isMissing = error instanceof SecretMissing;
    entry.failures += 1;
    entry.problem = `${entry.source.name}: ${messageOf(error)}`;
    if (entry.failures === 1) {
      log.warn(`a secret could not be read; ${entry.value === undefined ? 'what needs it is held back' : 'its last value stays in use'}`, {
        secret: entry.secret, vault: entry.source.name, reason: messageOf(error),
      });
    }
    if (entry.value !== undefined && clock.now() >= entry.usableUntil) entry.value = undefined;
    const backoff = Math.min(RETRY_MS.first * 2 ** Math.min(entry.failures - 1, 10), RETRY_MS.last);
    const wait = isMissing ? Math.max(entry.lifetimes.neg_ttl * 1_000, backoff) : backoff;
    // A value must not outlive its time because the next attempt is later.
    this.#again(entry, entry.value === undefined ? wait : Math.min(wait, Math.max(entry.usableUntil - clock.now(), RETRY_MS.first)));
  }

  #again(entry: Entry, ms: number): void {
    entry.timer?.cancel();
    entry.timer = this.#options.clock.after(Math.min(ms, 2 ** 31 - 1), () => this.#enqueue(entry));
  }

  #settle(): void {
    for (const resolve of this.#settled.splice(0)) resolve();
  }
}
