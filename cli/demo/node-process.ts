/** One gateway node as a child process, its output in a file. */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../command.ts';
import { lastLines } from './synthesis.ts';

/** How long a node may take to start on a machine that is busy. Milliseconds. */
const START_LIMIT_MS = 30_000;

export class NodeProcess {
  readonly log: string;
  readonly #child: ChildProcess;

  /** @param folder that contains its log */
  constructor(readonly name: string, artefact: string, environment: Record<string, string>, folder: string) {
    mkdirSync(folder, { recursive: true });
    this.log = join(folder, 'node.log');
    const output = openSync(this.log, 'w');
    this.#child = spawn(process.execPath, [artefact], {
      // A process a node: many nodes share this machine.
      env: { KONG_NGINX_WORKER_PROCESSES: '1', ...environment }, stdio: ['ignore', output, output],
    });
  }

  /** Process id. */
  get pid(): number {
    return this.#child.pid!;
  }

  /**
   * Waits until a condition of this node holds.
   *
   * @throws CommandFailure when the node ends first, or the time is over; both say where its log is
   */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!await holds().catch(() => false)) {
      if (this.#child.exitCode !== null) {
        throw new CommandFailure(this.#report(`ended with ${this.#child.exitCode} before it was ${what}`), 'unavailable');
      }
      if (Date.now() > deadline) {
        throw new CommandFailure(this.#report(`was not ${what} within ${START_LIMIT_MS / 1000} s`), 'unavailable');
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** @param signal an interrupt ends a node at once; SIGTERM is what an orchestrator sends */
  async stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill(signal);
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(kill);
  }

  /** Ends it the hard way, as a crash of its machine would. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #report(what: string): string {
    return `${this.name} ${what}:\n${lastLines(this.log, 10)}\nIts log: ${this.log}`;
  }
}
