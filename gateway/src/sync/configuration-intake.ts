/** What a data plane does with the messages of its control plane: one at a time, and of those that wait only the newest. */
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';

import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { hashConfigTable, isEmptyTable, NO_HASH } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import type { ApplyFailure, Reconfigure } from './protocol.ts';

const decompress = promisify(unzip);

/** Most bytes that a message may unpack to: ten thousand routes are 5 MB. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

export type ApplyOutcome =
  | { readonly applied: true }
  | { readonly applied: false; readonly message: string; readonly errors?: readonly unknown[] };

/** The data plane behind the tunnel. */
export interface Receiver {
  /** Hash of the configuration that runs now; 32 zeros when there is none. */
  currentHash(): string;
  /** The control plane sent the configuration that runs. */
  confirm?(): void;
  /**
   * Takes a configuration over, or leaves everything as it was. An empty table comes with the hash of 32 zeros.
   * @param time when the control plane prepared it. Seconds since 1970. @default - it did not say
   */
  apply(table: ConfigTable, hash: string, time?: number): ApplyOutcome | Promise<ApplyOutcome>;
}

interface ConfigurationIntakeOptions {
  readonly receiver: Receiver;
  readonly log: Log;
  /** The pushed configuration runs, now or already. */
  readonly onRunning: () => void;
  /** The data plane refused the pushed configuration. */
  readonly onRefused: (failure: ApplyFailure) => void;
  /** What arrived is no message of the protocol. */
  readonly onUnreadable: (reason: string) => void;
  /** Most bytes that a message may unpack to. @default 512 MiB */
  readonly maxUnpackedBytes?: number;
}

export class ConfigurationIntake {
  readonly #options: ConfigurationIntakeOptions;
  #newest: Buffer | undefined;
  #working = false;
  /** Number of connections that are over. */
  #connection = 0;

  constructor(options: ConfigurationIntakeOptions) {
    this.#options = options;
  }

  /** Takes a message; it replaces one that still waits. */
  offer(data: Buffer): void {
    this.#newest = data;
    if (!this.#working) void this.#work();
  }

  /** Forgets a message that still waits: its connection is over, and the next one begins with a whole configuration. */
  clear(): void {
    this.#newest = undefined;
    this.#connection += 1;
  }

  async #work(): Promise<void> {
    this.#working = true;
    while (this.#newest !== undefined) {
      const data = this.#newest;
      this.#newest = undefined;
      await this.#take(data);
    }
    this.#working = false;
  }

  async #take(data: Buffer): Promise<void> {
    const connection = this.#connection;
    const message = await decode(data, this.#options.maxUnpackedBytes ?? MAX_UNPACKED_BYTES);
    if (typeof message === 'string') {
      // Another connection is not to blame.
      if (connection === this.#connection) this.#options.onUnreadable(message);
      return;
    }
    if (message.type === 'reconfigure') await this.#reconfigure(message);
    else this.#options.log.info(`a message of type ${JSON.stringify(message.type)} from the control plane is ignored`);
  }

  async #reconfigure(message: Partial<Reconfigure>): Promise<void> {
    const { receiver, log, onRunning, onRefused } = this.#options;
    const table = message.config_table;
    if (typeof table !== 'object' || table === null) return log.error('the control plane sent a configuration without config_table');
    // Section hashes are ignored: every push compiles all sections, so wrong section hashes of a control plane do no harm.
    const isNamed = typeof message.config_hash === 'string' && message.config_hash !== '';
    const named = isNamed ? message.config_hash! : hashConfigTable(table).config;
    const hash = isEmptyTable(table) ? NO_HASH : named;
    if (hash === receiver.currentHash()) {
      receiver.confirm?.();
      return onRunning();
    }
    const outcome = await this.#apply(table, hash, typeof message.timestamp === 'number' ? message.timestamp : undefined);
    if (outcome.applied) {
      log.notice('configuration applied', { hash });
      return onRunning();
    }
    log.error(`configuration refused, the old one stays: ${outcome.message}`, { hash });
    return onRefused(failureOf(outcome, named));
  }

  /** A defect in the receiver is a refusal: the next configuration may be one that it can run. */
  async #apply(table: ConfigTable, hash: string, time: number | undefined): Promise<ApplyOutcome> {
    try {
      return await this.#options.receiver.apply(table, hash, time);
    } catch (error) {
      return { applied: false, message: messageOf(error) };
    }
  }
}

function failureOf(outcome: ApplyOutcome & { applied: false }, hash: string): ApplyFailure {
  return {
    type: 'error',
    error: {
      name: 'declarative configuration parse failure',
      message: outcome.message,
      source: 'hybridge.data-plane.apply',
      config_hash: hash,
      flattened_errors: outcome.errors ?? [],
    },
  };
}

/** @returns the message, or why it is none */
async function decode(data: Buffer, maxOutputLength: number): Promise<Partial<Reconfigure> | string> {
  try {
    const message: unknown = JSON.parse((await decompress(data, { maxOutputLength })).toString('utf8'));
    if (typeof message === 'object' && message !== null) return message as Partial<Reconfigure>;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      return `the control plane sent a message that unpacks to more than ${maxOutputLength} bytes`;
    }
  }
  return 'the control plane sent something that is not a compressed JSON message';
}
