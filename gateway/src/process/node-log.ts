/** The log of a node that owns its process: where its settings say, bounded per message, its level changed by a signal. */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { logFile } from '../base/log-file.ts';
import { createLog } from '../base/log.ts';
import type { Log } from '../base/log.ts';
import { MessageBound } from '../base/message-bound.ts';
import type { Settings } from '../settings/settings.ts';

/** How long a signal lets the node log debug lines. Seconds. */
const DEBUG_SECONDS = 60;

export function createNodeLog({ logLevel, errorLog, prefix, role }: Settings): Log {
  const path = resolve(prefix, errorLog);
  // Only below the folder of the node: elsewhere a missing folder is a mistake.
  if (path.startsWith(resolve(prefix))) mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
  return createLog({ level: logLevel, write: logFile(path), repeats: new MessageBound() }).with({ role });
}

/** SIGUSR2: debug lines for a minute; a second one ends it. */
export function changeLevelOnSignal(log: Log): void {
  process.on('SIGUSR2', () => {
    log.threshold.toggleDebug(DEBUG_SECONDS);
    log.notice('the log level changes', { to: log.threshold.level, signal: 'SIGUSR2' });
  });
}
