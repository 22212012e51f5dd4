/** Prints what is being done, and how long it took, one line per step. */
import { stdout } from 'node:process';

/** Where the lines go: standard output, or standard error where the result itself is printed. */
interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface ProgressOptions {
  /** @default - standard output */
  readonly output?: ProgressOutput;
  /** Steps that take fewer milliseconds leave no line where the output is no terminal. @default 0 */
  readonly quietMs?: number;
}

export class Progress {
  readonly #begun = performance.now();
  readonly #output: ProgressOutput;
  readonly #quietMs: number;

  constructor({ output = stdout, quietMs = 0 }: ProgressOptions = {}) {
    this.#output = output;
    this.#quietMs = quietMs;
  }

  /** Runs a step. Its line appears at once on a terminal, and when it is done elsewhere, so that logs stay readable. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    if (this.#output.isTTY) this.#output.write(`  ... ${name}`);
    try {
      const result = await work();
      this.#line('ok ', name, begun);
      return result;
    } catch (error) {
      this.#line('NO ', name, begun);
      throw error;
    }
  }

  /** Seconds since the first step, e.g. `4.2 s`. */
  total(): string {
    return seconds(this.#begun);
  }

  #line(mark: string, name: string, begun: number): void {
    if (!this.#output.isTTY && performance.now() - begun < this.#quietMs) return;
    this.#output.write(`${this.#output.isTTY ? '\r' : ''}  ${mark} ${name} (${seconds(begun)})\n`);
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
