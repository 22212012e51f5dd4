/** A worker as its supervisor sees it: a child process, the channel to it, and its end. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';

import { Channel } from './channel.ts';
import type { Listeners, Pipe } from './channel.ts';
import type { SupervisorSpeech, WorkerSpeech } from './messages.ts';
import { copyLines } from './whole-lines.ts';

/** Where whole lines of a worker's output go. */
export interface WorkerOutput {
  stdout(lines: string): void;
  stderr(lines: string): void;
}

/** How a process ended. */
export interface WorkerEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** For what an ended process has written last. Milliseconds. */
const OUTPUT_LIMIT_MS = 1_000;

export class WorkerProcess {
  readonly channel: Channel<SupervisorSpeech, WorkerSpeech>;
  /** When it was started. Milliseconds of `performance.now`. */
  readonly startedAt = performance.now();
  /** Resolves when the process has ended. */
  readonly ended: Promise<WorkerEnd>;
  readonly #child: ChildProcess;

  /** @param artefact path of the program */
  constructor(artefact: string, { stdout, stderr }: WorkerOutput, listeners: Listeners<WorkerSpeech>) {
    // Messages need no text in between, and bytes stay bytes.
    this.#child = fork(artefact, [], { serialization: 'advanced', stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    this.channel = new Channel<SupervisorSpeech, WorkerSpeech>(this.#child as unknown as Pipe, listeners);
    const output = Promise.all([copyLines(this.#child.stdout!, stdout), copyLines(this.#child.stderr!, stderr)]);
    this.ended = new Promise<WorkerEnd>((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
      // It could not even be started, or a message did not reach it: then its end follows.
      this.#child.on('error', () => { if (this.#child.pid === undefined) resolve({ code: null, signal: null }); });
    }).then(async (end) => {
      // The event `close` does not come to a process that was released. Processes that a plugin had started may hold its streams.
      await Promise.race([output, new Promise((resolve) => void setTimeout(resolve, OUTPUT_LIMIT_MS).unref())]);
      return end;
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Lets a worker end that has closed everything. */
  release(): void {
    if (this.#child.connected) this.#child.disconnect();
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
