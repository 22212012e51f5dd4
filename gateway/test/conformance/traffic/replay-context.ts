/** What the steps of a case share. */
import type { Observation, Step } from '../suite.ts';
import type { Counterparts } from './counterparts/counterparts.ts';
import type { Bindings } from './expectation.ts';
import type { Ports } from './observation.ts';
import type { ReplayNode } from './replay-node.ts';
import type { Scrape } from './steps/metrics-step.ts';
import type { Pki } from './templates.ts';

export interface ReplayContext {
  readonly node: ReplayNode;
  readonly counterparts: Counterparts;
  /** Of node and counterparts, by the names that placeholders use. */
  readonly ports: Ports;
  /** Values of templates. Steps add what they save. */
  readonly values: Map<string, string | number>;
  readonly pki: Pki;
  readonly bindings: Bindings;
  /** Texts of earlier answers that later steps send, by the name that stands for them in expectations. */
  readonly grabbed: Map<string, string>;
  /** The recording is of telemetry: of requests, less is compared. */
  readonly isTelemetry: boolean;
  /** Metrics at marks, by name. */
  readonly marks: Map<string, Scrape>;
  /** Sizes of files when the case began, by path. */
  readonly fileSizes: Map<string, number>;
  /** Differences of the case so far. */
  readonly found: string[];
  /** Rows that the case made, as paths, to be deleted after it. */
  readonly made: string[];
}

/** Runs a step. @returns how it differs from what was recorded */
export type ObservingStep = (step: Step, context: ReplayContext, expected: Observation) => Promise<string[]>;

/** Runs a step that nothing was recorded of. */
export type SilentStep = (step: Step, context: ReplayContext) => Promise<void>;

/** @param isIdle the process may end before */
export function pause(seconds: number, isIdle = false): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000);
    if (isIdle) timer.unref();
  });
}
