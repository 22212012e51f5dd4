/** The HTTP/1.1 engine on the side of clients: its connections, their limits, and the one timer that looks after all of them. */
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import type { RequestHandler } from '../messages.ts';
import { ClientConnectionHttp1 } from './client-connection.ts';
import type { ClientStream, ConnectionFacts, ConnectionSurroundings, OnPreface, RefusalText } from './client-connection.ts';
import { HTTP1_LIMITS, HTTP1_TIMEOUTS } from './limits.ts';
import type { Http1Limits, Http1Timeouts } from './limits.ts';
import type { RefusalReason } from './request-refusals.ts';

const TICK_MS = 1_000;

export interface Http1ServiceOptions {
  readonly handler: RequestHandler;
  readonly refusalText: (status: number, reason: RefusalReason, accept: string | undefined) => RefusalText;
  readonly limits?: Partial<Http1Limits>;
  readonly timeouts?: Partial<Http1Timeouts>;
  /** @default - the clock of the machine */
  readonly clock?: Clock;
}

export class Http1Service implements ConnectionSurroundings {
  readonly handler: RequestHandler;
  readonly refusalText: Http1ServiceOptions['refusalText'];
  readonly limits: Http1Limits;
  readonly timeouts: Http1Timeouts;
  tick = 1;
  isStopping = false;
  readonly #connections = new Set<ClientConnectionHttp1>();
  readonly #timer: Timer;

  constructor({ handler, refusalText, limits, timeouts, clock = SYSTEM_CLOCK }: Http1ServiceOptions) {
    this.handler = handler;
    this.refusalText = refusalText;
    this.limits = { ...HTTP1_LIMITS, ...limits };
    this.timeouts = { ...HTTP1_TIMEOUTS, ...timeouts };
    this.#timer = clock.every(TICK_MS, () => this.#checkTime());
  }

  /** Connections open now, idle and switched ones included. */
  get connections(): number {
    return this.#connections.size;
  }

  /** @param onPreface takes over a connection that begins with the preface of HTTP/2. @default - it is refused */
  accept(stream: ClientStream, facts: ConnectionFacts, onPreface?: OnPreface): ClientConnectionHttp1 {
    const connection = new ClientConnectionHttp1(stream, facts, this, onPreface);
    this.#connections.add(connection);
    return connection;
  }

  /** Closes idle connections, and the others behind the answer under way. */
  stop(): void {
    this.isStopping = true;
    for (const connection of this.#connections) connection.stop();
  }

  /** Closes all connections at once. */
  abort(): void {
    for (const connection of this.#connections) connection.cut(false);
  }

  /** No connection is looked after any more. */
  close(): void {
    this.#timer.cancel();
  }

  forget(connection: ClientConnectionHttp1): void {
    this.#connections.delete(connection);
  }

  #checkTime(): void {
    this.tick += 1;
    for (const connection of this.#connections) connection.checkTime(this.tick);
  }
}
