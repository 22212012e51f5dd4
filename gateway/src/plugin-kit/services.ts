/** What plugins share on a node. Each member is an interface here; `gateway/src/plugin-services` has the code. */
import type { HttpClients } from './http-client.ts';
import type { Messages } from './messages.ts';
import type { Metrics } from './metrics.ts';
import type { Queues } from './queues.ts';

export interface NodeServices {
  readonly counters: Counters;
  readonly cache: NodeCache;
  readonly redis: Redis;
  /** Outgoing HTTP. */
  readonly http: HttpClients;
  readonly queues: Queues;
  /** Datagrams, connections for lines, the system's log. */
  readonly messages: Messages;
  readonly metrics: Metrics;
  readonly tracing: TracingSettings;
  readonly upstreams: UpstreamHealth;
  /** @default - the node has no database of its own, as data planes of a control plane elsewhere */
  readonly sessions?: StoredSessions;
}

export interface UpstreamHealth {
  /** All addresses of all targets now, by upstream. */
  targets(): readonly TargetHealth[];
}

export interface TargetHealth {
  /** Name of the upstream. */
  readonly upstream: string;
  /** As configured: host and port. */
  readonly target: string;
  /** IP and port; empty for a target whose name has no address. */
  readonly address: string;
  readonly state: 'healthchecks_off' | 'healthy' | 'unhealthy' | 'dns_error';
}

/** Sessions of browsers in the database of the node. */
export interface StoredSessions {
  /** The data; `undefined` when there is no such session, or its time is over. */
  load(id: string): Promise<string | undefined>;
  /** Keeps a new session. */
  save(id: string, data: string, ttlSeconds: number): Promise<void>;
  remove(id: string): Promise<void>;
}

/** How the node traces requests, as its settings say. */
export interface TracingSettings {
  /** Names as in `KONG_TRACING_INSTRUMENTATIONS`: `off`, `all`, or parts of a request. */
  readonly instrumentations: readonly string[];
  /** Share of the requests that are traced where neither the client nor a plugin decides, 0 to 1. */
  readonly samplingRate: number;
}

/**
 * Numbers that the node keeps until a time, and forgets then. All plugins share them, so a key begins with what it counts. When they need
 * more memory than they may have, the one that was not added to for longest goes first.
 */
export interface Counters {
  /**
   * A promise where another process counts, too.
   * @param endsAt milliseconds since 1970: counters of one key that end at different times are different counters
   */
  get(key: string, endsAt: number): number | Promise<number>;
  /** A counter begins at 0. */
  add(key: string, by: number, endsAt: number): void;
  /**
   * Adds 1 to each of these counters, if none has reached its limit; else to none of them. A promise where another process must be asked.
   * @returns what each counter was before. It is the limit or more where that is why nothing was added
   */
  take(taken: readonly TakenCounter[]): readonly number[] | Promise<readonly number[]>;
}

/** A counter that must stay within a limit. */
export interface TakenCounter {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly endsAt: number;
  /** `NO_LIMIT`: it is counted in any case. */
  readonly limit: number;
}

/** For counters that every request counts on. */
export const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Memory of the node for values that can be had again. All regions share one bound: the value that was not read for longest goes first. */
export interface NodeCache {
  /** Values of one kind. A second call with the same name gives the same region. */
  region<T>(name: string): CacheRegion<T>;
}

/** A value, with what it takes of the memory, and for how long it is good. */
export interface Cached<T> {
  readonly value: T;
  readonly bytes: number;
  readonly ttlMs: number;
}

export interface CacheRegion<T> {
  get(key: string): T | undefined;
  /** Keeps a value, unless it is larger than the whole memory. */
  set(key: string, cached: Cached<T>): void;
  /** Returns whether there was one. */
  delete(key: string): boolean;
  clear(): void;
  /** The kept value, or what `load` gives. Callers that ask while it is being loaded wait for the same load. A failure is not kept. */
  load(key: string, load: () => Promise<Cached<T>>): Promise<T>;
}

/** One Redis server, and how to log in. Two plugins with equal settings share a connection. */
export interface RedisSettings {
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  /** From sending a command to its answer. */
  readonly commandTimeoutMs: number;
  /** @default - the user `default` */
  readonly username: string | undefined;
  /** @default - no login */
  readonly password: string | undefined;
  readonly database: number;
  /** @default - a plain connection */
  readonly tls: { readonly isVerified: boolean; readonly serverName: string | undefined } | undefined;
}

export interface Redis {
  /** Connects at the first command. The last `close` ends the connection. */
  open(settings: RedisSettings): RedisConnection;
}

export interface RedisConnection {
  /**
   * Sends a command. Nothing waits for a server to come back: each command fails as soon as it is clear that it has no answer.
   * Rejects with an Error when the server refuses the command, does not answer in time or cannot be reached.
   */
  command(args: readonly (string | Buffer)[]): Promise<RedisReply>;
  /** Like `command`; texts in the answer are bytes. */
  commandForBytes(args: readonly (string | Buffer)[]): Promise<RedisReply>;
  close(): void;
}

export type RedisReply = string | number | Buffer | null | readonly RedisReply[];
