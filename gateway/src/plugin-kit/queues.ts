/** Queues between requests and another system: entries wait in memory, are sent in batches, and are sent again when that fails. */
import type { Log } from '../base/log.ts';

/** When batches are sent and when entries are given up. Durations in milliseconds. */
export interface QueueLimits {
  readonly maxBatchSize: number;
  readonly maxCoalescingDelayMs: number;
  /** Entries that wait or are being sent; beyond it the oldest waiting one is lost. */
  readonly maxEntries: number;
  /** @default - none for this queue; all queues of a node share one */
  readonly maxBytes: number | undefined;
  readonly maxRetryTimeMs: number;
  readonly initialRetryDelayMs: number;
  readonly maxRetryDelayMs: number;
  /** Whether several batches are sent at the same time. */
  readonly isConcurrent: boolean;
}

/** Where the entries of a queue go. */
export interface Sink<Entry> {
  /**
   * Sends a batch. When it rejects, the same batch is sent again later.
   * @param end aborted when the node stops and does not wait any longer
   */
  send(entries: readonly Entry[], end: AbortSignal): Promise<void>;
  /** Called once, behind the last batch. */
  close?(): void;
}

export interface QueueOptions<Entry> {
  /** Queues that are opened with the same key are one. Never logged. */
  readonly key: string;
  /** What log lines call the queue: no secrets. */
  readonly name: string;
  readonly limits: QueueLimits;
  readonly log: Log;
  /** Makes the sink; not called when the queue is there already. */
  sink(): Sink<Entry>;
}

/** Why entries were not delivered. */
export type LossReason = 'full' | 'too many bytes' | 'too large' | 'retries' | 'shutdown';

export interface QueueCounts {
  /** Entries that were given to the queue. Equals delivered, lost and pending together. */
  readonly taken: number;
  readonly delivered: number;
  readonly lost: Readonly<Record<LossReason, number>>;
  /** Entries that wait or are being sent. */
  readonly pending: number;
  readonly pendingBytes: number;
}

export interface Queue<Entry> {
  readonly counts: QueueCounts;
  /**
   * Never waits, never throws.
   * @param bytes about what the entry needs of memory
   */
  push(entry: Entry, bytes: number): void;
  /** Ends this use. Behind the last one the queue sends what it has, and ends. */
  close(): void;
}

export interface Queues {
  open<Entry>(options: QueueOptions<Entry>): Queue<Entry>;
}
