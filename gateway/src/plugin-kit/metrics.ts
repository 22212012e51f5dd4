/** Numbers about requests that the node shows at `GET /metrics`. They last as long as the node: longer than the plugin that counts. */
import type { MetricFamily } from '../base/metrics.ts';

export interface FamilyOptions {
  readonly name: string;
  /** One sentence for people who look at the number. */
  readonly help: string;
  /** Names, in the order of the values. */
  readonly labels: readonly string[];
}

/** Values of labels that no series may be made for any more are dropped, and counted as an error. */
export interface Counter {
  /** @param labels values, in the order of the family's names */
  add(labels: readonly string[], by?: number): void;
}

export interface Histogram {
  observe(labels: readonly string[], value: number): void;
}

export interface Metrics {
  /** Asked for again by the same name, it is the same family. */
  counter(options: FamilyOptions): Counter;
  /** @param bounds upper ends of the buckets, in ascending order and without infinity */
  histogram(options: FamilyOptions, bounds: readonly number[]): Histogram;
  /**
   * Shows numbers that are looked up when the metrics are asked for. Shown twice by one name, they appear once.
   * @returns ends this
   */
  show(name: string, families: () => readonly MetricFamily[]): () => void;
}
