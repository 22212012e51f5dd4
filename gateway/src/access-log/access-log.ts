/** Access logs as the settings name them: nowhere, a stream of the process, or a file. */
import { resolve } from 'node:path';

import { LineFile } from '../base/line-file.ts';
import type { Log } from '../base/log.ts';
import type { AccessLogSetting } from '../settings/access-log-setting.ts';
import type { AccessLog } from './access-record.ts';
import { jsonLine } from './json-line.ts';
import { textLine } from './text-line.ts';

const LINES = { json: jsonLine, kong_log_format: textLine } as const;

const STREAMS: ReadonlySet<string> = new Set(['/dev/stdout', '/dev/stderr']);

interface AccessLogOptions {
  readonly setting: AccessLogSetting;
  /** Folder that a path is relative to. */
  readonly prefix: string;
  readonly log: Log;
}

/** @returns `undefined` where nothing is to be written */
export function openAccessLog({ setting, prefix, log }: AccessLogOptions): AccessLog | undefined {
  if (setting === 'off') return undefined;
  const { path, format } = setting;
  const file = new LineFile({
    path: resolve(prefix, path),
    onLoss: (reason, lost) => reason === undefined
      ? log.notice(`the access log ${path} can be written again`, { lost_lines: lost })
      : log.error(`the access log ${path} cannot be written: ${reason}`, { lost_lines: lost }),
  });
  const lineOf = LINES[format];
  return { write: (record) => file.append(lineOf(record)), close: () => file.close() };
}

/** Like `openAccessLog`, for nodes inside of another program: the streams of the process are not theirs. */
export function openAccessLogFile(options: AccessLogOptions): AccessLog | undefined {
  const { setting } = options;
  return setting !== 'off' && STREAMS.has(setting.path) ? undefined : openAccessLog(options);
}
