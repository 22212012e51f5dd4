/** The newest configuration that a node has had, on its disk: an older one that was left outside is not taken for it. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';

interface Known {
  readonly hash: string;
  /** Seconds since 1970, by the clock of the control plane. */
  readonly time: number;
}

export class NewestKnown {
  readonly #path: string;
  readonly #log: Log;
  #known: Known | undefined;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
    this.#known = read(path);
  }

  /** Whether a configuration is older than one that this node has had. */
  isOlder({ hash, time }: Known): boolean {
    return this.#known !== undefined && this.#known.hash !== hash && time < this.#known.time;
  }

  record(known: Known): void {
    if (this.isOlder(known)) return;
    this.#known = known;
    try {
      mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
      writeFileSync(`${this.#path}.new`, JSON.stringify(known), { mode: 0o600 });
      renameSync(`${this.#path}.new`, this.#path);
    } catch (error) {
      this.#log.warn(`cannot write ${this.#path}: ${messageOf(error)}; after a restart an older fallback would be accepted`);
    }
  }
}

function read(path: string): Known | undefined {
  try {
    const { hash, time } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Known>;
    return typeof hash === 'string' && typeof time === 'number' ? { hash, time } : undefined;
  } catch {
    return undefined;
  }
}
