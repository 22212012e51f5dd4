/** Counts messages that were lost, and logs the first of a series: a receiver that is down would fill the log with every request. */
import type { Log } from '../../base/log.ts';

export class LostMessages {
  readonly #log: Log;
  readonly #receiver: string;
  #count = 0;
  #isLosing = false;

  constructor(receiver: string, log: Log) {
    this.#receiver = receiver;
    this.#log = log;
  }

  get count(): number {
    return this.#count;
  }

  lose(messages: number, reason: string): void {
    this.#count += messages;
    if (!this.#isLosing) this.#log.error(`could not send to ${this.#receiver}: ${reason}`, { lost_messages: this.#count });
    this.#isLosing = true;
  }

  sent(): void {
    if (this.#isLosing) this.#log.notice(`sending to ${this.#receiver} works again`, { lost_messages: this.#count });
    this.#isLosing = false;
  }
}
