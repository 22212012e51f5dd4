/** One place for a worker: the process that has it now, and what is known of it. */
import type { SettledConfiguration } from '../model/handover.ts';
import { BackOff } from './back-off.ts';
import type { ConfigurationState, Pulse, WorkerReport } from './messages.ts';
import type { WorkerProcess } from './worker-process.ts';

export class WorkerSlot {
  readonly number: number;
  readonly backOff = new BackOff();
  /** `undefined` between two processes. */
  process: WorkerProcess | undefined;
  /** Whether it has its settings, so that it takes configurations. */
  isStarted = false;
  /** Whether it listens. */
  isServing = false;
  /** What it runs. */
  configuration: SettledConfiguration | undefined;
  state: ConfigurationState | undefined;
  traffic: Pulse['traffic'] | undefined;
  report: WorkerReport | undefined;
  /** When something was heard of it last. Milliseconds of `performance.now`. */
  heardAt = 0;

  constructor(number: number) {
    this.number = number;
  }

  /** A new process has the place. */
  take(process: WorkerProcess): void {
    this.process = process;
    this.heardAt = performance.now();
  }

  /** Its process has ended. */
  clear(): void {
    this.process = undefined;
    this.isStarted = false;
    this.isServing = false;
    this.configuration = undefined;
    this.state = undefined;
    this.traffic = undefined;
    this.report = undefined;
  }
}
