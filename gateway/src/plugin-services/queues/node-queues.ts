/** All queues of a node: shared by key, bounded together, drained when the node stops. */
import type { Clock } from '../../base/clock.ts';
import type { Queue, QueueCounts, QueueOptions, Queues } from '../../plugin-kit/queues.ts';
import { ByteBudget } from './byte-budget.ts';
import { EntryQueue } from './entry-queue.ts';
import { Losses } from './losses.ts';

/** Bytes of the entries of all queues of a node. */
const MAX_BYTES = 134_217_728;

interface Shared {
  readonly queue: EntryQueue<unknown>;
  users: number;
}

export class NodeQueues implements Queues {
  readonly #clock: Clock;
  readonly #budget: ByteBudget;
  readonly #shared = new Map<string, Shared>();
  /** Every queue that is not empty and closed yet. */
  readonly #live = new Set<EntryQueue<unknown>>();
  readonly #past = new Losses();

  constructor(clock: Clock, maxBytes = MAX_BYTES) {
    this.#clock = clock;
    this.#budget = new ByteBudget(maxBytes);
  }

  open<Entry>(options: QueueOptions<Entry>): Queue<Entry> {
    const { key } = options;
    const shared = this.#shared.get(key) ?? { queue: this.#make(options), users: 0 };
    this.#shared.set(key, shared);
    shared.users += 1;
    let isOpen = true;
    return {
      get counts() {
        return shared.queue.counts;
      },
      push: (entry, bytes) => shared.queue.push(entry, bytes),
      close: () => {
        if (isOpen) this.#release(key, shared);
        isOpen = false;
      },
    };
  }

  /** Of all queues since the start, by what they are called. */
  get counts(): QueueCounts {
    const all = [...this.#live].map(({ counts }) => counts);
    const sum = (pick: (counts: QueueCounts) => number) => all.reduce((total, counts) => total + pick(counts), 0);
    return {
      taken: this.#past.taken + sum(({ taken }) => taken),
      delivered: this.#past.delivered + sum(({ delivered }) => delivered),
      lost: {
        'full': this.#past.lost.full + sum(({ lost }) => lost.full),
        'too many bytes': this.#past.lost['too many bytes'] + sum(({ lost }) => lost['too many bytes']),
        'too large': this.#past.lost['too large'] + sum(({ lost }) => lost['too large']),
        'retries': this.#past.lost.retries + sum(({ lost }) => lost.retries),
        'shutdown': this.#past.lost.shutdown + sum(({ lost }) => lost.shutdown),
      },
      pending: sum(({ pending }) => pending),
      pendingBytes: sum(({ pendingBytes }) => pendingBytes),
    };
  }

  /** Sends what is left, for so long; what is then still there is lost, and logged. */
  async close(limitMs: number): Promise<void> {
    const drained = Promise.all([...this.#live].map((queue) => queue.close()));
    // This timer keeps the process alive: retries wait on timers that do not.
    const limit = setTimeout(() => {
      for (const queue of this.#live) queue.abandon();
    }, limitMs);
    await drained;
    clearTimeout(limit);
  }

  #make<Entry>(options: QueueOptions<Entry>): EntryQueue<unknown> {
    const queue = new EntryQueue(options as QueueOptions<unknown>, this.#clock, this.#budget);
    this.#live.add(queue);
    return queue;
  }

  #release(key: string, shared: Shared): void {
    shared.users -= 1;
    if (shared.users > 0) return;
    this.#shared.delete(key);
    void shared.queue.close().then(() => this.#retire(shared.queue));
  }

  #retire(queue: EntryQueue<unknown>): void {
    const { taken, delivered, lost } = queue.counts;
    this.#live.delete(queue);
    this.#past.taken += taken;
    this.#past.delivered += delivered;
    for (const [reason, count] of Object.entries(lost)) this.#past.lose(reason as keyof typeof lost, count);
  }
}
