/** A real MariaDB server for tests, from the machine's package (Debian: `mariadb-server`), with data and socket in a folder of its own. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';
import type { ConnectionOptions, RowDataPacket } from 'mysql2/promise';
import { freePorts } from '../../../cli/demo/free-ports.ts';
import { isOnPath } from './on-path.ts';

const run = promisify(execFile);

/** What suites get to know of the server. Its user has every right, and no password. */
export interface MariaDbAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
}

const USER = 'tests';

/** Few systems have it on the path of users. */
const PROGRAMS = ['/usr/sbin', '/usr/local/sbin', '/usr/bin', '/usr/local/bin', '/opt/homebrew/bin'].map((folder) => `${folder}/mariadbd`);

/** Quick rather than safe: a crash of the machine may lose the data, a crash of the server does not. */
const SETTINGS = [
  '--skip-name-resolve', '--innodb-log-file-size=16M', '--innodb-buffer-pool-size=32M', '--performance-schema=off', '--sync-frm=OFF',
  '--innodb-flush-log-at-trx-commit=2', '--innodb-flush-method=nosync', '--innodb-doublewrite=0',
];

const START_LIMIT_MS = 30_000;

export class MariaDbServer {
  /**
   * Makes its data in a new folder below this one, and starts it; undefined where the machine has no MariaDB.
   *
   * @param options of the server, in addition
   */
  static async start(below = tmpdir(), options: readonly string[] = []): Promise<MariaDbServer | undefined> {
    const program = PROGRAMS.find((path) => existsSync(path));
    if (!program || !isOnPath('mariadb-install-db')) return undefined;
    const folder = mkdtempSync(join(below, 'hybridge-mariadb-'));
    const server = new MariaDbServer(program, folder, { host: '127.0.0.1', port: (await freePorts(1))[0]!, user: USER }, options);
    mkdirSync(server.data);
    await run('mariadb-install-db', [
      '--no-defaults', `--datadir=${server.data}`, '--auth-root-authentication-method=normal', '--skip-test-db',
      '--skip-name-resolve', '--innodb-log-file-size=16M',
      ...asSelf(),
    ]);
    await server.launch();
    return server;
  }

  private process: ChildProcess | undefined;

  private constructor(
    private readonly program: string, private readonly folder: string, readonly address: MariaDbAddress,
    private readonly options: readonly string[],
  ) {}

  /** Starts the server again after `stop`. @param more options, for this time */
  async launch(more: readonly string[] = []): Promise<void> {
    const child = spawn(this.program, [
      '--no-defaults', `--datadir=${this.data}`, `--port=${this.address.port}`, `--bind-address=${this.address.host}`,
      `--socket=${join(this.folder, 'socket')}`, `--pid-file=${join(this.folder, 'pid')}`,
      // Servers that share a folder for temporary tables remove each other's.
      `--tmpdir=${this.data}`,
      ...SETTINGS, `--init-file=${this.users()}`, ...asSelf(), ...this.options, ...more,
    ], { stdio: ['ignore', 'ignore', 'pipe'] });
    let output = '';
    child.stderr!.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-4_000); });
    this.process = child;
    await this.untilReady(child, () => output);
  }

  /** Stops it at once, as a crash would; the data stay. */
  async stop(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  /** Stops it and removes its folder. */
  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private async untilReady(child: ChildProcess, output: () => string): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    for (;;) {
      try {
        await runMysql(this.address, 'select 1');
        return;
      } catch (error) {
        if (child.exitCode !== null || Date.now() > deadline) throw new Error(`MariaDB did not start: ${output()}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    }
  }

  private users(): string {
    const file = join(this.folder, 'users.sql');
    writeFileSync(file, `create user if not exists '${USER}'@'%';\ngrant all privileges on *.* to '${USER}'@'%' with grant option;\n`);
    return file;
  }

  private get data(): string {
    return join(this.folder, 'data');
  }
}

/** The program refuses to be root unless it is said. */
function asSelf(): readonly string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

/** Runs one statement on a connection of its own. */
export async function runMysql(options: ConnectionOptions, statement: string): Promise<readonly RowDataPacket[]> {
  const connection = await createConnection({ ...options });
  try {
    await connection.query('set autocommit = 1');
    const [rows] = await connection.query(statement);
    return rows as RowDataPacket[];
  } finally {
    await connection.end();
  }
}
