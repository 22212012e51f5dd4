import { PassThrough } from 'node:stream';

import { describe, expect, it } from 'vitest';

import type { MetricFamily } from '../base/metrics.ts';
import { BackOff } from './back-off.ts';
import { summedFamilies } from './metric-sums.ts';
import { NodeNumbers } from './node-numbers.ts';
import { copyLines } from './whole-lines.ts';

const counter = (value: number, labels = {}): MetricFamily => ({ name: 'c', help: 'h', type: 'counter', samples: [{ labels, value }] });
const gauge = (value: number): MetricFamily => ({ name: 'g', help: 'h', samples: [{ value }] });
const histogram = (low: number, all: number, sum: number): MetricFamily => ({
  name: 'h', help: 'h', type: 'histogram', samples: [
    { suffix: '_bucket', labels: { le: '1' }, value: low }, { suffix: '_bucket', labels: { le: '+Inf' }, value: all },
    { suffix: '_count', labels: {}, value: all }, { suffix: '_sum', labels: {}, value: sum },
  ],
});

describe('metrics of several workers', () => {
  it('add counters and histograms, and show the greatest gauge', () => {
    expect(summedFamilies([[counter(1), gauge(5), histogram(1, 2, 7)], [counter(2), gauge(3), histogram(0, 4, 9)]])).toEqual([
      counter(3), gauge(5), histogram(1, 6, 16),
    ]);
  });

  it('keep series with other labels apart, and families that one worker has', () => {
    const [family, other] = summedFamilies([[counter(1, { route: 'a' })], [counter(2, { route: 'b' }), gauge(1)]]);
    expect(family!.samples).toEqual([{ labels: { route: 'a' }, value: 1 }, { labels: { route: 'b' }, value: 2 }]);
    expect(other).toEqual(gauge(1));
  });
});

describe('numbers of a node', () => {
  const traffic = (accepted: number, open: number) => ({ accepted, open, requests: 2 * accepted, active: open });
  const report = (families: readonly MetricFamily[]) => ({
    traffic: traffic(0, 0), metrics: { families, errors: 1 }, memory: { rss: 1, heapUsed: 1 },
  });

  it('keep what an ended worker counted, but not what was open, nor what only it had', () => {
    const numbers = new NodeNumbers();
    numbers.retire(traffic(3, 2), report([counter(5), gauge(9), { ...counter(7, { pid: '1' }), name: 'p' }]));
    numbers.retire(traffic(1, 1), undefined);
    expect(numbers.traffic([traffic(10, 4)])).toEqual({ accepted: 14, open: 4, requests: 28, active: 4 });
    const { families, errors } = numbers.pluginMetrics([{ families: [counter(1), gauge(2)], errors: 0 }]);
    expect(families.filter(({ samples }) => samples.length > 0)).toEqual([counter(6), gauge(2)]);
    expect(errors).toBe(1);
  });

  it('add requests of all workers until they are taken', () => {
    const numbers = new NodeNumbers();
    const record = { t: 'requests', route: 'r', status: 200, count: 2, duration_ms: 5 } as const;
    numbers.addRequests([record, { ...record, status: 404 }]);
    numbers.addRequests([record]);
    expect(numbers.takeRequests()).toEqual([{ ...record, count: 4, duration_ms: 10 }, { ...record, status: 404 }]);
    expect(numbers.takeRequests()).toEqual([]);
  });
});

it('waits twice as long each time before a start, up to a bound, and begins again after good service', () => {
  const backOff = new BackOff();
  expect(Array.from({ length: 12 }, () => backOff.next(100)))
    .toEqual([50, 100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000]);
  expect(backOff.next(10_000)).toBe(50);
});

it('copies whole lines, whatever the parts they come in', async () => {
  const from = new PassThrough();
  const lines: string[] = [];
  const ended = copyLines(from, (text) => lines.push(text));
  const bytes = Buffer.from('ä first\nsecond\nthird, and a part');
  for (const [start, end] of [[0, 1], [1, 9], [9, 20], [20, bytes.length]]) from.write(bytes.subarray(start, end));
  from.end();
  await ended;
  expect(lines.join('\n')).toBe('ä first\nsecond\nthird, and a part');
});
