/** Records the timeline of one request. */
import type { PluginPhases } from '../../plugin-kit/plugin.ts';
import type { DnsStep, Period, PluginStep, RouterStep, TimedPhase, TimedStep, Timeline } from '../../plugin-kit/timeline.ts';
import { identityOf } from '../plugin-instances.ts';
import type { ExchangeClock } from './exchange-clock.ts';

type Begun<T> = { -readonly [K in keyof T]: T[K] };

export class RequestTimeline implements Timeline {
  readonly steps: TimedStep[] = [];
  readonly #phases = new Map<TimedPhase, Begun<Period>>();
  readonly #clock: ExchangeClock;
  #current: Begun<Period> | undefined;

  constructor(clock: ExchangeClock) {
    this.#clock = clock;
  }

  /** Milliseconds since 1970, by a clock that only goes forward during a request. */
  now(): number {
    return this.#clock.startedAt + performance.now() - this.#clock.start;
  }

  phase(name: TimedPhase): Period | undefined {
    return this.#phases.get(name);
  }

  /** Ends the phase before. */
  enter(name: TimedPhase): void {
    const start = this.now();
    if (this.#current !== undefined) this.#current.end = start;
    this.#current = { start, end: undefined };
    this.#phases.set(name, this.#current);
  }

  leave(): void {
    if (this.#current !== undefined) this.#current.end = this.now();
    this.#current = undefined;
  }

  /** Times what a plugin does in a phase. */
  async run(phases: PluginPhases, phase: Exclude<TimedPhase, 'body'>, work: () => void | Promise<void>): Promise<void> {
    const identity = identityOf(phases);
    if (identity === undefined || phases[phase] === undefined) return work();
    const step: Begun<PluginStep> = { kind: 'plugin', phase, ...identity, start: this.now(), end: undefined };
    this.steps.push(step);
    try {
      await work();
    } finally {
      step.end = this.now();
    }
  }

  route<T>(find: () => T | undefined): T | undefined {
    const step: Begun<RouterStep> = { kind: 'router', failed: true, start: this.now(), end: undefined };
    this.steps.push(step);
    try {
      const found = find();
      step.failed = found === undefined;
      return found;
    } finally {
      step.end = this.now();
    }
  }

  /** Begins a search for addresses. The caller ends it, with what came of it. */
  resolve(host: string, port: number): (result: Pick<DnsStep, 'ip' | 'failure'>) => void {
    const step: Begun<DnsStep> = { kind: 'dns', host, port, start: this.now(), end: undefined };
    this.steps.push(step);
    return (result) => void Object.assign(step, result, { end: this.now() });
  }
}
