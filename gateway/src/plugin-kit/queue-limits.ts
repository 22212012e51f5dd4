/** From the configuration of a plugin to the limits of its queue. */
import { queue } from '../model/plugin-fields/queue.ts';
import type { RecordOf } from '../model/schema/infer.ts';
import type { QueueLimits } from './queues.ts';

/** The field `queue`, and the names that its fields had before it was a record. */
export interface QueueConfig {
  readonly queue: RecordOf<typeof queue.fields>;
  readonly queue_size?: number | null;
  readonly flush_timeout?: number | null;
}

const DEFAULTS = queue.fields;

/** Values of the old fields that mean nothing: their defaults. */
const OLD_DEFAULTS = { queueSize: 1, flushTimeout: 2 };

export function queueLimits({ queue: given, queue_size: queueSize, flush_timeout: flushTimeout }: QueueConfig): QueueLimits {
  const isSet = <T>(value: T | null | undefined, old: T): value is T => value !== null && value !== undefined && value !== old;
  const seconds = (field: 'max_retry_time' | 'initial_retry_delay' | 'max_retry_delay') => (given[field] ?? DEFAULTS[field].default) * 1000;
  const batchSize = isSet(queueSize, OLD_DEFAULTS.queueSize) ? queueSize : given.max_batch_size;
  const delay = isSet(flushTimeout, OLD_DEFAULTS.flushTimeout) ? flushTimeout : given.max_coalescing_delay;
  return {
    maxBatchSize: batchSize ?? DEFAULTS.max_batch_size.default,
    maxCoalescingDelayMs: (delay ?? DEFAULTS.max_coalescing_delay.default) * 1000,
    maxEntries: given.max_entries ?? DEFAULTS.max_entries.default,
    maxBytes: given.max_bytes ?? undefined,
    maxRetryTimeMs: seconds('max_retry_time'),
    initialRetryDelayMs: seconds('initial_retry_delay'),
    maxRetryDelayMs: seconds('max_retry_delay'),
    isConcurrent: given.concurrency_limit === -1,
  };
}
