/**
 * The last two configurations on disk, so that a data plane starts with everything else down.
 * File: one line of JSON (format, hash, SHA-256 of the rest), then the gzip of the table. Source of the rules: issue 3, "Bad input".
 */
import { createHash } from 'node:crypto';
import { closeSync, constants, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

import { GatewayError, messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ConfigTable } from '../model/config-table.ts';

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
   * Stores a configuration; the one before it stays as the second generation. After a crash at any moment at least one of them is whole.
   * @throws GatewayError `cache-unwritable`
   */
  store(table: ConfigTable, hash: string): void {
    const [newest, older] = GENERATIONS.map((generation) => join(this.#folder, generation)) as [string, string];
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const fresh = join(this.#folder, 'configuration.new');
      writeDurably(fresh, serialize(table, hash));
      renameIfThere(newest, older);
      renameSync(fresh, newest);
      syncFolder(this.#folder);
    } catch (error) {
      throw new GatewayError(
        'cache-unwritable', `cannot store the configuration in ${this.#folder}: ${messageOf(error)}`, 'io', { cause: error },
      );
    }
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

function serialize(table: ConfigTable, hash: string): Buffer {
  const body = gzipSync(JSON.stringify(table), { level: 1 });
  const head: Head = { format: FORMAT, hash, sha256: digest(body) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
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

function writeDurably(path: string, bytes: Buffer): void {
  // Each write is on the disk when it returns: Node's permission model, which a hardened node may run under, knows no fsync.
  const flags = constants.O_WRONLY + constants.O_CREAT + constants.O_TRUNC + (constants.O_SYNC ?? 0);
  // The file contains credentials: only this user may read it.
  const file = openSync(path, flags, 0o600);
  try {
    for (let offset = 0; offset < bytes.length;) offset += writeSync(file, bytes, offset);
  } finally {
    closeSync(file);
  }
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** Without this a crash of the machine may undo the renames; the generation before is whole then. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ACCESS_DENIED') throw error;
  } finally {
    closeSync(folder);
  }
}
