import { describe, expect, it } from 'vitest';

import { processFacts, processorQuota, workerCount } from './worker-count.ts';

const MIB = 1_048_576;
const FACTS = { processors: 4, memoryBytes: 0, sharesPorts: true, mayFork: true };

describe('the number of workers', () => {
  it.each([
    ['auto', {}, 4],
    ['auto', { processors: 1 }, 1],
    ['auto', { memoryBytes: 2048 * MIB }, 4],
    ['auto', { memoryBytes: 1024 * MIB }, 2],
    ['auto', { memoryBytes: 512 * MIB }, 1],
    ['auto', { memoryBytes: 100 * MIB }, 1],
    ['auto', { mayFork: false }, 1],
    ['auto', { sharesPorts: false }, 1],
    [1, {}, 1],
    [9, {}, 9],
    [9, { memoryBytes: 100 * MIB }, 9],
  ] as const)('%s on a machine with %j: %i', (workers, facts, count) => {
    expect(workerCount(workers, { ...FACTS, ...facts })).toEqual({ count });
  });

  it.each([
    [{ mayFork: false }, /permission model/],
    [{ sharesPorts: false }, /share ports/],
  ])('says so when %j makes it one process', (facts, warning) => {
    expect(workerCount(3, { ...FACTS, ...facts })).toEqual({ count: 1, warning: expect.stringMatching(warning) });
    expect(workerCount(1, { ...FACTS, ...facts })).toEqual({ count: 1 });
  });

  it('knows this machine', () => {
    const { processors, memoryBytes } = processFacts();
    expect(processors).toBeGreaterThan(0);
    expect(memoryBytes).toBeLessThan(2 ** 50);
  });
});

it.each<[string, Record<string, string>, number]>([
  ['a quarter of a processor', { 'cpu.max': '25000 100000\n' }, 0.25],
  ['two and a half', { 'cpu.max': '250000 100000\n' }, 2.5],
  ['no limit', { 'cpu.max': 'max 100000\n' }, Infinity],
  ['half of one, in the older layout', { 'cpu/cpu.cfs_quota_us': '50000\n', 'cpu/cpu.cfs_period_us': '100000\n' }, 0.5],
  ['no limit, in the older layout', { 'cpu/cpu.cfs_quota_us': '-1\n', 'cpu/cpu.cfs_period_us': '100000\n' }, Infinity],
  ['no control groups', {}, Infinity],
])('reads the quota of the container: %s', (_name, files, processors) => {
  expect(processorQuota((name) => files[name])).toBe(processors);
});
