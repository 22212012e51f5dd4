/**
 * Failures that a person can act on. Each has one code; the message says what is wrong, where, what was expected and the fix.
 * Programming mistakes are plain `Error`s and crash loudly.
 */

import type { ErrorCode } from './error-codes.ts';

/** Exit codes of a node and of the command line (sysexits.h, where one fits). */
export const EXIT_CODES = {
  /** Something that is not in this table: a defect. */
  defect: 70,
  /** A setting, a certificate or an argument is wrong. EX_CONFIG */
  configuration: 78,
  /** A file or folder cannot be read or written. EX_IOERR */
  io: 74,
  /** A port is taken, or may not be opened. */
  address: 71,
  /** A service that the node needs does not answer. EX_UNAVAILABLE */
  unavailable: 69,
  /** The command line's arguments are wrong. EX_USAGE */
  usage: 64,
} as const;

export type ExitReason = keyof typeof EXIT_CODES;

/** A failure at start or while running that ends in one line, never in a stack trace. */
export class GatewayError extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly reason: ExitReason = 'configuration',
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'GatewayError';
  }
}

/** The text of anything that was thrown, on one line. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof AggregateError && thrown.errors.length > 0
    ? thrown.errors.map(messageOf).join('; ')
    : thrown instanceof Error ? thrown.message || thrown.name : String(thrown);
  return text.replace(/\s*\n\s*/g, ' ');
}
