import { expect, it } from 'vitest';

import { TelemetryBuffer } from './telemetry-buffer.ts';
import { MAX_BATCH_RECORDS, MAX_KEPT_RECORDS } from './telemetry-protocol.ts';

function filled(count: number, buffer = new TelemetryBuffer(), first = 0): TelemetryBuffer {
  for (let index = first; index < first + count; index += 1) buffer.add({ t: 'metrics', index });
  return buffer;
}

/** Number, first index and count of each batch. */
function batchesOf(buffer: TelemetryBuffer): number[][] {
  const batches: number[][] = [];
  for (let batch = buffer.after(0); batch !== undefined; batch = buffer.after(batch.seq)) {
    batches.push([batch.seq, batch.records[0]!.index as number, batch.records.length]);
  }
  return batches;
}

it('cuts records into batches in their order, numbered from 1', () => {
  const buffer = filled(2 * MAX_BATCH_RECORDS + 1);
  expect(buffer.after(0)).toBeUndefined();
  buffer.cut();
  expect(batchesOf(buffer)).toEqual([[1, 0, 1_000], [2, 1_000, 1_000], [3, 2_000, 1]]);
  buffer.cut();
  expect(batchesOf(buffer)).toHaveLength(3);
  filled(1, buffer, 9_000).cut();
  expect(batchesOf(buffer).at(-1)).toEqual([4, 9_000, 1]);
});

it('forgets batches up to the number that was acknowledged', () => {
  const buffer = filled(3 * MAX_BATCH_RECORDS);
  buffer.cut();
  buffer.acknowledge(0);
  expect(batchesOf(buffer)).toHaveLength(3);
  buffer.acknowledge(2);
  expect(batchesOf(buffer)).toEqual([[3, 2_000, 1_000]]);
  buffer.acknowledge(99);
  expect(batchesOf(buffer)).toEqual([]);
});

it('keeps records up to the limit, not more, and counts what it gives up', () => {
  const buffer = filled(MAX_KEPT_RECORDS);
  expect(buffer.dropped).toBe(0);
  filled(3, buffer, MAX_KEPT_RECORDS);
  expect(buffer.dropped).toBe(3);
  buffer.cut();
  expect(batchesOf(buffer)[0]).toEqual([1, 3, 1_000]);
});

it('gives up the oldest batch as a whole, before single records', () => {
  const buffer = filled(MAX_KEPT_RECORDS);
  buffer.cut();
  filled(1_000, buffer, MAX_KEPT_RECORDS);
  expect(buffer.dropped).toBe(1_000);
  expect(batchesOf(buffer)[0]).toEqual([2, 1_000, 1_000]);
  filled(1, buffer, 20_000);
  expect(buffer.dropped).toBe(2_000);
  buffer.cut();
  expect(batchesOf(buffer).slice(-2)).toEqual([[11, 10_000, 1_000], [12, 20_000, 1]]);
});

it('has room again for what was acknowledged', () => {
  const buffer = filled(MAX_KEPT_RECORDS);
  buffer.cut();
  buffer.acknowledge(1);
  filled(MAX_BATCH_RECORDS, buffer, 20_000);
  expect(buffer.dropped).toBe(0);
  filled(1, buffer, 30_000);
  expect(buffer.dropped).toBe(1_000);
});
