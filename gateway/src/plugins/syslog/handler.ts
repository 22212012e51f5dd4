/** syslog, phase log: writes the log entry of each request and stream to the log of the machine. Lost entries are counted, not repeated. */
import { entryMaker, entryText, streamEntryMaker } from '../../log-entries/custom-fields.ts';
import { statusOf } from '../../log-entries/log-entry.ts';
import type { LogEntry } from '../../log-entries/log-entry.ts';
import { severityByStatus } from '../../log-entries/severity.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { syslog } from './schema.ts';
import type { SyslogConfig } from './schema.ts';

/** Numbers of RFC 5424 §6.2.1. */
const FACILITIES = [
  'kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron', 'authpriv', 'ftp', '', '', '', '',
  'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7',
];

export const syslogHandler = defineHandler<SyslogConfig>(syslog, (config, { log, services }) => {
  const entryOf = entryMaker(config.custom_fields_by_lua, log);
  const streamEntryOf = streamEntryMaker(config.custom_fields_by_lua, log);
  const severityOf = severityByStatus(config);
  const facility = FACILITIES.indexOf(config.facility) * 8;
  const receiver = services.messages.systemLog(log);
  const send = (status: number, entry: () => LogEntry) => {
    const severity = severityOf(status);
    if (severity !== undefined) receiver.send(facility + severity, entryText(entry()));
  };
  return {
    log: (exchange) => send(statusOf(exchange), () => entryOf(exchange)),
    logStream: (stream) => send(stream.status, () => streamEntryOf(stream)),
    close: () => receiver.close(),
  };
});
