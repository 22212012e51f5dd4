/** One queue. The invariant: every entry that was taken is delivered, lost for a counted reason, or pending. */
import type { Clock, Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { QueueCounts, QueueOptions, Sink } from '../../plugin-kit/queues.ts';
import type { ByteBudget } from './byte-budget.ts';
import { Losses } from './losses.ts';
import { WaitingEntries } from './waiting-entries.ts';
import type { WaitingEntry } from './waiting-entries.ts';

/** Share of `maxEntries` from which on the queue warns. */
const WARNING_SHARE = 0.8;

/** What an entry takes beside its content. */
const ENTRY_OVERHEAD_BYTES = 64;

export class EntryQueue<Entry> {
  readonly #options: QueueOptions<Entry>;
  readonly #clock: Clock;
  readonly #budget: ByteBudget;
  readonly #sink: Sink<Entry>;
  readonly #waiting = new WaitingEntries<Entry>();
  readonly #counts = new Losses();
  readonly #end = new AbortController();
  readonly #drained = Promise.withResolvers<void>();
  #sendingEntries = 0;
  #sendingBytes = 0;
  #batches = 0;
  #flush: Timer | undefined;
  #closing = false;
  #isWarned = false;
  #isOverflowing = false;
  #isSettled = false;

  constructor(options: QueueOptions<Entry>, clock: Clock, budget: ByteBudget) {
    this.#options = options;
    this.#clock = clock;
    this.#budget = budget;
    this.#sink = options.sink();
  }

  get counts(): QueueCounts {
    const { taken, delivered, lost } = this.#counts;
    return {
      taken, delivered, lost: { ...lost },
      pending: this.#waiting.length + this.#sendingEntries, pendingBytes: this.#waiting.bytes + this.#sendingBytes,
    };
  }

  get name(): string {
    return this.#options.name;
  }

  push(entry: Entry, contentBytes: number): void {
    const bytes = contentBytes + ENTRY_OVERHEAD_BYTES;
    this.#counts.taken += 1;
    if (this.#end.signal.aborted) return this.#counts.lose('shutdown', 1);
    if (!this.#makeRoom(contentBytes, bytes)) return undefined;
    this.#budget.take(bytes);
    this.#waiting.add({ entry, bytes, since: this.#clock.now() });
    return this.#schedule();
  }

  /** Sends what is there, without waiting for more. Settles when nothing is left. */
  close(): Promise<void> {
    this.#closing = true;
    this.#schedule();
    this.#settle();
    return this.#drained.promise;
  }

  /** Gives up what is left. */
  abandon(): void {
    if (this.#end.signal.aborted) return;
    this.#closing = true;
    this.#flush?.cancel();
    this.#end.abort();
    const left = this.#waiting.length;
    this.#lose('shutdown', this.#waiting.length);
    if (left > 0) this.#error(`could not send entries before the node stopped. ${left} queue entries were lost`);
    this.#settle();
  }

  /** Loses the oldest entries, or the new one, until there is room for it. */
  #makeRoom(contentBytes: number, bytes: number): boolean {
    const { maxEntries, maxBytes = this.#budget.total } = this.#options.limits;
    if (contentBytes > maxBytes) {
      this.#counts.lose('too large', 1);
      this.#error(`an entry of ${contentBytes} bytes is longer than the queue's max_bytes (${maxBytes}). 1 queue entries were lost`);
      return false;
    }
    this.#warnWhenNearlyFull(maxEntries);
    if (this.#waiting.length + this.#sendingEntries >= maxEntries) {
      this.#overflow('queue full, dropping old entries until processing is successful again');
      if (this.#lose('full', 1) === 0) {
        this.#counts.lose('full', 1);
        return false;
      }
    }
    const hasRoom = () => this.#waiting.bytes + this.#sendingBytes + bytes <= maxBytes + ENTRY_OVERHEAD_BYTES && this.#budget.fits(bytes);
    while (!hasRoom()) {
      this.#overflow('byte capacity exceeded, dropping old entries until processing is successful again');
      if (this.#lose('too many bytes', 1) === 0) {
        this.#counts.lose('too many bytes', 1);
        return false;
      }
    }
    return true;
  }

  /** @returns how many of the oldest waiting entries were lost */
  #lose(reason: 'full' | 'too many bytes' | 'shutdown', count: number): number {
    const taken = this.#waiting.take(count);
    for (const { bytes } of taken) this.#budget.give(bytes);
    this.#counts.lose(reason, taken.length);
    return taken.length;
  }

  #warnWhenNearlyFull(maxEntries: number): void {
    const isNearlyFull = this.#waiting.length + this.#sendingEntries >= maxEntries * WARNING_SHARE;
    if (isNearlyFull && !this.#isWarned) this.#warn(`queue at ${WARNING_SHARE * 100}% capacity`);
    this.#isWarned = isNearlyFull;
  }

  /** Once until a batch was sent: the counters say how many. */
  #overflow(message: string): void {
    if (!this.#isOverflowing) this.#error(message);
    this.#isOverflowing = true;
  }

  #schedule(): void {
    const { maxBatchSize, maxCoalescingDelayMs, isConcurrent } = this.#options.limits;
    while (this.#waiting.length > 0 && (isConcurrent || this.#batches === 0)) {
      const due = this.#waiting.oldest!.since + maxCoalescingDelayMs;
      const isDue = this.#closing || this.#waiting.length >= maxBatchSize || this.#clock.now() >= due;
      if (!isDue) return this.#flushAt(due);
      void this.#sendBatch(this.#waiting.take(maxBatchSize));
    }
    return undefined;
  }

  #flushAt(due: number): void {
    this.#flush ??= this.#clock.after(due - this.#clock.now(), () => {
      this.#flush = undefined;
      this.#schedule();
    });
  }

  async #sendBatch(batch: readonly WaitingEntry<Entry>[]): Promise<void> {
    const bytes = batch.reduce((sum, item) => sum + item.bytes, 0);
    this.#batches += 1;
    this.#sendingEntries += batch.length;
    this.#sendingBytes += bytes;
    try {
      await this.#deliver(batch.map(({ entry }) => entry));
    } finally {
      this.#batches -= 1;
      this.#sendingEntries -= batch.length;
      this.#sendingBytes -= bytes;
      this.#budget.give(bytes);
      this.#schedule();
      this.#settle();
    }
  }

  /** Sends a batch until it is delivered or lost. */
  async #deliver(entries: readonly Entry[]): Promise<void> {
    const { maxRetryTimeMs, initialRetryDelayMs, maxRetryDelayMs } = this.#options.limits;
    const startedAt = this.#clock.now();
    for (let delay = initialRetryDelayMs; ; delay = Math.min(delay * 2, maxRetryDelayMs)) {
      try {
        await this.#unlessAbandoned(this.#sink.send(entries, this.#end.signal));
        this.#counts.delivered += entries.length;
        this.#resume();
        return;
      } catch (error) {
        if (this.#end.signal.aborted) return this.#giveUp('shutdown', 'the node stopped', entries.length);
        if (this.#clock.now() - startedAt > maxRetryTimeMs) return this.#giveUp('retries', 'max_retry_time exceeded', entries.length);
        this.#warn(`handler could not process entries: ${messageOf(error)}`);
      }
      await this.#pause(Math.min(delay, maxRetryDelayMs));
      if (this.#end.signal.aborted) return this.#giveUp('shutdown', 'the node stopped', entries.length);
    }
  }

  /** A sink that does not notice that the node stops does not hold it. */
  #unlessAbandoned(sending: Promise<void>): Promise<void> {
    const { signal } = this.#end;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const end = () => reject(new Error('the node stopped'));
    signal.addEventListener('abort', end, { once: true });
    sending.then(resolve, reject);
    return promise.finally(() => signal.removeEventListener('abort', end));
  }

  #giveUp(reason: 'retries' | 'shutdown', cause: string, count: number): void {
    this.#counts.lose(reason, count);
    this.#error(`could not send entries due to ${cause}. ${count} queue entries were lost`);
  }

  #resume(): void {
    if (this.#isOverflowing) this.#options.log.info(this.#line('queue resumed processing'), this.#fields());
    this.#isOverflowing = false;
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.#clock.after(ms, resolve);
    const end = () => {
      timer.cancel();
      resolve();
    };
    this.#end.signal.addEventListener('abort', end, { once: true });
    return promise.finally(() => this.#end.signal.removeEventListener('abort', end));
  }

  #settle(): void {
    if (!this.#closing || this.#isSettled || this.#waiting.length > 0 || this.#batches > 0) return;
    this.#isSettled = true;
    this.#flush?.cancel();
    if (!this.#end.signal.aborted) this.#end.abort();
    this.#sink.close?.();
    this.#drained.resolve();
  }

  #warn(message: string): void {
    this.#options.log.warn(this.#line(message), this.#fields());
  }

  #error(message: string): void {
    this.#options.log.error(this.#line(message), this.#fields());
  }

  #line(message: string): string {
    return `queue ${this.#options.name}: ${message}`;
  }

  #fields(): Readonly<Record<string, number>> {
    return { lost_entries: this.#counts.totalLost };
  }
}
