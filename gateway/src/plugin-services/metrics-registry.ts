/** The metrics of a node: counters and histograms by the values of their labels, bounded in number. */
import { numberText } from '../base/metrics.ts';
import type { MetricFamily, Sample } from '../base/metrics.ts';
import type { Counter, FamilyOptions, Histogram, Metrics } from '../plugin-kit/metrics.ts';

/** Series of one family. A label that clients can fill at will must not fill the memory. */
const MAX_SERIES = 10_000;

/** No value of a label can have it: header values and names of entities cannot. */
const SEPARATOR = '\0';

export class MetricsRegistry implements Metrics {
  readonly #families = new Map<string, CounterFamily | HistogramFamily>();
  /** By name, the newest last. */
  readonly #shown = new Map<string, (() => readonly MetricFamily[])[]>();
  readonly #maxSeries: number;
  #errors = 0;

  constructor(maxSeries = MAX_SERIES) {
    this.#maxSeries = maxSeries;
  }

  /** Observations that were dropped. */
  get errors(): number {
    return this.#errors;
  }

  counter(options: FamilyOptions): Counter {
    return this.#family(options.name, CounterFamily, () => new CounterFamily(options, this.#maxSeries, () => this.#drop()));
  }

  histogram(options: FamilyOptions, bounds: readonly number[]): Histogram {
    return this.#family(options.name, HistogramFamily, () => new HistogramFamily(options, bounds, this.#maxSeries, () => this.#drop()));
  }

  show(name: string, families: () => readonly MetricFamily[]): () => void {
    this.#shown.set(name, [...this.#shown.get(name) ?? [], families]);
    return () => {
      const rest = (this.#shown.get(name) ?? []).filter((other) => other !== families);
      if (rest.length > 0) this.#shown.set(name, rest);
      else this.#shown.delete(name);
    };
  }

  /** Everything, by family. */
  families(): readonly MetricFamily[] {
    return [
      ...[...this.#families.values()].map((family) => family.shown()),
      ...[...this.#shown.values()].flatMap((shown) => shown.at(-1)!()),
    ];
  }

  #family<F extends CounterFamily | HistogramFamily>(name: string, kind: new (...args: never[]) => F, make: () => F): F {
    const family = this.#families.get(name) ?? make();
    if (!(family instanceof kind)) throw new Error(`the metric ${name} is of another kind`);
    this.#families.set(name, family);
    return family;
  }

  #drop(): void {
    this.#errors += 1;
  }
}

/** What belongs to each combination of values. */
class SeriesMap<S> {
  readonly #options: FamilyOptions;
  readonly #limit: number;
  readonly #series = new Map<string, { readonly labels: Readonly<Record<string, string>>; readonly state: S }>();
  readonly #make: () => S;

  constructor(options: FamilyOptions, limit: number, make: () => S) {
    this.#options = options;
    this.#limit = limit;
    this.#make = make;
  }

  /** @returns undefined when there are too many */
  of(values: readonly string[]): S | undefined {
    const key = values.length === 1 ? values[0]! : values.join(SEPARATOR);
    const known = this.#series.get(key);
    if (known !== undefined) return known.state;
    if (this.#series.size >= this.#limit) return undefined;
    const state = this.#make();
    this.#series.set(key, { labels: Object.fromEntries(this.#options.labels.map((name, index) => [name, values[index] ?? ''])), state });
    return state;
  }

  samples(samplesOf: (labels: Readonly<Record<string, string>>, state: S) => readonly Sample[]): readonly Sample[] {
    return [...this.#series.values()].flatMap(({ labels, state }) => samplesOf(labels, state));
  }
}

class CounterFamily implements Counter {
  readonly #options: FamilyOptions;
  readonly #series: SeriesMap<{ value: number }>;
  readonly #drop: () => void;

  constructor(options: FamilyOptions, limit: number, drop: () => void) {
    this.#options = options;
    this.#drop = drop;
    this.#series = new SeriesMap(options, limit, () => ({ value: 0 }));
  }

  add(labels: readonly string[], by = 1): void {
    const series = this.#series.of(labels);
    if (series === undefined || !(by >= 0)) this.#drop();
    else series.value += by;
  }

  shown(): MetricFamily {
    const { name, help } = this.#options;
    return { name, help, type: 'counter', samples: this.#series.samples((labels, { value }) => [{ labels, value }]) };
  }
}

class HistogramFamily implements Histogram {
  readonly #options: FamilyOptions;
  readonly #bounds: readonly number[];
  /** Observations by bucket, not accumulated; the last one is without bound. */
  readonly #series: SeriesMap<{ readonly counts: Float64Array; sum: number }>;
  readonly #drop: () => void;

  constructor(options: FamilyOptions, bounds: readonly number[], limit: number, drop: () => void) {
    this.#options = options;
    this.#bounds = bounds;
    this.#drop = drop;
    this.#series = new SeriesMap(options, limit, () => ({ counts: new Float64Array(bounds.length + 1), sum: 0 }));
  }

  observe(labels: readonly string[], value: number): void {
    const series = this.#series.of(labels);
    if (series === undefined || Number.isNaN(value)) return this.#drop();
    const bucket = this.#bounds.findIndex((bound) => value <= bound);
    series.counts[bucket === -1 ? this.#bounds.length : bucket]! += 1;
    series.sum += value;
    return undefined;
  }

  shown(): MetricFamily {
    const { name, help } = this.#options;
    const bounds = [...this.#bounds, Infinity];
    return {
      name,
      help,
      type: 'histogram',
      samples: this.#series.samples((labels, { counts, sum }) => {
        let count = 0;
        const buckets = bounds.map((bound, index): Sample => {
          count += counts[index]!;
          return { suffix: '_bucket', labels: { ...labels, le: numberText(bound) }, value: count };
        });
        return [...buckets, { suffix: '_count', labels, value: count }, { suffix: '_sum', labels, value: sum }];
      }),
    };
  }
}
