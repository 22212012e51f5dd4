/** loggly, phase log: sends the log entry of each request and stream as a syslog datagram with a token. Lost entries are counted. */
import { entryMaker, entryText, streamEntryMaker } from '../../log-entries/custom-fields.ts';
import { statusOf } from '../../log-entries/log-entry.ts';
import type { LogEntry } from '../../log-entries/log-entry.ts';
import { severityByStatus } from '../../log-entries/severity.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { loggly } from './schema.ts';
import type { LogglyConfig } from './schema.ts';

/** `user`, RFC 5424 §6.2.1. */
const FACILITY = 8;

/** Loggly's number among private enterprises. */
const ENTERPRISE = 41058;

const DEFAULT_HOST = 'logs-01.loggly.com';
const DEFAULT_PORT = 514;

export const logglyHandler = defineHandler<LogglyConfig>(loggly, (config, { log, node, services }) => {
  const entryOf = entryMaker(config.custom_fields_by_lua, log);
  const streamEntryOf = streamEntryMaker(config.custom_fields_by_lua, log);
  const severityOf = severityByStatus(config);
  const receiver = services.messages.udp({ host: config.host ?? DEFAULT_HOST, port: config.port ?? DEFAULT_PORT, log });
  const tags = (config.tags ?? []).map((tag) => ` tag="${tag}"`).join('');
  const send = (status: number, startedAt: number, entry: () => LogEntry) => {
    const severity = severityOf(status);
    if (severity === undefined) return;
    const time = new Date(startedAt).toISOString();
    const head = `<${FACILITY + severity}>1 ${time} ${node.hostname} kong - - [${config.key}@${ENTERPRISE}${tags}]`;
    receiver.send(`${head} ${entryText(entry())}`);
  };
  return {
    log: (exchange) => send(statusOf(exchange), exchange.timings.startedAt, () => entryOf(exchange)),
    logStream: (stream) => send(stream.status, stream.startedAt, () => streamEntryOf(stream)),
    close: () => receiver.close(),
  };
});
