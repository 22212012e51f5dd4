/** What every process of a node does about warnings, defects and signals. */
import { handToOwner } from '../base/defect-owner.ts';
import { EXIT_CODES } from '../base/errors.ts';

/** Node 24 calls `node:sqlite` experimental on every start; the pinned version is what we test with. */
export function silenceExperimentalWarnings(): void {
  const printers = process.listeners('warning');
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') for (const print of printers) print(warning);
  });
}

/** A defect in one request ends that request. Any other ends the process with its stack: a process in an unknown state must not go on. */
export function endLoudly(): void {
  const crash = (error: unknown) => {
    if (handToOwner(error)) return;
    process.stderr.write(`hybridge: defect: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(EXIT_CODES.defect);
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);
}

/** Signals may come to all processes of a node, from a terminal for example. */
export function ignoreStopSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGUSR2'] as const) process.on(signal, () => undefined);
}
