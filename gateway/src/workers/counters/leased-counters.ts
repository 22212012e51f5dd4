/** The counters of a node as one of its workers sees them: by leases from the supervisor, and by questions where the limit is near. */
import type { Counters, TakenCounter } from '../../plugin-kit/services.ts';
import type { CounterChange, CounterName, TakeAnswer, TakeQuestion } from './counter-messages.ts';

/** The supervisor, as far as it counts. */
export interface CounterOwner {
  take(questions: readonly TakeQuestion[]): Promise<readonly TakeAnswer[]>;
  count(counter: CounterName): Promise<number>;
  add(changes: readonly CounterChange[]): void;
  giveBack(changes: readonly CounterChange[]): void;
}

/** What is known of one counter. */
interface Known {
  readonly key: string;
  readonly endsAt: number;
  limit: number;
  /** What it was when the last request was counted, with all leases. */
  count: number;
  /** How many requests may be counted without a question. */
  units: number;
  /** Whether no request may be counted any more. */
  isFull: boolean;
}

interface Waiting {
  readonly question: TakeQuestion;
  resolve(answer: TakeAnswer): void;
  reject(error: Error): void;
}

/** Counters that are remembered. */
const MAX_KNOWN = 50_000;

export class LeasedCounters implements Counters {
  readonly #owner: CounterOwner;
  readonly #now: () => number;
  readonly #maxKnown: number;
  /** By the end of their windows. */
  readonly #windows = new Map<number, Map<string, Known>>();
  #size = 0;
  #waiting: Waiting[] = [];
  #changes: CounterChange[] = [];
  #isFlushing = false;

  constructor(owner: CounterOwner, now: () => number, maxKnown = MAX_KNOWN) {
    this.#owner = owner;
    this.#now = now;
    this.#maxKnown = maxKnown;
  }

  /** Number of counters that are remembered. */
  get size(): number {
    return this.#size;
  }

  async get(key: string, endsAt: number): Promise<number> {
    this.#tellChanges();
    return this.#owner.count({ key, endsAt });
  }

  add(key: string, by: number, endsAt: number): void {
    this.#changes.push({ key, by, endsAt });
    this.#flushSoon();
  }

  take(taken: readonly TakenCounter[]): readonly number[] | Promise<readonly number[]> {
    // Most limits are alone, and lists cost more than to count.
    if (taken.length === 1) return this.#takeOne(this.#known(taken[0]!));
    const known = taken.map((counter) => this.#known(counter));
    if (known.some(({ isFull }) => isFull)) return known.map(({ count }) => count);
    if (known.every(({ units }) => units > 0)) return known.map(useUnit);
    return this.#ask(known);
  }

  #takeOne(known: Known): readonly number[] | Promise<readonly number[]> {
    if (known.isFull) return [known.count];
    return known.units > 0 ? [useUnit(known)] : this.#ask([known]);
  }

  /** The owner wants a lease back. @returns what is left of it */
  recall({ key, endsAt }: CounterName): number {
    const known = this.#windows.get(endsAt)?.get(key);
    if (known === undefined) return 0;
    const { units } = known;
    known.units = 0;
    return units;
  }

  /** Counters that were at their limit may be below it again. */
  reopen(counters: readonly CounterName[]): void {
    for (const { key, endsAt } of counters) {
      const known = this.#windows.get(endsAt)?.get(key);
      if (known !== undefined) known.isFull = false;
    }
  }

  async #ask(known: readonly Known[]): Promise<readonly number[]> {
    // Kept for this request while the others are asked for.
    const kept = known.map((one) => one.units > 0 ? useUnit(one) : undefined);
    const asked = known.filter((_, index) => kept[index] === undefined);
    const giveBack = () => {
      const changes = known.filter((_, index) => kept[index] !== undefined).map(({ key, endsAt }) => ({ key, endsAt, by: 1 }));
      if (changes.length > 0) this.#owner.giveBack(changes);
    };
    try {
      const { isGranted, counts, leases } = await new Promise<TakeAnswer>((resolve, reject) => {
        this.#waiting.push({ question: asked.map(({ key, endsAt, limit }) => ({ key, endsAt, limit })), resolve, reject });
        this.#flushSoon();
      });
      asked.forEach((one, index) => {
        one.count = isGranted ? counts[index]! + 1 : counts[index]!;
        one.units += leases[index]!;
        if (counts[index]! >= one.limit) one.isFull = true;
      });
      if (!isGranted) giveBack();
      let next = 0;
      return kept.map((count) => count ?? counts[next++]!);
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  #flushSoon(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // Requests of the same turn share a message.
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    this.#tellChanges();
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#owner.take(waiting.map(({ question }) => question)).then(
      (answers) => waiting.forEach(({ resolve }, index) => resolve(answers[index]!)),
      (error: Error) => waiting.forEach(({ reject }) => reject(error)),
    );
  }

  #tellChanges(): void {
    if (this.#changes.length === 0) return;
    this.#owner.add(this.#changes);
    this.#changes = [];
  }

  #known({ key, endsAt, limit }: TakenCounter): Known {
    const window = this.#windows.get(endsAt) ?? this.#begin(endsAt);
    let known = window.get(key);
    if (known === undefined) {
      known = { key, endsAt, limit, count: 0, units: 0, isFull: limit <= 0 };
      window.set(key, known);
      this.#size += 1;
      if (this.#size > this.#maxKnown) this.#forgetOldest();
    }
    if (known.limit !== limit) this.#changeLimit(known, limit);
    return known;
  }

  /** Another configuration, or a window that moves. A lease of the old limit must not go beyond a lower one. */
  #changeLimit(known: Known, limit: number): void {
    if (limit < known.limit && known.units > 0) {
      this.#owner.giveBack([{ key: known.key, endsAt: known.endsAt, by: known.units }]);
      known.units = 0;
    }
    known.limit = limit;
    known.isFull = limit <= 0;
  }

  #begin(endsAt: number): Map<string, Known> {
    const now = this.#now();
    for (const [end, window] of this.#windows) {
      if (end > now) continue;
      this.#windows.delete(end);
      this.#size -= window.size;
    }
    const window = new Map<string, Known>();
    this.#windows.set(endsAt, window);
    return window;
  }

  /** Of the window with the most: who counts under ever new keys hurts such counters first. */
  #forgetOldest(): void {
    let largest: Map<string, Known> | undefined;
    for (const window of this.#windows.values()) if (window.size > (largest?.size ?? 0)) largest = window;
    const [key, known] = largest!.entries().next().value!;
    largest!.delete(key);
    this.#size -= 1;
    if (known.units > 0) this.#owner.giveBack([{ key, endsAt: known.endsAt, by: known.units }]);
  }
}

/** Counts one request by the lease. @returns the count before */
function useUnit(known: Known): number {
  known.units -= 1;
  known.count += 1;
  return known.count - 1;
}
