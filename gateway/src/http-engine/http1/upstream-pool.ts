/** Connections to upstreams: opened on demand, kept for the next request, limited in number, in requests and in idle time. */
import type { CallCarrier, Http1Call } from './upstream-call.ts';
import { UpstreamConnection } from './upstream-connection.ts';
import type { ConnectionOwner } from './upstream-connection.ts';
import { UpstreamSockets } from './upstream-sockets.ts';
import { Limited, TimeLimits } from './upstream-time-limits.ts';

export interface Http1UpstreamOptions {
  /** Idle connections kept for each route; 0 keeps none. */
  readonly size: number;
  /** Requests on one connection before it is closed; 0: no limit. */
  readonly maxRequests: number;
  /** 0: no limit. */
  readonly idleTimeoutSeconds: number;
  /** Connections to all upstreams together; further requests wait. @default 16384 */
  readonly maxConnections?: number;
}

export interface PoolStats {
  /** Connections, those included that are being opened or belong to a WebSocket. */
  readonly open: number;
  readonly idle: number;
  /** Requests that wait for a connection. */
  readonly waiting: number;
  /** Connections opened, since the start. */
  readonly made: number;
  /** Requests on a connection that had served another, since the start. */
  readonly reused: number;
  /** Answers that were refused, by reason, since the start. */
  readonly refused: Readonly<Record<string, number>>;
}

/** As many as nginx' workers take. */
const MAX_CONNECTIONS = 16_384;

/** An upstream that names a time closes a little earlier at times. Milliseconds. */
const HINT_MARGIN_MS = 1_000;

/** Connections with the same key. */
interface Bucket {
  /** The one used last is at the end. */
  readonly idle: UpstreamConnection[];
  open: number;
}

export class UpstreamPool implements ConnectionOwner {
  readonly limits = new TimeLimits();
  readonly #sockets = new UpstreamSockets();
  readonly #buckets = new Map<string, Bucket>();
  readonly #all = new Set<UpstreamConnection>();
  readonly #waiting = new Set<WaitingCall>();
  readonly #size: number;
  readonly #maxRequests: number;
  readonly #idleMs: number;
  readonly #maxConnections: number;
  #idle = 0;
  #made = 0;
  #reused = 0;
  readonly #refused = new Map<string, number>();

  constructor(options: Http1UpstreamOptions) {
    this.#size = options.size;
    this.#maxRequests = options.maxRequests === 0 ? Infinity : options.maxRequests;
    this.#idleMs = options.idleTimeoutSeconds === 0 ? Infinity : options.idleTimeoutSeconds * 1_000;
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
  }

  start(call: Http1Call): void {
    call.connectDueAt = this.limits.dueIn(call.timeouts.connectMs);
    this.#serve(call);
  }

  stats(): PoolStats {
    return {
      open: this.#all.size, idle: this.#idle, waiting: this.#waiting.size, made: this.#made, reused: this.#reused,
      refused: Object.fromEntries(this.#refused),
    };
  }

  close(): void {
    for (const waiting of [...this.#waiting]) waiting.refuse('broken', 'the gateway is closing');
    for (const connection of [...this.#all]) connection.shut();
  }

  // ConnectionOwner

  released(connection: UpstreamConnection, keptMs: number): void {
    const idleMs = Math.min(this.#idleMs, keptMs - HINT_MARGIN_MS);
    if (connection.served >= this.#maxRequests || this.#size === 0 || idleMs <= 0) return connection.destroy();
    const [first] = this.#waiting;
    if (first !== undefined) {
      // Requests are served in the order in which they came.
      if (first.call.route.key !== connection.route.key) return connection.destroy();
      this.#reused += 1;
      connection.use(first.take());
      return;
    }
    const { idle } = this.#buckets.get(connection.route.key)!;
    if (idle.length >= this.#size) idle[0]!.destroy();
    idle.push(connection);
    this.#idle += 1;
    this.limits.set(connection, idleMs);
  }

  lost(call: Http1Call): void {
    this.#serve(call);
  }

  closed(connection: UpstreamConnection): void {
    const { key } = connection.route;
    const bucket = this.#buckets.get(key)!;
    const at = bucket.idle.indexOf(connection);
    if (at !== -1) {
      bucket.idle.splice(at, 1);
      this.#idle -= 1;
    }
    bucket.open -= 1;
    if (bucket.open === 0) this.#buckets.delete(key);
    this.#all.delete(connection);
    if (this.#waiting.size > 0) this.#serveWaiting();
  }

  refused(reason: string): void {
    this.#refused.set(reason, (this.#refused.get(reason) ?? 0) + 1);
  }

  #serve(call: Http1Call): void {
    const kept = this.#buckets.get(call.route.key)?.idle.pop();
    if (kept !== undefined) {
      this.#idle -= 1;
      this.#reused += 1;
      kept.use(call);
    } else if (this.#all.size < this.#maxConnections || this.#closeIdle()) this.#open(call);
    else this.#waiting.add(new WaitingCall(call, this.#waiting, this.limits));
  }

  #serveWaiting(): void {
    for (const waiting of this.#waiting) {
      if (this.#all.size >= this.#maxConnections) return;
      this.#open(waiting.take());
    }
  }

  /** Makes place for another connection. */
  #closeIdle(): boolean {
    if (this.#idle === 0) return false;
    for (const { idle } of this.#buckets.values()) {
      if (idle.length === 0) continue;
      idle[0]!.destroy();
      return true;
    }
    return false;
  }

  #open(call: Http1Call): void {
    const { route } = call;
    const connection = new UpstreamConnection(route, this);
    let bucket = this.#buckets.get(route.key);
    if (bucket === undefined) this.#buckets.set(route.key, bucket = { idle: [], open: 0 });
    bucket.open += 1;
    this.#all.add(connection);
    this.#made += 1;
    connection.open(call, this.#sockets);
  }
}

/** A request that waits until there may be another connection. */
class WaitingCall extends Limited implements CallCarrier {
  readonly call: Http1Call;
  readonly #others: Set<WaitingCall>;
  readonly #limits: TimeLimits;

  constructor(call: Http1Call, others: Set<WaitingCall>, limits: TimeLimits) {
    super();
    this.call = call;
    this.#others = others;
    this.#limits = limits;
    call.carrier = this;
    limits.setAt(this, call.connectDueAt);
  }

  /** Ends the wait. */
  take(): Http1Call {
    this.#others.delete(this);
    this.#limits.clear(this);
    this.call.carrier = undefined;
    return this.call;
  }

  refuse(kind: 'broken' | 'timeout', message: string): void {
    this.take().fail(kind, message);
  }

  expire(): void {
    this.refuse('timeout', 'the time to get a connection is over');
  }

  give(): void {
    this.take();
  }

  writeText(): boolean {
    return true;
  }

  writeBoth(): boolean {
    return true;
  }

  writeLater(): boolean {
    return true;
  }

  requestSent(): void { /* Nothing is sent while it waits. */ }

  resume(): void { /* Nothing came that could wait. */ }
}
