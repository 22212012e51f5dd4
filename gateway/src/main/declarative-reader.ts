/** Artefact: a thread of a node without a database, which reads its declarative configurations. */
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { basename } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

import { messageOf } from '../base/errors.ts';
import { DeclarativeReader } from '../control-plane/declarative-reading.ts';
import type { ReadAnswer, ReadQuestion } from '../control-plane/declarative-thread.ts';
import { schemasFor } from '../plugins/schemas.ts';

/** Requests come first where there are not enough processors. */
const PRIORITY = 10;

if (parentPort === null) {
  process.stderr.write('hybridge: this program is a thread of a node; run start.mjs\n');
  process.exit(1);
}
const port = parentPort;
try {
  setPriority(Number(basename(readlinkSync('/proc/thread-self'))), PRIORITY);
} catch {
  // Other systems than Linux do not say which thread this is.
}
const reader = new DeclarativeReader(schemasFor(workerData as Parameters<typeof schemasFor>[0]).schemas);
port.on('message', ({ configuration, context }: ReadQuestion) => {
  try {
    const reading = reader.read(configuration, context);
    const bytes = reading.kind === 'read' ? [reading.shown.buffer as ArrayBuffer] : [];
    port.postMessage({ reading } satisfies ReadAnswer, bytes);
  } catch (error) {
    port.postMessage({ error: messageOf(error) } satisfies ReadAnswer);
  }
});
