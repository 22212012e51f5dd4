/** tcp-log, phase log: sends the log entry of each request and stream as a line on a kept connection. Lost ones are counted. */
import { entryText, lineMaker, streamEntryMaker } from '../../log-entries/custom-fields.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { tcpLog } from './schema.ts';
import type { TcpLogConfig } from './schema.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const DEFAULT_KEEP_ALIVE_MS = 60_000;

export const tcpLogHandler = defineHandler<TcpLogConfig>(tcpLog, (config, { log, services }) => {
  const { host, port, tls, tls_sni: serverName } = config;
  const lineOf = lineMaker(config.custom_fields_by_lua, log);
  const streamEntryOf = streamEntryMaker(config.custom_fields_by_lua, log);
  const receiver = services.messages.tcp({
    host, port, log,
    timeoutMs: config.timeout ?? DEFAULT_TIMEOUT_MS,
    keepAliveMs: config.keepalive ?? DEFAULT_KEEP_ALIVE_MS,
    tls: tls ? { serverName: serverName ?? host } : undefined,
  });
  return {
    log: (exchange) => receiver.send(`${lineOf(exchange)}\n`),
    logStream: (stream) => receiver.send(`${entryText(streamEntryOf(stream))}\n`),
    close: () => receiver.close(),
  };
});
