/** The body of a request of HTTP/2: handed over as it comes; while its reader pauses, it waits within the window of its stream. */
import type { IncomingBody, PartReader } from '../messages.ts';

/** What a body needs of its connection. */
export interface BodyOwner {
  /** So many bytes have been taken: the client may send as many again. */
  bodyTaken(bytes: number): void;
}

export class Http2Body implements IncomingBody {
  readonly #owner: BodyOwner;
  readonly #declared: number | undefined;
  #received = 0;
  #reader: PartReader | undefined;
  #isPaused = false;
  #waiting: Buffer[] = [];
  #waitingAt = 0;
  #isEnded: boolean;
  #trailers: readonly string[] | undefined;
  isComplete: boolean;
  isAborted = false;
  taken = 0;

  /** @param declared Content-Length @param isEmpty whether none follows */
  constructor(owner: BodyOwner, declared: number | undefined, isEmpty: boolean) {
    this.#owner = owner;
    this.#declared = declared;
    this.#isEnded = isEmpty;
    this.isComplete = isEmpty;
  }

  /** Whether the client is to send more, as far as the gateway is concerned. */
  get isWaitedFor(): boolean {
    return !this.#isEnded && !this.isAborted && this.#reader !== undefined && this.#waiting.length === 0 && !this.#isPaused;
  }

  read(reader: PartReader): void {
    this.#reader = reader;
    this.#isPaused = false;
    this.#handOver();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#handOver();
  }

  /**
   * A part has come. Once as much is there as Content-Length says, the last part waits for the end of the stream: a client that sends more
   * has sent no request, and no upstream may take it for one.
   *
   * @returns false when there is more than Content-Length says
   */
  push(bytes: Buffer): boolean {
    this.#received += bytes.length;
    if (this.#declared !== undefined && this.#received > this.#declared) return false;
    const isTaken = this.#reader !== undefined && !this.#isPaused && this.#waiting.length === 0;
    if (isTaken && this.#received !== this.#declared) this.#give(bytes);
    else this.#waiting.push(Buffer.from(bytes));
    return true;
  }

  /** @returns false when there is less than Content-Length says */
  end(trailers?: readonly string[]): boolean {
    if (this.#declared !== undefined && this.#received !== this.#declared) return false;
    this.#isEnded = true;
    this.#trailers = trailers;
    this.#handOver();
    return true;
  }

  abort(): void {
    if (this.isComplete || this.isAborted) return;
    this.isAborted = true;
    this.#waiting = [];
    this.#waitingAt = 0;
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.abort();
  }

  /** What still comes is dropped. */
  discard(): void {
    this.#reader = undefined;
    this.#waiting = [];
    this.#waitingAt = 0;
  }

  #handOver(): void {
    const keeps = this.#declared !== undefined && !this.#isEnded && this.#received === this.#declared ? 1 : 0;
    while (this.#reader !== undefined && !this.#isPaused && this.#waitingAt < this.#waiting.length - keeps) {
      const bytes = this.#waiting[this.#waitingAt]!;
      this.#waitingAt += 1;
      this.#give(bytes);
    }
    if (this.#waitingAt === this.#waiting.length && this.#waitingAt > 0) {
      this.#waiting = [];
      this.#waitingAt = 0;
    }
    const isTaken = this.#reader !== undefined && !this.#isPaused && this.#waiting.length === 0;
    if (isTaken && this.#isEnded && !this.isComplete && !this.isAborted) {
      this.isComplete = true;
      this.#reader!.end(this.#trailers);
    }
  }

  #give(bytes: Buffer): void {
    this.taken += bytes.length;
    this.#owner.bodyTaken(bytes.length);
    if (!this.#reader!.part(bytes)) this.#isPaused = true;
  }
}
