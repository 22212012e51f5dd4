/** Changes of the least severe level that is logged, as the Admin API and the status API take them. */
import { LOG_LEVELS } from './log.ts';
import type { Log } from './log.ts';

/** Seconds that a changed level holds for, unless the request says otherwise. */
const DEFAULT_SECONDS = 60;

/** Longest time that a level can be changed for: the longest timer, in seconds. */
const MAX_SECONDS = 2_147_483;

export interface LevelAnswer {
  readonly status: number;
  readonly body: { readonly message: string };
}

export function shownLevel(log: Log): LevelAnswer {
  return message(200, `log level: ${log.threshold.level}`);
}

/** @param timeout seconds, as sent; 0: until the next change */
export function changedLevel(log: Log, name: string, timeout: string | null): LevelAnswer {
  const level = LOG_LEVELS.find((known) => known === name);
  if (!level) return message(400, `unknown log level: ${name}`);
  const seconds = secondsOf(timeout);
  if (seconds < 0) return message(400, 'timeout must be greater than or equal to 0');
  if (log.threshold.level === level) return message(200, `log level is already ${level}`);
  log.notice('the log level changes', { to: level, seconds });
  log.threshold.change(level, seconds);
  return message(200, 'log level changed');
}

/** What is no number counts as absent, as in Kong. */
function secondsOf(text: string | null): number {
  const given = text === null || text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(given) ? DEFAULT_SECONDS : Math.min(Math.ceil(given), MAX_SECONDS);
}

function message(status: number, text: string): LevelAnswer {
  return { status, body: { message: text } };
}
