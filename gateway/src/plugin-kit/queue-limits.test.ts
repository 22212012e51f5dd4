import { describe, expect, it } from 'vitest';

import { queueLimits } from './queue-limits.ts';

const QUEUE = {
  max_batch_size: 5, max_coalescing_delay: 0.5, max_entries: 10, max_bytes: null, max_retry_time: 60, initial_retry_delay: 0.01,
  max_retry_delay: 30, concurrency_limit: 1,
} as const;

describe('limits of a queue', () => {
  it('come from the record, in milliseconds', () => {
    expect(queueLimits({ queue: QUEUE })).toEqual({
      maxBatchSize: 5, maxCoalescingDelayMs: 500, maxEntries: 10, maxBytes: undefined, maxRetryTimeMs: 60_000, initialRetryDelayMs: 10,
      maxRetryDelayMs: 30_000, isConcurrent: false,
    });
  });

  it('have defaults where a value is null', () => {
    const nothing = Object.fromEntries(Object.keys(QUEUE).map((name) => [name, null])) as unknown as typeof QUEUE;
    expect(queueLimits({ queue: nothing })).toMatchObject({ maxBatchSize: 1, maxCoalescingDelayMs: 1000, maxEntries: 10_000 });
  });

  it.each([
    [{ queue_size: 7, flush_timeout: 3 }, { maxBatchSize: 7, maxCoalescingDelayMs: 3000 }],
    [{ queue_size: 1, flush_timeout: 2 }, { maxBatchSize: 5, maxCoalescingDelayMs: 500 }],
    [{ queue_size: null, flush_timeout: null }, { maxBatchSize: 5, maxCoalescingDelayMs: 500 }],
  ])('obey the old names unless they have their old defaults: %j', (old, expected) => {
    expect(queueLimits({ queue: QUEUE, ...old })).toMatchObject(expected);
  });
});
