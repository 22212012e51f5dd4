/**
 * Entries for the log of the machine. Its socket takes datagrams, which Node cannot send to a path: the program `logger` of util-linux
 * does, one for all entries, and adds time, tag and process as syslog(3) does.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Log } from '../../base/log.ts';
import type { SystemLog } from '../../plugin-kit/messages.ts';
import { LostMessages } from './lost-messages.ts';

/** Longest entry. A datagram of a Unix socket can have about 200 KiB. Bytes. */
const MAX_BYTES = 131_072;

/** Bytes that may wait for the program. */
const MAX_WAITING_BYTES = 4_194_304;

/** Characters of what the program says that are logged. */
const MAX_COMPLAINT = 500;

/** Time before the program is started again when it ended by itself. Milliseconds. */
const RESTART_MS = 1_000;

export interface SystemLogOptions {
  /** The socket of the system's log. */
  readonly socket: string;
  readonly log: Log;
  readonly clock: Clock;
  /** The program. @default 'logger' */
  readonly program?: string;
}

export class LoggerProgram implements SystemLog {
  readonly #options: SystemLogOptions;
  readonly #losses: LostMessages;
  #child: ChildProcess | undefined;
  #startedAt = -Infinity;
  #failure = 'it is not running';
  /** Entries that the program that runs did not take. */
  #unsent = 0;

  constructor(options: SystemLogOptions) {
    this.#options = options;
    this.#losses = new LostMessages(`the log of the machine (${options.socket})`, options.log);
  }

  get lost(): number {
    return this.#losses.count;
  }

  send(priority: number, text: string): void {
    const line = `<${priority}>${text.replace(/[\r\n]+/g, ' ')}\n`;
    if (Buffer.byteLength(line) > MAX_BYTES) return this.#losses.lose(1, `an entry is longer than ${MAX_BYTES} bytes`);
    const input = this.#running()?.stdin;
    if (input === undefined || input === null || !input.writable) return this.#losses.lose(1, this.#failure);
    if (input.writableLength > MAX_WAITING_BYTES) return this.#losses.lose(1, `${MAX_WAITING_BYTES} bytes wait already`);
    // Errors are counted when the program has ended, and has said why.
    input.write(line, (error) => {
      if (error) this.#unsent += 1;
      else this.#losses.sent();
    });
    return undefined;
  }

  /** The program ends by itself when it has sent everything. */
  close(): void {
    this.#child?.stdin?.end();
  }

  #running(): ChildProcess | undefined {
    if (this.#child !== undefined) return this.#child;
    if (this.#options.clock.now() - this.#startedAt < RESTART_MS) return undefined;
    this.#startedAt = this.#options.clock.now();
    return this.#child = this.#start();
  }

  #start(): ChildProcess {
    const { socket, program = 'logger' } = this.#options;
    const head = ['--prio-prefix', '--tag', 'kong', `--id=${process.pid}`];
    const args = ['--socket', socket, '--socket-errors=on', ...head, '--size', String(MAX_BYTES)];
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
    // The node does not wait for it.
    child.unref();
    let complaint: string | undefined;
    const gone = () => {
      if (this.#child === child) this.#child = undefined;
    };
    // It complains when the receiver is gone, and a new one is only found by a new start.
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      // A complaint may come in parts.
      complaint = `${complaint ?? ''}${text}`.slice(0, MAX_COMPLAINT);
      gone();
      child.stdin.end();
    });
    child.stdin.on('error', () => undefined);
    child.once('error', (error) => {
      complaint = `the program ${program} cannot be started: ${messageOf(error)}; install util-linux, or use another log plugin`;
    });
    child.once('close', (code) => {
      gone();
      this.#failure = complaint?.trim() ?? `the program ${program} has ended with ${code}`;
      if (complaint !== undefined || this.#unsent > 0) this.#losses.lose(Math.max(this.#unsent, 1), this.#failure);
      this.#unsent = 0;
    });
    return child;
  }
}
