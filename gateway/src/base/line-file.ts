/**
 * Lines that are appended to a file, or to a stream of the process, in batches and without waiting: bounded in memory, and counted when
 * they are lost. A file that was renamed or removed is created again, as programs that rotate logs expect.
 */
import { constants, write } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';

import { messageOf } from './errors.ts';

export interface LineFileOptions {
  /** `/dev/stdout` and `/dev/stderr` are the streams of the process. */
  readonly path: string;
  /** Whether the file is opened again for each write, so that a rotated one is left at once. @default false */
  readonly reopens?: boolean;
  /** Bytes that may wait. @default 16_777_216 */
  readonly maxBytes?: number;
  /** Called with the first loss of a series, and when writing works again. */
  onLoss?(reason: string | undefined, lost: number): void;
}

const DEFAULT_MAX_BYTES = 16_777_216;

/** Bytes that are written at once; fewer wait for others. A write costs as much as to copy 64 KiB. */
const BATCH_BYTES = 262_144;

/** How long a line waits for others. Milliseconds. */
const BATCH_MS = 20;

/** Time before a full stream is tried again. Milliseconds. */
const FULL_MS = 10;

/** How often the path is compared with the open file. Milliseconds. */
const LOOK_MS = 1000;

/** A pipe without a reader is an error, and does not block the opening. */
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

const MODE = 0o644;

const LINE_END = 10;

/** Of UTF-8, for one of UTF-16. */
const MAX_BYTES_PER_CHARACTER = 3;

/** Room for the lines of one batch, with place for one more, as most are. Bytes. */
const ROOM_BYTES = BATCH_BYTES + 65_536;

interface Batch {
  readonly bytes: Buffer;
  /** How many they are. */
  readonly lines: number;
}

/** Lines are written into its room as they come: no text is put together from them. */
interface OpenBatch {
  readonly room: Buffer;
  length: number;
  lines: number;
}

const STREAMS: Readonly<Record<string, number>> = { '/dev/stdout': 1, '/dev/stderr': 2, '/proc/self/fd/1': 1, '/proc/self/fd/2': 2 };

const writeTo = promisify(write) as (fd: number, bytes: Buffer, offset: number) => Promise<{ bytesWritten: number }>;

export class LineFile {
  readonly #options: LineFileOptions;
  readonly #maxBytes: number;
  readonly #waiting: Batch[] = [];
  /** Where lines are added. */
  #open: OpenBatch | undefined;
  #waitingBytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> | undefined;
  #handle: FileHandle | undefined;
  /** A room whose lines are written, for the next ones. */
  #spare: Buffer | undefined;
  #lookedAt = 0;
  #lost = 0;
  #isLosing = false;

  constructor(options: LineFileOptions) {
    this.#options = options;
    this.#maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  }

  /** Lines that were not written. */
  get lost(): number {
    return this.#lost;
  }

  /** @param line without its end */
  append(line: string): void {
    const most = line.length * MAX_BYTES_PER_CHARACTER + 1;
    const isNearLimit = this.#waitingBytes + most > this.#maxBytes;
    if (isNearLimit && this.#waitingBytes + Buffer.byteLength(line) + 1 > this.#maxBytes) {
      return this.#lose(1, `${this.#maxBytes} bytes wait already`);
    }
    this.#add(line, most);
    if (this.#open!.length >= BATCH_BYTES) this.#start();
    else this.#startLater();
    return undefined;
  }

  /** Settles when what was appended is written, or lost. */
  async flush(): Promise<void> {
    while (this.#waitingBytes > 0) {
      this.#start();
      await this.#writing;
    }
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#release();
  }

  #startLater(): void {
    this.#timer ??= setTimeout(() => this.#start(), BATCH_MS);
  }

  #start(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    // Behind a write that takes long, rooms are filled: each takes its memory whatever is in it.
    if (this.#open !== undefined && (this.#writing === undefined || this.#open.length >= BATCH_BYTES)) this.#seal();
    if (this.#waiting.length > 0) this.#writing ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    // What came meanwhile waits for others, as any line does: a write for each few would cost more than the lines.
    for (let batch = this.#waiting.shift(); batch !== undefined; batch = this.#waiting.shift()) {
      const { bytes, lines } = batch;
      try {
        await this.#write(bytes);
        if (this.#isLosing) this.#options.onLoss?.(undefined, this.#lost);
        this.#isLosing = false;
      } catch (error) {
        await this.#release();
        this.#lose(lines, messageOf(error));
      }
      this.#waitingBytes -= bytes.length;
      this.#keep(bytes);
    }
    this.#writing = undefined;
    if (this.#open !== undefined) this.#startLater();
  }

  /** @param most bytes that the line may take */
  #add(line: string, most: number): void {
    if (this.#open !== undefined && this.#open.room.length - this.#open.length < most) this.#seal();
    const batch = this.#open ??= { room: this.#roomFor(most), length: 0, lines: 0 };
    const before = batch.length;
    batch.length += batch.room.write(line, before, 'utf8');
    batch.room[batch.length] = LINE_END;
    batch.length += 1;
    batch.lines += 1;
    this.#waitingBytes += batch.length - before;
  }

  #roomFor(bytes: number): Buffer {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare !== undefined && spare.length >= bytes ? spare : Buffer.allocUnsafeSlow(Math.max(ROOM_BYTES, bytes));
  }

  /** @param bytes of a room that are written: the next lines take their place, as new memory costs more than the write */
  #keep({ buffer }: Buffer): void {
    if (buffer.byteLength === ROOM_BYTES) this.#spare ??= Buffer.from(buffer);
  }

  #seal(): void {
    const { room, length, lines } = this.#open!;
    this.#open = undefined;
    this.#waiting.push({ bytes: room.subarray(0, length), lines });
  }

  async #write(bytes: Buffer): Promise<void> {
    const { path, reopens = false } = this.#options;
    const fd = STREAMS[path] ?? (await this.#opened()).fd;
    for (let offset = 0; offset < bytes.length;) {
      try {
        // Not `writeSync`: a busy disk holds writers back, and that would hold all requests back.
        offset += (await writeTo(fd, bytes, offset)).bytesWritten;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
        await new Promise<void>((resolve) => void setTimeout(resolve, FULL_MS));
      }
    }
    if (reopens) await this.#release();
  }

  /** The file that the path names now, or did less than a second ago. */
  async #opened(): Promise<FileHandle> {
    const { path } = this.#options;
    const now = performance.now();
    if (this.#handle !== undefined && now - this.#lookedAt >= LOOK_MS) {
      this.#lookedAt = now;
      const [named, held] = await Promise.all([stat(path).catch(() => undefined), this.#handle.stat()]);
      if (named?.ino !== held.ino || named.dev !== held.dev) await this.#release();
    }
    if (this.#handle !== undefined) return this.#handle;
    this.#lookedAt = now;
    return (this.#handle = await open(path, FLAGS, MODE));
  }

  async #release(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close().catch(() => undefined);
  }

  #lose(lines: number, reason: string): void {
    this.#lost += lines;
    if (!this.#isLosing) this.#options.onLoss?.(reason, this.#lost);
    this.#isLosing = true;
  }
}
