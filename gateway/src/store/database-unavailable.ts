/** A database that cannot be used now: the error that says so, and the log lines about it. */
import { GatewayError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

const CODE = 'database-unavailable';

/** @param message the database, what is wrong, and what to check */
export function databaseUnavailable(message: string, reason: 'io' | 'unavailable', cause: unknown): GatewayError {
  return new GatewayError(CODE, message, reason, { cause });
}

/** Whether an operation of a store failed because the database cannot be used now. The same operation may succeed later. */
export function isDatabaseUnavailable(error: unknown): error is GatewayError {
  return error instanceof GatewayError && error.code === CODE;
}

/** Logs the beginning and the end of an outage, once each, however many operations fail meanwhile. */
export class OutageLog {
  readonly #log: Log;
  #isOut = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** An operation failed because the database cannot be used. */
  failed(error: unknown): void {
    if (this.#isOut) return;
    this.#isOut = true;
    this.#log.error('the database cannot be used; what needs it fails until it answers again', { error: messageOf(error) });
  }

  /** The database answered. */
  answered(): void {
    if (!this.#isOut) return;
    this.#isOut = false;
    this.#log.notice('the database answers again');
  }
}
