/** Lets readers in together and writers one at a time, in the order in which they come. */

interface Waiting {
  readonly isWriter: boolean;
  readonly begin: () => void;
}

export class Turns {
  readonly #waiting: Waiting[] = [];
  #readers = 0;
  #isWriting = false;

  read<T>(work: () => Promise<T>): Promise<T> {
    return this.#take(false, work);
  }

  write<T>(work: () => Promise<T>): Promise<T> {
    return this.#take(true, work);
  }

  async #take<T>(isWriter: boolean, work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length === 0 && this.#isFreeFor(isWriter)) this.#enter(isWriter);
    else await new Promise<void>((begin) => void this.#waiting.push({ isWriter, begin }));
    try {
      return await work();
    } finally {
      this.#leave(isWriter);
    }
  }

  #isFreeFor(isWriter: boolean): boolean {
    return !this.#isWriting && !(isWriter && this.#readers > 0);
  }

  #enter(isWriter: boolean): void {
    if (isWriter) this.#isWriting = true;
    else this.#readers += 1;
  }

  #leave(isWriter: boolean): void {
    if (isWriter) this.#isWriting = false;
    else this.#readers -= 1;
    for (let next = this.#waiting[0]; next && this.#isFreeFor(next.isWriter); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#enter(next.isWriter);
      next.begin();
    }
  }
}
