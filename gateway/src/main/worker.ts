/** Artefact: a worker of a node with several. Its supervisor starts it; by itself it does nothing. */
import { endLoudly, ignoreStopSignals, silenceExperimentalWarnings } from '../process/process-rules.ts';
import { runWorker } from '../workers/worker.ts';

if (process.send === undefined) {
  process.stderr.write('hybridge: a worker is started by its node; run start.mjs\n');
  process.exit(1);
}
endLoudly();
silenceExperimentalWarnings();
// The supervisor gets the signal, too, and says what follows.
ignoreStopSignals();
// The supervisor, which reads them, may be gone while the last requests end.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
runWorker(process as never, (exitCode) => process.exit(exitCode));
