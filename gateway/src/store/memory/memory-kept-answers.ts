/** Kept answers of a store in memory. */
import type { Clock } from '../../base/clock.ts';
import { KEPT_MS, MAX_KEPT } from '../once.ts';
import type { KeptAnswer, KeptAnswers } from '../once.ts';

export class MemoryKeptAnswers implements KeptAnswers {
  readonly #clock: Clock;
  /** Oldest first. */
  readonly #answers = new Map<string, KeptAnswer & { readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async find(key: string): Promise<KeptAnswer | undefined> {
    this.#dropOld();
    return this.#answers.get(key);
  }

  async keep(key: string, answer: KeptAnswer): Promise<void> {
    this.#answers.delete(key);
    this.#answers.set(key, { ...answer, at: this.#clock.now() });
    this.#dropOld();
  }

  #dropOld(): void {
    for (const [key, { at }] of this.#answers) {
      if (this.#answers.size <= MAX_KEPT && at > this.#clock.now() - KEPT_MS) return;
      this.#answers.delete(key);
    }
  }
}
