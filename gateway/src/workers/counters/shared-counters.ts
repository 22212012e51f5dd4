/**
 * The counters of a node, for all of its workers. A worker that counts a request gets a lease where the limit is far: so many further
 * requests it counts without asking. Leases that would make the difference are called back before a request is refused, so the requests of
 * all workers that pass are never more than the limit, and never fewer while more are there.
 */
import { NO_LIMIT } from '../../plugin-kit/services.ts';
import type { NodeCounters } from '../../plugin-services/node-counters.ts';
import type { CounterChange, CounterName, LimitedCounter, TakeAnswer, TakeQuestion } from './counter-messages.ts';

export interface SharedCountersOptions<Worker> {
  readonly counters: NodeCounters;
  /** Milliseconds since 1970. */
  now(): number;
  /** Number of workers. */
  workers(): number;
  /** Takes a lease back. @returns how much of it is left. Rejects when the worker is gone: all of it counts as used then */
  recall(worker: Worker, counter: CounterName): Promise<number>;
  /** Tells the workers of counters that have left their limit. */
  reopened(counters: readonly CounterName[]): void;
}

/** Leases begin when for each worker so many are left. */
const LEASES_FROM = 64;

/** Part of what is left for each worker that one lease has. */
const LEASED_PART = 16;

const MAX_LEASE = 1_000;

/** Leases may be given while others are called back; after so many rounds a request is refused. */
const MAX_RECALLS = 3;

export class SharedCounters<Worker> {
  readonly #options: SharedCountersOptions<Worker>;
  /** Who may hold a lease, by the end of the window and by key. */
  readonly #holders = new Map<number, Map<string, Set<Worker>>>();
  readonly #recalls = new Map<string, Promise<void>>();

  constructor(options: SharedCountersOptions<Worker>) {
    this.#options = options;
  }

  get(counter: CounterName): number {
    return this.#options.counters.get(counter.key, counter.endsAt);
  }

  add(changes: readonly CounterChange[]): void {
    for (const { key, by, endsAt } of changes) this.#options.counters.add(key, by, endsAt);
  }

  /** Units of leases that a worker does not use. */
  giveBack(changes: readonly CounterChange[]): void {
    for (const { key, endsAt, by } of changes) this.#takeBack({ key, endsAt }, by);
    this.#options.reopened(changes.map(({ key, endsAt }) => ({ key, endsAt })));
  }

  /** Requests of one worker, in their order. The answers are made in one go: no lease is called back before its worker knows of it. */
  async take(worker: Worker, questions: readonly TakeQuestion[]): Promise<readonly TakeAnswer[]> {
    const wanted = Map.groupBy(questions.flat(), nameOf);
    for (let round = 0; round < MAX_RECALLS; round += 1) {
      const missed = [...wanted.values()].flatMap(([counter, ...more]) => (this.#lacks(counter!, more.length + 1) ? [counter!] : []));
      if (missed.length === 0) break;
      await Promise.all(missed.map((counter) => this.#recall(counter)));
    }
    const answers = questions.map((counters) => this.#answer(counters));
    this.#lease(worker, questions, answers);
    return answers;
  }

  /** A worker has ended. What it had of leases counts as used. */
  forget(worker: Worker): void {
    for (const window of this.#holders.values()) for (const workers of window.values()) workers.delete(worker);
  }

  #answer(counters: TakeQuestion): { readonly isGranted: boolean; readonly counts: readonly number[]; readonly leases: number[] } {
    const counts = counters.map((counter) => this.get(counter));
    const isGranted = counters.every(({ limit }, index) => counts[index]! < limit);
    if (isGranted) for (const { key, endsAt } of counters) this.#options.counters.add(key, 1, endsAt);
    return { isGranted, counts, leases: counters.map(() => 0) };
  }

  /** Of what the requests have left, one lease for each counter. */
  #lease(worker: Worker, questions: readonly TakeQuestion[], answers: readonly { isGranted: boolean; leases: number[] }[]): void {
    const looked = new Set<string>();
    questions.forEach((counters, question) => {
      const { isGranted, leases } = answers[question]!;
      if (!isGranted) return;
      counters.forEach((counter, index) => {
        const name = nameOf(counter);
        if (looked.has(name)) return;
        looked.add(name);
        const lease = this.#leaseOf(counter);
        if (lease === 0) return;
        this.#options.counters.add(counter.key, lease, counter.endsAt);
        leases[index] = lease;
        this.#hold(worker, counter);
      });
    });
  }

  #leaseOf({ limit, ...counter }: LimitedCounter): number {
    // Unused leases would count, although no request is refused by this limit.
    if (limit === NO_LIMIT) return 0;
    const left = limit - this.get(counter);
    const workers = Math.max(1, this.#options.workers());
    return left < LEASES_FROM * workers ? 0 : Math.min(MAX_LEASE, Math.floor(left / (LEASED_PART * workers)));
  }

  /** Whether leases would make a difference to so many requests. */
  #lacks(counter: LimitedCounter, requests: number): boolean {
    return this.get(counter) + requests > counter.limit && this.#holdersOf(counter) !== undefined;
  }

  #holdersOf({ key, endsAt }: CounterName): Set<Worker> | undefined {
    return this.#holders.get(endsAt)?.get(key);
  }

  #hold(worker: Worker, { key, endsAt }: LimitedCounter): void {
    const window = this.#holders.get(endsAt) ?? this.#begin(endsAt);
    const workers = window.get(key) ?? new Set();
    window.set(key, workers.add(worker));
  }

  #begin(endsAt: number): Map<string, Set<Worker>> {
    const now = this.#options.now();
    for (const end of this.#holders.keys()) if (end <= now) this.#holders.delete(end);
    const window = new Map<string, Set<Worker>>();
    this.#holders.set(endsAt, window);
    return window;
  }

  /** A counter that was forgotten meanwhile, because there are too many, does not go below 0. */
  #takeBack({ key, endsAt }: CounterName, units: number): void {
    const { counters } = this.#options;
    const by = Math.min(units, counters.get(key, endsAt));
    if (by > 0) counters.add(key, -by, endsAt);
  }

  #recall(counter: CounterName): Promise<void> {
    const name = nameOf(counter);
    const recall = this.#recalls.get(name) ?? this.#recallAll(counter).finally(() => this.#recalls.delete(name));
    this.#recalls.set(name, recall);
    return recall;
  }

  async #recallAll({ key, endsAt }: CounterName): Promise<void> {
    // An answer that gives a lease leaves before the recall of that lease.
    await new Promise<void>((resolve) => void setImmediate(resolve));
    const workers = this.#holdersOf({ key, endsAt });
    if (workers === undefined) return;
    this.#holders.get(endsAt)?.delete(key);
    await Promise.all([...workers].map(async (worker) => {
      this.#takeBack({ key, endsAt }, await this.#options.recall(worker, { key, endsAt }).catch(() => 0));
    }));
  }
}

function nameOf({ key, endsAt }: CounterName): string {
  return `${endsAt} ${key}`;
}
