/** Queues of plugins that send logs or metrics in batches, and the parameters that such plugins had before. */
import { integer, number, record } from '../schema/field.ts';
import { deprecated } from './deprecation.ts';

const fields = {
  max_batch_size: integer({ between: [1, 1_000_000], default: 1, description: 'Largest number of entries in one batch.' }),
  max_coalescing_delay: number({
    between: [0, 3600], default: 1, description: 'Seconds to wait for more entries before an incomplete batch is sent.',
  }),
  max_entries: integer({
    between: [1, 1_000_000], default: 10_000, description: 'Number of waiting entries after which the oldest are dropped.',
  }),
  max_bytes: integer({ description: 'Size of all waiting entries in bytes after which the oldest are dropped. Default: no limit.' }),
  max_retry_time: number({ default: 60, description: 'Seconds to retry a failed batch for before it is dropped.' }),
  initial_retry_delay: number({
    between: [0.001, 1_000_000], default: 0.01, description: 'Seconds before the first retry; each further delay is twice as long.',
  }),
  max_retry_delay: number({ between: [0.001, 1_000_000], default: 60, description: 'Longest delay between two retries, in seconds.' }),
  concurrency_limit: integer({
    one_of: [-1, 1], default: 1, description: 'Number of batches sent at the same time: 1, or -1 for no limit.',
  }),
};

const description = 'Queue of entries to be sent.';

export const queue = record(fields, { required: true, description });

export function queueWith<const D extends Readonly<Record<string, number>>>(defaults: D) {
  return record(fields, { required: true, default: defaults, description });
}

/** Parameters of the queue before it was a record. They have no effect of their own. */
export function oldQueueFields(plugin: string) {
  return {
    retry_count: integer({
      description: 'Old number of retries; has no effect.',
      deprecation: {
        message: `${plugin}: config.retry_count no longer works, please use config.queue.max_retry_time instead`,
        removal_in_version: '4.0',
        old_default: 10,
      },
    }),
    queue_size: integer({
      description: 'Old name of `queue.max_batch_size`; counts when it is not the old default 1.',
      deprecation: deprecated(plugin, 'queue_size', { name: 'queue.max_batch_size', oldDefault: 1 }),
    }),
    flush_timeout: number({
      description: 'Old name of `queue.max_coalescing_delay`; counts when it is not the old default 2.',
      deprecation: deprecated(plugin, 'flush_timeout', { name: 'queue.max_coalescing_delay', oldDefault: 2 }),
    }),
  };
}
