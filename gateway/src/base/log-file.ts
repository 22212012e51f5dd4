/**
 * The file of a node's log. Lines are few, and the last ones before a crash matter most: each is written before the call returns. A file
 * that was renamed or removed is created again.
 */
import { closeSync, fstatSync, openSync, statSync, writeSync } from 'node:fs';

import { messageOf } from './errors.ts';

/** How often the path is compared with the open file. Milliseconds. */
const LOOK_MS = 1000;

const MODE = 0o640;

/**
 * @param path `/dev/stderr` is the stream of the process
 * @param instead where lines go while the file cannot be written
 */
export function logFile(path: string, instead: (line: string) => void = toStandardError): (line: string) => void {
  if (path === '/dev/stderr') return toStandardError;
  const file = new LogFile(path);
  let isFailing = false;
  return (line) => {
    try {
      file.write(line);
      isFailing = false;
    } catch (error) {
      if (!isFailing) instead(`${JSON.stringify({ level: 'error', message: `the log ${path} cannot be written: ${messageOf(error)}` })}\n`);
      isFailing = true;
      instead(line);
    }
  };
}

function toStandardError(line: string): void {
  process.stderr.write(line);
}

class LogFile {
  readonly #path: string;
  #fd: number | undefined;
  #lookedAt = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** @throws Error the file cannot be written */
  write(line: string): void {
    const now = performance.now();
    if (this.#fd !== undefined && now - this.#lookedAt >= LOOK_MS && !this.#isInPlace()) this.#close();
    if (this.#fd === undefined || now - this.#lookedAt >= LOOK_MS) this.#lookedAt = now;
    this.#fd ??= openSync(this.#path, 'a', MODE);
    try {
      writeSync(this.#fd, line);
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #isInPlace(): boolean {
    const [named, held] = [statSync(this.#path, { throwIfNoEntry: false }), fstatSync(this.#fd!)];
    return named?.ino === held.ino && named.dev === held.dev;
  }

  #close(): void {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) closeSync(fd);
  }
}
