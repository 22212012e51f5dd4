/** Metrics of several workers as those of one node. */
import type { MetricFamily, Sample } from '../base/metrics.ts';

/** Gauges that say how much of something each worker has. All others say the same in each worker, or what is most. */
const ADDED_GAUGES: ReadonlySet<string> = new Set<string>([]);

/**
 * Counters and histograms are added, sample by sample. Of gauges the greatest value counts, unless their values add up.
 * @param workers families of each; a family that only some have is taken from those
 */
export function summedFamilies(workers: readonly (readonly MetricFamily[])[]): readonly MetricFamily[] {
  const byName = new Map<string, { readonly family: MetricFamily; readonly samples: Map<string, Sample> }>();
  for (const family of workers.flat()) {
    const known = byName.get(family.name) ?? { family, samples: new Map<string, Sample>() };
    byName.set(family.name, known);
    const isAdded = family.type === 'counter' || family.type === 'histogram' || ADDED_GAUGES.has(family.name);
    for (const sample of family.samples) {
      const key = JSON.stringify([sample.suffix ?? '', Object.entries(sample.labels ?? {})]);
      const before = known.samples.get(key);
      const value = before === undefined ? sample.value : isAdded ? before.value + sample.value : Math.max(before.value, sample.value);
      known.samples.set(key, { ...sample, value });
    }
  }
  return [...byName.values()].map(({ family, samples }) => ({ ...family, samples: [...samples.values()] }));
}
