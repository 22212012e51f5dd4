/** How late the event loop of a process runs its work, and how busy it is, since the last look. */
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';

export interface EventLoopNumbers {
  /** Seconds, by quantile. */
  readonly delays: Readonly<Record<string, number>>;
  /** From 0 to 1. */
  readonly utilisation: number;
}

/** How often the delay is measured. Milliseconds. */
const RESOLUTION_MS = 10;

const SECONDS_PER_NS = 1e-9;

export class EventLoopWatch {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #before = performance.eventLoopUtilization();

  constructor() {
    this.#histogram.enable();
  }

  /** Begins a new interval. */
  take(): EventLoopNumbers {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, this.#before);
    this.#before = now;
    const seconds = (percentile: number): number => this.#delay(this.#histogram.percentile(percentile));
    const delays = { 0.5: seconds(50), 0.99: seconds(99), 1: this.#delay(this.#histogram.max) };
    this.#histogram.reset();
    return { delays, utilisation: utilization };
  }

  close(): void {
    this.#histogram.disable();
  }

  /** The histogram holds the whole time between two measurements, and, when there was none yet, the largest number. */
  #delay(ns: number): number {
    return this.#histogram.count === 0 ? 0 : Math.max(ns * SECONDS_PER_NS - RESOLUTION_MS / 1000, 0);
  }
}
