/** Structured log lines, one JSON object a line, on standard error or where the creator says. */
import { noteForOwner } from './defect-owner.ts';
import type { MessageBound } from './message-bound.ts';

/** nginx' names, which `KONG_LOG_LEVEL` uses, from quiet to talkative. */
export const LOG_LEVELS = ['emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'] as const;

export type LogLevel = typeof LOG_LEVELS[number];

type LogFields = Readonly<Record<string, unknown>>;

/** What rooms log through. Time and destination are the creator's business. */
export interface Log {
  /** What is logged now. Logs made from one another share it. */
  readonly threshold: LogThreshold;
  error(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  notice(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  debug(message: string, fields?: LogFields): void;
  /** A log whose lines all carry these fields too. */
  with(fields: LogFields): Log;
}

/** The least severe level that is logged. */
export class LogThreshold {
  readonly #configured: LogLevel;
  #level: LogLevel;
  #revert?: NodeJS.Timeout;
  /**
   * Called after each change, with the seconds that it holds for, and when they are over: other processes of the node follow, also one
   * that was started meanwhile.
   */
  onChange: ((level: LogLevel, seconds: number) => void) | undefined;

  constructor(level: LogLevel) {
    this.#configured = level;
    this.#level = level;
  }

  get level(): LogLevel {
    return this.#level;
  }

  /** @param seconds time after which the configured level holds again; 0: until the next change */
  change(level: LogLevel, seconds: number): void {
    clearTimeout(this.#revert);
    this.#level = level;
    if (seconds > 0) this.#revert = setTimeout(() => this.change(this.#configured, 0), seconds * 1000).unref();
    this.onChange?.(level, seconds);
  }

  /** Debug lines for a while, or, when there are some already, the configured level again. */
  toggleDebug(seconds: number): void {
    if (this.#level === 'debug' && this.#configured !== 'debug') this.change(this.#configured, 0);
    else this.change('debug', seconds);
  }
}

interface LogOptions {
  /** @default 'notice' */
  readonly level?: LogLevel;
  /** @default - standard error */
  readonly write?: (line: string) => void;
  /** @default - the clock of the machine */
  readonly now?: () => Date;
  /** How often one message is written. @default - as often as it comes */
  readonly repeats?: MessageBound;
}

export function createLog(
  options: LogOptions = {}, bound: LogFields = {}, threshold = new LogThreshold(options.level ?? 'notice'),
): Log {
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const now = options.now ?? (() => new Date());
  const line = (level: LogLevel, message: string, fields: LogFields): void => (
    write(`${JSON.stringify({ time: now().toISOString(), level, message, ...fields })}\n`));
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}) => {
    if (LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(threshold.level)) return;
    const all = { ...bound, ...fields };
    noteForOwner({ level, message, fields: all });
    const { repeats } = options;
    if (repeats !== undefined && level !== 'debug' && !repeats.admits(message, reportOf(level))) return;
    line(level, message, all);
  };
  const reportOf = (level: LogLevel) => (message: string, suppressed: number, intervalMs: number): void => (
    line(level, `${suppressed} more lines were not written: ${message}`, { ...bound, suppressed, interval_seconds: intervalMs / 1000 }));
  return {
    error: at('error'),
    warn: at('warn'),
    notice: at('notice'),
    info: at('info'),
    debug: at('debug'),
    with: (fields) => createLog(options, { ...bound, ...fields }, threshold),
    threshold,
  };
}

/** A log that drops everything, for callers that have none. */
export const SILENT: Log = createLog({ write: () => undefined });
