/** What happened while a request was served, and when. Only requests that something asks for have a timeline. */

/** Times in milliseconds since 1970, with a fraction. */
export interface Period {
  readonly start: number;
  /** @default - not over yet */
  readonly end: number | undefined;
}

/** `access` begins with the search for a route. `body` lasts until the answer has left. */
export const TIMED_PHASES = ['rewrite', 'access', 'responseHeaders', 'body'] as const;

export type TimedPhase = typeof TIMED_PHASES[number];

export interface RouterStep extends Period {
  readonly kind: 'router';
  /** Whether there was no route. */
  readonly failed: boolean;
}

export interface PluginStep extends Period {
  readonly kind: 'plugin';
  readonly phase: TimedPhase;
  /** Of the plugin. */
  readonly name: string;
  /** Of the plugin's entity. */
  readonly id: string;
}

/** The addresses of a name were looked for. */
export interface DnsStep extends Period {
  readonly kind: 'dns';
  readonly host: string;
  readonly port: number;
  /** The address that was chosen. */
  readonly ip?: string | undefined;
  /** Why there was none. */
  readonly failure?: string | undefined;
}

export type TimedStep = RouterStep | PluginStep | DnsStep;

export interface Timeline {
  /** In the order in which they began. */
  readonly steps: readonly TimedStep[];
  phase(name: TimedPhase): Period | undefined;
}
