/** Reads declarative configurations in a thread: the one that proxies goes on meanwhile, and only takes over what has changed. */
import { Worker } from 'node:worker_threads';

import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { DeclarativeReader } from './declarative-reading.ts';
import type { ConfigurationReading, GivenConfiguration, ReadingContext } from './declarative-reading.ts';

export interface ReaderThreadOptions {
  /** Path of the thread's program. */
  readonly artefact: string;
  /** What the program finds its schemas by. */
  readonly workerData: unknown;
  readonly log: Log;
}

/** What the thread is asked, and its answer. */
export interface ReadQuestion {
  readonly configuration: GivenConfiguration;
  readonly context: ReadingContext;
}
export type ReadAnswer = { readonly reading: ConfigurationReading } | { readonly error: string };

/** A shorter text holds the loop for a few milliseconds, in which no thread starts. Bytes. */
const WORTH_A_THREAD = 8_192;

/** A thread that has had nothing to do for so long ends, and frees its memory; the next one hands over all rows again. Milliseconds. */
const IDLE_MS = 15_000;

/** Most of what a reading makes is garbage at once: more room would only take memory from the node. */
const YOUNG_GENERATION_MB = 48;

export class ThreadedReader {
  readonly #own: DeclarativeReader;
  readonly #options: ReaderThreadOptions;
  #thread: Worker | undefined;
  #idle: NodeJS.Timeout | undefined;

  /** @param own reads what is not worth a thread, and everything where threads cannot be started */
  constructor(own: DeclarativeReader, options: ReaderThreadOptions) {
    this.#own = own;
    this.#options = options;
  }

  /** Not to be called again before it has resolved. @throws Error the thread has ended, because of the configuration or by itself */
  async read(configuration: GivenConfiguration, context: ReadingContext): Promise<ConfigurationReading> {
    if (sizeOf(configuration) < WORTH_A_THREAD) return this.#own.read(configuration, context);
    const thread = this.#started();
    if (thread === undefined) return this.#own.read(configuration, context);
    clearTimeout(this.#idle);
    try {
      const answer = await ask(thread, { configuration, context });
      if ('error' in answer) throw new Error(answer.error);
      return answer.reading;
    } finally {
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  #started(): Worker | undefined {
    if (this.#thread !== undefined) return this.#thread;
    const { artefact, workerData, log } = this.#options;
    try {
      const thread = new Worker(artefact, {
        workerData, name: 'declarative', resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      });
      thread.once('exit', () => { if (this.#thread === thread) this.#thread = undefined; });
      // A node that ends does not wait for it.
      thread.unref();
      this.#thread = thread;
    } catch (error) {
      log.warn(`no thread can be started: a declarative configuration holds up requests while it is read: ${messageOf(error)}`);
    }
    return this.#thread;
  }
}

function ask(thread: Worker, question: ReadQuestion): Promise<ReadAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (act: () => void) => () => {
      thread.off('message', answered).off('error', failed).off('exit', ended);
      act();
    };
    const answered = (answer: ReadAnswer): void => settle(() => resolve(answer))();
    const failed = (error: Error): void => settle(() => reject(new Error(`the configuration cannot be read: ${error.message}`)))();
    const ended = settle(() => reject(new Error('the thread that reads configurations has ended')));
    thread.on('message', answered).on('error', failed).on('exit', ended);
    thread.postMessage(question);
  });
}

function sizeOf(configuration: GivenConfiguration): number {
  if ('body' in configuration) return configuration.body.length;
  return typeof configuration.given === 'string' ? configuration.given.length : 0;
}
