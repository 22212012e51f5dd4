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

/** A scenario whose results have columns of their own. */
export interface TableScenario extends Pick<Scenario, 'name' | 'about'> {
  /** Lines of Markdown. */
  table(scale: Scale): Promise<readonly string[]>;
}

/** How much a scenario does. */
export interface Scale {
  /** Requests of each kind. */
  readonly requests: number;
  /** Consumers that exist when the endpoints about the node are measured. */
  readonly consumers: readonly number[];
  readonly routes: number;
  /** Interleaved rounds of the proxies, after one that warms up. */
  readonly rounds: number;
  /** Of each proxy in a round. */
  readonly seconds: number;
  /** Whether the peers that are npm packages take part: they are installed then. */
  readonly peers: boolean;
}

export const WHOLE: Scale = { requests: 5_000, consumers: [0, 10_000, 100_000], routes: 10_000, rounds: 3, seconds: 4, peers: true };

export const SMALL: Scale = { requests: 40, consumers: [0, 20], routes: 50, rounds: 1, seconds: 1, peers: false };

export function lineOf({ subject, requestsPerSecond, cpuMs, peerCpuMs, limitMs }: Measured): string {
  const ratio = peerCpuMs === undefined ? '' : `${(cpuMs / peerCpuMs).toFixed(1)}×`;
  const rate = Number.isNaN(requestsPerSecond) ? '' : Math.round(requestsPerSecond).toLocaleString('en');
  return `| ${subject} | ${rate} | ${cpuMs.toFixed(cpuMs < 0.1 ? 4 : 2)} | ${limitMs ?? ''} | ${ratio} |`;
}

export const HEAD = '| subject | requests/s | CPU ms | at most | CPU against the floor |\n|---|---|---|---|---|';
