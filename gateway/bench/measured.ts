/** What a scenario measures, and how a line of the results shows it. */

export interface Measured {
  readonly subject: string;
  /** In one second, with all clients together. */
  readonly requestsPerSecond: number;
  /** Processor time of the node per request, in milliseconds; NaN where the platform does not tell. */
  readonly cpuMs: number;
  /** The same of the peer in the same run. @default - there is no peer */
  readonly peerCpuMs?: number;
  /** What the issue or a decision promises for `cpuMs`. @default - nothing */
  readonly limitMs?: number;
}

export interface Scenario {
  readonly name: string;
  /** What was done, in one sentence. */
  readonly about: string;
  run(scale: Scale): Promise<readonly Measured[]>;
}

/** How much a scenario does. */
export interface Scale {
  /** Requests of each kind. */
  readonly requests: number;
  /** Consumers that exist when the endpoints about the node are measured. */
  readonly consumers: readonly number[];
  readonly routes: number;
}

export const WHOLE: Scale = { requests: 5_000, consumers: [0, 10_000, 100_000], routes: 10_000 };

export const SMALL: Scale = { requests: 40, consumers: [0, 20], routes: 50 };

export function lineOf({ subject, requestsPerSecond, cpuMs, peerCpuMs, limitMs }: Measured): string {
  const ratio = peerCpuMs === undefined ? '' : `${(cpuMs / peerCpuMs).toFixed(1)}×`;
  const rate = Number.isNaN(requestsPerSecond) ? '' : Math.round(requestsPerSecond).toLocaleString('en');
  return `| ${subject} | ${rate} | ${cpuMs.toFixed(cpuMs < 0.1 ? 4 : 2)} | ${limitMs ?? ''} | ${ratio} |`;
}

export const HEAD = '| subject | requests/s | CPU ms | at most | CPU against the floor |\n|---|---|---|---|---|';
