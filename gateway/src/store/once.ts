/** Writes that are made once, however often they are asked for: what the first one answered is kept with what it wrote. */

export interface WriteKey {
  readonly key: string;
  /** Represents what is asked for: another fingerprint under the same key is another write. */
  readonly fingerprint: string;
}

/** What a write is called, and what is kept of it. */
export interface Once extends WriteKey {
  /**
   * @param value what the work gave
   * @param revision the newest one after it
   * @returns what those who ask again get; undefined: nothing is kept, and the next one is made
   */
  keep(value: unknown, revision: number): string | undefined;
}

export interface KeptAnswer {
  readonly fingerprint: string;
  readonly text: string;
}

/** Kept answers as a transaction sees them: they are kept if it is. */
export interface KeptAnswers {
  find(key: string): Promise<KeptAnswer | undefined>;
  /** Drops what is too old, and the oldest where there are too many. */
  keep(key: string, answer: KeptAnswer): Promise<void>;
}

/** How long an answer is kept. Milliseconds. */
export const KEPT_MS = 24 * 3_600_000;

/** Number of answers that are kept. */
export const MAX_KEPT = 10_000;

/** The write was made before: nothing was done. */
export class AlreadyWritten extends Error {
  constructor(readonly kept: KeptAnswer) {
    super('the write was made before');
    this.name = 'AlreadyWritten';
  }
}

/** @throws AlreadyWritten */
export async function refuseSecond(answers: KeptAnswers, { key }: Once): Promise<void> {
  const kept = await answers.find(key);
  if (kept) throw new AlreadyWritten(kept);
}
