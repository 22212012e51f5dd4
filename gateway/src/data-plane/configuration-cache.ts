/**
 * The last two configurations on disk, so that a data plane starts with everything else down.
 * File: one line of JSON (format, hash, SHA-256 of the rest), then the gzip of the table.
 */
import { createHash } from 'node:crypto';
import { constants, readFileSync, renameSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, gunzipSync } from 'node:zlib';

import { GatewayError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ConfigTable, Row } from '../model/config-table.ts';

interface CachedConfiguration {
  readonly table: ConfigTable;
  readonly hash: string;
}

interface Head {
  readonly format: string;
  readonly hash: string;
  readonly sha256: string;
}

const FORMAT = 'hybridge-configuration-1';

/** Newest first. */
const GENERATIONS = ['configuration.0', 'configuration.1'] as const;

export class ConfigurationCache {
  readonly #folder: string;
  readonly #log: Log;
  #waiting: CachedConfiguration | undefined;
  #writing: Promise<void> | undefined;

  /** @param folder made when the first configuration is stored */
  constructor(folder: string, log: Log) {
    this.#folder = folder;
    this.#log = log;
  }

  /**
   * The newest generation that is whole and that `accept` takes. A file that is not whole is moved aside, never deleted, and reported in
   * one warning.
   * @param accept says why a configuration cannot be used, or nothing
   */
  load(accept: (cached: CachedConfiguration) => string | undefined): CachedConfiguration | undefined {
    for (const generation of GENERATIONS) {
      const path = join(this.#folder, generation);
      const bytes = this.#read(path);
      if (bytes === undefined) continue;
      const cached = parse(bytes);
      const problem = typeof cached === 'string' ? cached : accept(cached);
      if (problem === undefined) return cached as CachedConfiguration;
      this.#moveAside(path, problem);
    }
    return undefined;
  }

  /**
   * Stores a configuration, off the way of requests; the one before it stays as the second generation. After a crash at any moment at least
   * one of them is whole. Of several that wait, only the newest is stored. What fails is logged: the configuration runs, and only a restart
   * without a control plane would miss it.
   */
  store(table: ConfigTable, hash: string): void {
    const isWriting = this.#writing !== undefined;
    this.#waiting = { table, hash };
    if (!isWriting) this.#writing = this.#writeAll();
  }

  /** Resolves when everything is stored. */
  async idle(): Promise<void> {
    await this.#writing;
  }

  async #writeAll(): Promise<void> {
    while (this.#waiting !== undefined) {
      const { table, hash } = this.#waiting;
      this.#waiting = undefined;
      try {
        await this.#write(table, hash);
      } catch (error) {
        const problem = new GatewayError(
          'cache-unwritable', `cannot store the configuration in ${this.#folder}: ${messageOf(error)}`, 'io', { cause: error },
        );
        this.#log.error(messageOf(problem));
      }
    }
    this.#writing = undefined;
  }

  async #write(table: ConfigTable, hash: string): Promise<void> {
    const [newest, older] = GENERATIONS.map((generation) => join(this.#folder, generation)) as [string, string];
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const fresh = join(this.#folder, 'configuration.new');
    await writeDurably(fresh, await serialize(table, hash));
    await renameIfThere(newest, older);
    await rename(fresh, newest);
    await syncFolder(this.#folder);
  }

  #read(path: string): Buffer | undefined {
    try {
      return readFileSync(path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        this.#log.warn(`stored configuration ${path} cannot be read: ${messageOf(error)}`);
      }
      return undefined;
    }
  }

  #moveAside(path: string, problem: string): void {
    const aside = `${path}.bad-${new Date().toISOString().replaceAll(/[:.]/g, '')}`;
    try {
      renameSync(path, aside);
      this.#log.warn(`stored configuration ${path} cannot be used: ${problem}; moved to ${aside}`);
    } catch (error) {
      this.#log.warn(`stored configuration ${path} cannot be used: ${problem}; it could not be moved aside: ${messageOf(error)}`);
    }
  }
}

/** Compresses in threads of the runtime, what is handed to them a little at a time. */
async function serialize(table: ConfigTable, hash: string): Promise<readonly Buffer[]> {
  const body: Buffer[] = [];
  const sha256 = createHash('sha256');
  await pipeline(Readable.from(textOf(table), { highWaterMark: 1 }), createGzip({ level: 1 }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      sha256.update(chunk);
      body.push(chunk);
    }
  });
  const head: Head = { format: FORMAT, hash, sha256: sha256.digest('hex') };
  return [Buffer.from(`${JSON.stringify(head)}\n`), ...body];
}

/** Characters that are made at once. */
const CHUNK_CHARS = 32_768;

/** The table as JSON. */
function* textOf(table: ConfigTable): Generator<string, void, void> {
  let text = '{';
  for (const [name, rows] of Object.entries(table)) {
    if (rows === undefined) continue;
    text += `${text.endsWith('{') ? '' : ','}${JSON.stringify(name)}:`;
    if (!Array.isArray(rows)) {
      text += JSON.stringify(rows);
      continue;
    }
    text += '[';
    for (const [at, row] of (rows as readonly Row[]).entries()) {
      text += `${at === 0 ? '' : ','}${JSON.stringify(row)}`;
      if (text.length < CHUNK_CHARS) continue;
      yield text;
      text = '';
    }
    text += ']';
  }
  yield `${text}}`;
}

/** The configuration, or what is wrong with the file. */
function parse(bytes: Buffer): CachedConfiguration | string {
  const end = bytes.indexOf('\n');
  const head = readHead(bytes.subarray(0, Math.max(end, 0)));
  if (head === undefined) return 'it does not begin as expected';
  const body = bytes.subarray(end + 1);
  if (digest(body) !== head.sha256) return 'its checksum is wrong';
  try {
    return { table: JSON.parse(gunzipSync(body).toString('utf8')) as ConfigTable, hash: head.hash };
  } catch (error) {
    return messageOf(error);
  }
}

function readHead(line: Buffer): Head | undefined {
  try {
    const head = JSON.parse(line.toString('utf8')) as Partial<Head>;
    return head.format === FORMAT && typeof head.hash === 'string' && typeof head.sha256 === 'string' ? head as Head : undefined;
  } catch {
    return undefined;
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function writeDurably(path: string, parts: readonly Buffer[]): Promise<void> {
  // Each write is on the disk when it returns: Node's permission model, which a hardened node may run under, knows no fsync.
  const flags = constants.O_WRONLY + constants.O_CREAT + constants.O_TRUNC + (constants.O_SYNC ?? 0);
  // The file contains credentials: only this user may read it.
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(Buffer.concat(parts));
  } finally {
    await file.close();
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Without this a crash of the machine may undo the renames; the generation before is whole then. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error;
  } finally {
    await folder.close();
  }
}
