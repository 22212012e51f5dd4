/** Notices when files change, as mounted secrets do, and reads them again, so that a node need not restart. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { SettingProblem } from './setting-problem.ts';

interface FileWatchOptions<T> {
  /** What the files are, for the log, e.g. `the files of the tunnel`. */
  readonly what: string;
  /** Paths. */
  readonly files: readonly string[];
  /** Reads all of them. @throws SettingProblem when they cannot be used */
  readonly read: () => T;
  /** Gets what was read each time that a file has changed, and once at the first look. */
  readonly changed: (value: T) => void;
  readonly log: Log;
  /** @default - the clock of the machine */
  readonly clock?: Clock;
}

/** Files are polled: a mounted secret changes by a symbolic link two folders away, which file events miss. Milliseconds. */
export const LOOK_INTERVAL_MS = 5_000;

export class FileWatch<T> {
  readonly #options: FileWatchOptions<T>;
  readonly #timer: Timer | undefined;
  /** State of the files that was read last; none at first, so that a change between start and first look is not missed. */
  #current: string | undefined;
  #refused: string | undefined;
  #reported: string | undefined;

  constructor(options: FileWatchOptions<T>) {
    this.#options = options;
    const { clock = SYSTEM_CLOCK, files } = options;
    this.#timer = files.length === 0 ? undefined : clock.every(LOOK_INTERVAL_MS, () => this.#look());
  }

  close(): Promise<void> {
    this.#timer?.cancel();
    return Promise.resolve();
  }

  #look(): void {
    const contents = contentsOf(this.#options.files);
    if (contents === this.#current) return;
    const value = this.#read(contents);
    if (value === undefined) return;
    this.#current = contents;
    this.#refused = undefined;
    this.#reported = undefined;
    this.#options.changed(value);
  }

  #read(contents: string): T | undefined {
    try {
      return this.#options.read();
    } catch (error) {
      if (!(error instanceof SettingProblem)) throw error;
      this.#report(contents, error.message);
      return undefined;
    }
  }

  /** Once for each state of the files, and only when two looks find the same state: between two files of one change they do not match. */
  #report(contents: string, problem: string): void {
    if (this.#refused === contents && this.#reported !== contents) {
      this.#options.log.error(`${this.#options.what} changed, but cannot be used; what was read before stays in use: ${problem}`);
      this.#reported = contents;
    }
    this.#refused = contents;
  }
}

/** A digest, so that keys are not held twice. A file that cannot be read counts as another state. */
function contentsOf(files: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of files) {
    hash.update(`${path}\0`);
    try {
      hash.update(readFileSync(path));
    } catch (error) {
      hash.update(String((error as NodeJS.ErrnoException).code));
    }
  }
  return hash.digest('hex');
}
