/** One plugin in a pair of nodes: its configuration, requests, and what has to be seen. */
import type { Sink } from './sinks.ts';

/** Counterparts that all cases share. */
export interface Counterparts {
  readonly http: Sink;
  readonly tcp: Sink;
  readonly udp: Sink;
  /** Port of a Redis server; `undefined` where no redis-server is on PATH. */
  readonly redis: number | undefined;
  /** What the log of the machine got; nothing where it cannot be tested. */
  readonly systemLog: readonly string[];
  /** For files that the data plane writes. */
  readonly folder: string;
  /** URL of the data plane's status listener. */
  readonly status: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** What the upstream got, when it was asked: the echo is the text. */
  readonly echo?: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly body: string };
}

/** Sends a request to the route of the case through the data plane. */
export type Ask = (
  given?: { readonly method?: string; readonly path?: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
) => Promise<Reply>;

export interface PluginCase {
  readonly name: string;
  /** Other plugins of the route, by name. */
  readonly beside?: Readonly<Record<string, object>>;
  /** Headers of the upstream's answers. */
  readonly answers?: Readonly<Record<string, string>>;
  /** Whether it needs a Redis server. */
  readonly needsRedis?: boolean;
  /** Why it cannot run on this machine. @default - it can */
  readonly lacks?: string | undefined;
  config(counterparts: Counterparts): object;
  check(ask: Ask, counterparts: Counterparts): Promise<void>;
}
