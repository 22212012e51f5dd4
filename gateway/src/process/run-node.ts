/**
 * The life of a node's process: read the settings, start, run until told to stop, drain, end with the right exit code.
 * A failure that the operator can fix is one line on standard error, never a stack trace.
 */
import { constants, accessSync, mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { EXIT_CODES, GatewayError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { SettingsError, readSettings } from '../settings/read.ts';
import type { Settings } from '../settings/settings.ts';
import { SETTINGS } from '../settings/table.ts';
import { withDefaultCertificates } from './default-certificates.ts';
import { changeLevelOnSignal, createNodeLog } from './node-log.ts';
import { endLoudly, silenceExperimentalWarnings } from './process-rules.ts';

/** A started node. */
export interface RunningNode {
  /** What it listens on, by listener. */
  readonly addresses: Readonly<Partial<Record<keyof Settings['listen'], readonly AddressInfo[]>>>;
  /** Tells load balancers and clients to go elsewhere while everything is still served. */
  drain?(): void | Promise<void>;
  /** Ends its other processes at once. */
  kill?(): void;
  /** Finishes what is in flight, closes listeners and stores. */
  close(): Promise<void>;
}

export type StartNode = (settings: Settings, log: Log) => Promise<RunningNode>;

/** Runs a node in this process and sets its exit code. Resolves once the node has started, or has failed to. */
export async function runNode(start: StartNode): Promise<void> {
  endLoudly();
  silenceExperimentalWarnings();
  try {
    const { settings, log } = prepare();
    const node = await start(await withDefaultCertificates(settings), log);
    log.notice(
      'started', { listening: Object.fromEntries(Object.entries(node.addresses).map(([name, addresses]) => [name, addresses.map(shown)])) },
    );
    closeOnSignal(node, settings, log);
    changeLevelOnSignal(log);
  } catch (error) {
    fail(error);
  }
}

/** Runs a task that ends by itself with the settings of a node, and sets the exit code. */
export async function runOnce(task: (settings: Settings, log: Log) => Promise<void>): Promise<void> {
  endLoudly();
  silenceExperimentalWarnings();
  try {
    const { settings, log } = prepare();
    await task(settings, log);
  } catch (error) {
    fail(error);
  }
}

function prepare(): { settings: Settings; log: Log } {
  const { settings, warnings } = readSettings(process.env);
  prepareWorkingDirectory(settings);
  const log = createNodeLog(settings);
  for (const warning of warnings) log.warn(warning);
  return { settings, log };
}

function shown({ address, port, family }: AddressInfo): string {
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Prints why a process ends, one line for each problem, and sets the exit code. */
function fail(error: unknown): void {
  if (!(error instanceof GatewayError)) throw error;
  const lines = error instanceof SettingsError ? error.problems : [messageOf(error)];
  for (const line of lines) process.stderr.write(`hybridge: ${line}\n`);
  process.exitCode = EXIT_CODES[error.reason];
  // A part that started before another failed may hold the process open.
  setImmediate(() => process.exit());
}

function prepareWorkingDirectory(settings: Settings): void {
  try {
    mkdirSync(settings.prefix, { recursive: true, mode: 0o750 });
    accessSync(settings.prefix, constants.W_OK);
  } catch (error) {
    throw new GatewayError('prefix-unwritable',
      `${SETTINGS.prefix.name}: the working directory ${settings.prefix} cannot be created or written: ${messageOf(error)}`,
      'io', { cause: error });
  }
}

function closeOnSignal(node: RunningNode, settings: Settings, log: Log): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) {
      log.warn('told to stop a second time: ending at once', { signal });
      node.kill?.();
      process.exit(1);
    }
    stopping = true;
    // A person at a terminal does not want to wait for load balancers; only SIGTERM comes from an orchestrator.
    const drainSeconds = signal === 'SIGTERM' ? settings.drainSeconds : 0;
    log.notice('stopping', { signal, drain_seconds: drainSeconds });
    try {
      await node.drain?.();
      await new Promise((resolve) => setTimeout(resolve, drainSeconds * 1000));
      await node.close();
      log.notice('stopped');
      process.exit(0);
    } catch (error) {
      log.error('the node did not stop cleanly', { error: messageOf(error) });
      process.exit(EXIT_CODES.defect);
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
