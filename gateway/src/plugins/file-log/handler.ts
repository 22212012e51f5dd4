/** file-log, phase log: appends the log entry of each request and stream to a file. Neither waits for it, or fails with it. */
import { entryText, lineMaker, streamEntryMaker } from '../../log-entries/custom-fields.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { fileLog } from './schema.ts';
import type { FileLogConfig } from './schema.ts';

export const fileLogHandler = defineHandler<FileLogConfig>(fileLog, (config, { log, services }) => {
  const lineOf = lineMaker(config.custom_fields_by_lua, log);
  const streamEntryOf = streamEntryMaker(config.custom_fields_by_lua, log);
  const file = services.messages.file({ path: config.path, reopens: config.reopen, log });
  return {
    startsNothing: true,
    log: (exchange) => file.send(lineOf(exchange)),
    logStream: (stream) => file.send(entryText(streamEntryOf(stream))),
    close: () => file.close(),
  };
});
