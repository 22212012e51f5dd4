/** udp-log, phase log: sends the log entry of each request and stream as one datagram. Lost entries are counted, not repeated. */
import { entryText, lineMaker, streamEntryMaker } from '../../log-entries/custom-fields.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { udpLog } from './schema.ts';
import type { UdpLogConfig } from './schema.ts';

export const udpLogHandler = defineHandler<UdpLogConfig>(udpLog, ({ host, port, custom_fields_by_lua: codes }, { log, services }) => {
  const lineOf = lineMaker(codes, log);
  const streamEntryOf = streamEntryMaker(codes, log);
  const receiver = services.messages.udp({ host, port, log });
  return {
    log: (exchange) => receiver.send(lineOf(exchange)),
    logStream: (stream) => receiver.send(entryText(streamEntryOf(stream))),
    close: () => receiver.close(),
  };
});
