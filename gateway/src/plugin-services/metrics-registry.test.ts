import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { metricsText } from '../base/metrics.ts';
import { MetricsRegistry } from './metrics-registry.ts';

const REQUESTS = { name: 'requests', help: 'Requests', labels: ['route', 'code'] };

function textOf(registry: MetricsRegistry): string {
  return metricsText(registry.families());
}

describe('metrics', () => {
  it('are one line for each combination of labels, and none for a family without', () => {
    const registry = new MetricsRegistry();
    const requests = registry.counter(REQUESTS);
    expect(textOf(registry)).toBe('');
    requests.add(['a', '200']);
    requests.add(['a', '200'], 2);
    requests.add(['b', '404']);
    expect(textOf(registry)).toBe([
      '# HELP requests Requests', '# TYPE requests counter', 'requests{route="a",code="200"} 3', 'requests{route="b",code="404"} 1', '',
    ].join('\n'));
  });

  it('accumulate buckets', () => {
    const registry = new MetricsRegistry();
    const times = registry.histogram({ name: 'ms', help: 'Times', labels: ['route'] }, [1, 5]);
    for (const value of [0.5, 1, 3, 9]) times.observe(['a'], value);
    expect(textOf(registry).split('\n').slice(2)).toEqual([
      'ms_bucket{route="a",le="1"} 2', 'ms_bucket{route="a",le="5"} 3', 'ms_bucket{route="a",le="+Inf"} 4', 'ms_count{route="a"} 4',
      'ms_sum{route="a"} 13.5', '',
    ]);
  });

  it('last when a plugin asks for its family again', () => {
    const registry = new MetricsRegistry();
    registry.counter(REQUESTS).add(['a', '200']);
    registry.counter(REQUESTS).add(['a', '200']);
    expect(textOf(registry)).toContain('requests{route="a",code="200"} 2\n');
  });

  it('have no second kind by the same name', () => {
    const registry = new MetricsRegistry();
    registry.counter(REQUESTS);
    expect(() => registry.histogram(REQUESTS, [1])).toThrow('the metric requests is of another kind');
  });

  it('are bounded: what would make more series is dropped, and counted', () => {
    const registry = new MetricsRegistry(2);
    const requests = registry.counter(REQUESTS);
    for (const code of ['1', '2', '3', '1']) requests.add(['a', code]);
    expect([registry.errors, textOf(registry).split('\n').filter((line) => line.startsWith('requests'))]).toEqual(
      [1, ['requests{route="a",code="1"} 2', 'requests{route="a",code="2"} 1']],
    );
  });

  it('never go down', () => {
    const registry = new MetricsRegistry();
    registry.counter(REQUESTS).add(['a', '1'], -1);
    registry.counter(REQUESTS).add(['a', '1'], Number.NaN);
    expect([registry.errors, textOf(registry)]).toEqual([2, expect.stringContaining('requests{route="a",code="1"} 0\n')]);
  });

  it('show what is looked up when asked for, until it ends', () => {
    const registry = new MetricsRegistry();
    let value = 1;
    const end = registry.show('up', () => [{ name: 'up', help: 'Whether it runs', samples: [{ value }] }]);
    value = 2;
    expect(textOf(registry)).toContain('# TYPE up gauge\nup 2\n');
    const endSecond = registry.show('up', () => [{ name: 'up', help: 'Whether it runs', samples: [{ value: 3 }] }]);
    expect(textOf(registry)).toBe('# HELP up Whether it runs\n# TYPE up gauge\nup 3\n');
    endSecond();
    expect(textOf(registry)).toContain('up 2\n');
    end();
    expect(textOf(registry)).toBe('');
  });

  it('are lines that can be read back, whatever the labels say', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (route) => {
      const registry = new MetricsRegistry();
      registry.counter(REQUESTS).add([route, '200']);
      const lines = textOf(registry).split('\n');
      expect(lines.length).toBe(4);
      const [, value] = /^requests\{route="((?:[^"\\\n]|\\["\\n])*)",code="200"\} 1$/s.exec(lines[2]!)!;
      expect(value!.replace(/\\(.)/g, (_, character: string) => character === 'n' ? '\n' : character)).toBe(route);
    }));
  });
});
