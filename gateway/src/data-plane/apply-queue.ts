/** Work on the configuration, one piece after another. Of the configurations that wait, only the newest is applied. */

type Work<R> = () => R | Promise<R>;

interface Waiting<R> {
  work: Work<R>;
  readonly result: Promise<R>;
}

export class ApplyQueue<R> {
  #last: Promise<unknown> = Promise.resolve();
  #waiting: Waiting<R> | undefined;

  /**
   * Applies a configuration when what was asked for before is done. One that still waits when a newer one comes is never applied: its
   * caller gets the result of the newer one.
   */
  apply(work: Work<R>): Promise<R> {
    if (this.#waiting !== undefined) {
      this.#waiting.work = work;
      return this.#waiting.result;
    }
    const waiting: Waiting<R> = {
      work,
      result: this.inTurn(() => {
        this.#waiting = undefined;
        return waiting.work();
      }),
    };
    this.#waiting = waiting;
    return waiting.result;
  }

  /** Does other work when what was asked for before is done. */
  inTurn<T>(work: Work<T>): Promise<T> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
