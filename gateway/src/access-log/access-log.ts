/** Access logs as the settings name them: nowhere, a stream of the process, or a file. */
import { resolve } from 'node:path';

import { LineFile } from '../base/line-file.ts';
import type { Log } from '../base/log.ts';
import type { AccessLogSetting } from '../settings/access-log-setting.ts';
import type { AccessLog, AccessRecord } from './access-record.ts';
import { jsonLine } from './json-line.ts';
import { textLine } from './text-line.ts';

const LINES = { json: jsonLine, kong_log_format: textLine } as const;

const STREAMS: ReadonlySet<string> = new Set(['/dev/stdout', '/dev/stderr']);

/** Requests with this status, or a higher one, are logged whatever the rate. */
const ERROR_STATUS = 400;

interface AccessLogOptions {
  readonly setting: AccessLogSetting;
  /** Folder that a path is relative to. */
  readonly prefix: string;
  readonly log: Log;
  /** Share of the requests without an error that are logged, from 0 to 1. @default 1 */
  readonly sampling?: number;
}

/** @returns `undefined` where nothing is to be written */
export function openAccessLog({ setting, prefix, log, sampling = 1 }: AccessLogOptions): AccessLog | undefined {
  if (setting === 'off') return undefined;
  const { path, format } = setting;
  const file = new LineFile({
    path: resolve(prefix, path),
    onLoss: (reason, lost) => reason === undefined
      ? log.notice(`the access log ${path} can be written again`, { lost_lines: lost })
      : log.error(`the access log ${path} cannot be written: ${reason}`, { lost_lines: lost }),
  });
  const lineOf = LINES[format];
  const write = (record: AccessRecord): void => file.append(lineOf(record));
  return {
    write: sampling >= 1 ? write : (record) => {
      if (isSampled(record, sampling)) write(record);
    },
    get lost() {
      return file.lost;
    },
    close: () => file.close(),
  };
}

/** By the id of the request, so that all who know the id agree. Its first 28 bits are random. */
export function isSampled({ status, isAborted, requestId }: AccessRecord, sampling: number): boolean {
  return status >= ERROR_STATUS || isAborted === true || !(Number.parseInt(requestId.slice(0, 7), 16) >= sampling * 0x10000000);
}

/** Like `openAccessLog`, for nodes inside of another program: the streams of the process are not theirs. */
export function openAccessLogFile(options: AccessLogOptions): AccessLog | undefined {
  const { setting } = options;
  return setting !== 'off' && STREAMS.has(setting.path) ? undefined : openAccessLog(options);
}
