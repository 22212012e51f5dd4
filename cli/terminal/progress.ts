/** Prints what is being done, and how long it took, one line per step. */
import { stdout } from 'node:process';

export class Progress {
  readonly #begun = performance.now();

  /** Runs a step. Its line appears at once on a terminal, and when it is done elsewhere, so that logs stay readable. */
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const begun = performance.now();
    if (stdout.isTTY) stdout.write(`  ... ${name}`);
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
    stdout.write(`${stdout.isTTY ? '\r' : ''}  ${mark} ${name} (${seconds(begun)})\n`);
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`;
}
