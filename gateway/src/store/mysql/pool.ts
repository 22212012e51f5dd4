/** Connections to MySQL or MariaDB. Errors that mean "not now" become `database-unavailable`; their connections are not used again. */
import type { MysqlPool, MysqlPoolConnection } from 'kysely';
import { createConnection, format } from 'mysql2';
import type { Connection } from 'mysql2';

import { passwordsOf } from '../database-password.ts';
import { databaseUnavailable } from '../database-unavailable.ts';
import { driverConfig, sessionSettings } from './connection.ts';
import type { MysqlConnection } from './connection.ts';
import { isAlreadyMade, isConflict, isOutage, refusesWrites, unavailable } from './failures.ts';
import { serverOf } from './server.ts';
import type { MysqlServer } from './server.ts';

interface PoolObserver {
  /** An operation failed because the database cannot be used now. */
  failed(error: unknown): void;
  /** An operation succeeded. */
  answered(): void;
}

/** Connections of one node. Requests of the Admin API are short, and many nodes may share one server. */
const POOL_SIZE = 10;

/** After this time without use, a connection is closed. Milliseconds. */
const IDLE_MS = 30_000;

/** How often a statement of no transaction runs that was undone because of another transaction. */
const TRIES = 3;

/** Bytes that the escapes of texts and the rest of a statement may add, as a factor. */
const ESCAPES = 2.1;

const WRITE = /^(insert|update|delete) /;

/** One connection and what is known about it. */
class Session {
  /** It was lost, or may still be busy with a statement that nothing waits for any more. */
  isBroken = false;
  /** Whether a transaction has begun. */
  isInTransaction = false;
  hasWritten = false;
  idleTimer: NodeJS.Timeout | undefined;

  constructor(readonly connection: Connection, readonly server: MysqlServer) {}
}

interface Waiting {
  readonly timer: NodeJS.Timeout;
  resolve(session: Session): void;
  reject(error: unknown): void;
}

/** The pool as kysely expects it. The driver's own knows one password for all connections. */
export class ConnectionPool implements MysqlPool {
  /** Whether a change of tables that has been made already is taken as done. */
  isResuming = false;
  readonly #target: MysqlConnection;
  readonly #observer: PoolObserver;
  readonly #password: () => Promise<string | undefined>;
  readonly #idle: Session[] = [];
  readonly #waiting: Waiting[] = [];
  #open = 0;
  /** Whether the server answers and takes no change: it is read-only, or its disk is full. */
  #refusesWrites = false;
  #ended: (() => void) | undefined;

  constructor(target: MysqlConnection, observer: PoolObserver) {
    this.#target = target;
    this.#observer = observer;
    this.#password = passwordsOf(target);
  }

  /** What the server is, from a connection that is made for it where there is none. */
  async server(): Promise<MysqlServer> {
    const session = await this.#acquire();
    this.#release(session);
    return session.server;
  }

  getConnection(callback: (error: unknown, connection: MysqlPoolConnection) => void): void {
    this.#acquire().then(
      (session) => callback(undefined, this.#lent(session)),
      (error: unknown) => callback(this.#judged(error), undefined as never),
    );
  }

  /** Waits for connections that are in use. */
  end(callback: (error: unknown) => void): void {
    this.#ended = () => callback(undefined);
    for (const waiting of this.#waiting.splice(0)) {
      clearTimeout(waiting.timer);
      waiting.reject(new Error('the store is closed'));
    }
    for (const session of this.#idle.splice(0)) this.#close(session);
    if (this.#open === 0) this.#ended();
  }

  async #acquire(): Promise<Session> {
    if (this.#ended) throw new Error('the store is closed');
    const idle = this.#idle.pop();
    if (idle) {
      clearTimeout(idle.idleTimer);
      return idle;
    }
    if (this.#open < POOL_SIZE) return this.#connect();
    return new Promise<Session>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new Error(`all ${POOL_SIZE} connections are in use for ${this.#target.timeoutMs} ms`));
      }, this.#target.timeoutMs);
      const waiting = { timer, resolve, reject };
      this.#waiting.push(waiting);
    });
  }

  async #connect(): Promise<Session> {
    this.#open += 1;
    let connection: Connection | undefined;
    try {
      const made = connection = createConnection(driverConfig(this.#target, await this.#password()));
      // A connection can be lost while it is idle, and between two statements; an error without a listener ends the node.
      made.on('error', () => undefined);
      await new Promise<void>((resolve, reject) => void made.connect((error) => (error ? reject(error) : resolve())));
      const { timeoutMs } = this.#target;
      for (const sql of sessionSettings(this.#target)) await sent(made, sql, [], timeoutMs);
      const [row] = await sent(made, 'select version() as version, @@max_allowed_packet as packet', [], timeoutMs) as readonly [
        { readonly version: string; readonly packet: number }];
      const session = new Session(made, serverOf(row.version, row.packet));
      made.on('error', () => this.#lost(session));
      made.on('end', () => this.#lost(session));
      return session;
    } catch (error) {
      connection?.destroy();
      this.#gone();
      throw error;
    }
  }

  /** An idle connection that is lost is replaced at the next use, which finds out whether the server is there. */
  #lost(session: Session): void {
    session.isBroken = true;
    this.#retire(session);
  }

  #retire(session: Session): void {
    const at = this.#idle.indexOf(session);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#close(session);
  }

  #release(session: Session): void {
    if (session.isBroken || session.isInTransaction || this.#ended) {
      this.#close(session);
      return;
    }
    const next = this.#waiting.shift();
    if (next) {
      clearTimeout(next.timer);
      next.resolve(session);
      return;
    }
    session.idleTimer = setTimeout(() => this.#retire(session), IDLE_MS);
    session.idleTimer.unref();
    this.#idle.push(session);
  }

  #close(session: Session): void {
    clearTimeout(session.idleTimer);
    if (session.isBroken) session.connection.destroy();
    else session.connection.end(() => undefined);
    this.#gone();
  }

  /** A connection less: one that waits may have another. */
  #gone(): void {
    this.#open -= 1;
    const next = this.#ended ? undefined : this.#waiting.shift();
    if (next) {
      clearTimeout(next.timer);
      this.#connect().then(next.resolve, next.reject);
    }
    if (this.#open === 0) this.#ended?.();
  }

  #judged(error: unknown): unknown {
    if (!isOutage(error)) return error;
    const unusable = unavailable(this.#target, error);
    // Another transaction is no outage: what was undone runs again.
    if (!isConflict(error)) this.#observer.failed(unusable);
    this.#refusesWrites ||= refusesWrites(error);
    return unusable;
  }

  #lent(session: Session): MysqlPoolConnection {
    const { connection } = session;
    const query = (sql: string, parameters: unknown, callback?: (error: unknown, result: never) => void): never => {
      this.#run(session, sql, parameters as readonly unknown[] ?? []).then(
        (result) => callback?.(undefined, result as never),
        (error: unknown) => callback?.(error, undefined as never),
      );
      // Kysely streams from what this returns; the store streams nothing.
      return undefined as never;
    };
    return {
      config: connection.config, threadId: connection.threadId ?? 0, query,
      connect: (callback) => callback?.(undefined), destroy: () => connection.destroy(), release: () => this.#release(session),
    };
  }

  async #run(session: Session, sql: string, parameters: readonly unknown[]): Promise<unknown> {
    if (session.isBroken && sql === 'rollback') return [];
    const isAlone = !session.isInTransaction;
    for (let tries = 1; ; tries += 1) {
      try {
        this.#requireRoom(session, sql, parameters);
        const result = await sent(session.connection, sql, parameters, this.#target.timeoutMs);
        this.#succeeded(session, sql);
        return result;
      } catch (error) {
        if (this.isResuming && isAlreadyMade(error)) return [];
        if (isConflict(error)) {
          if (isAlone && tries < TRIES) continue;
        } else session.isBroken ||= isOutage(error);
        throw this.#judged(error);
      }
    }
  }

  #succeeded(session: Session, sql: string): void {
    session.hasWritten ||= WRITE.test(sql);
    if (sql === 'begin') session.isInTransaction = true;
    if (sql === 'commit' || sql === 'rollback') session.isInTransaction = false;
    if (session.isInTransaction) return;
    if (session.hasWritten && sql !== 'rollback') this.#refusesWrites = false;
    session.hasWritten = false;
    if (!this.#refusesWrites) this.#observer.answered();
  }

  /** A server ends the connection without a word when a statement is too large for it. */
  #requireRoom({ server }: Session, sql: string, parameters: readonly unknown[]): void {
    const length = parameters.reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), sql.length);
    if (length * ESCAPES * 2 < server.maxPacket) return;
    const bytes = Buffer.byteLength(format(sql, [...parameters] as never[]));
    if (bytes < server.maxPacket - 64) return;
    const { host, port } = this.#target;
    throw databaseUnavailable(
      `the change has ${bytes} bytes as a statement, and max_allowed_packet of the server at ${host}:${port} is ${server.maxPacket}: `
      + 'raise it, or change fewer entities at once', 'unavailable', undefined,
    );
  }
}

function sent(connection: Connection, sql: string, values: readonly unknown[], timeout: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query({ sql, values: [...values], timeout }, (error, result) => (error ? reject(error) : resolve(result)));
  });
}
