/** The newest revision that a node knows, without asking the database: `Hybridge-Revision` of answers. */
import type { Store } from '../../store/store.ts';

export class NewestRevision {
  /** Resolves when the first look has ended, in whatever way. */
  readonly ready: Promise<void>;
  readonly #stop: () => void;
  #known: number | undefined;

  constructor(store: Store) {
    this.#stop = store.onChange((revision) => this.#hear(revision));
    // While the database is away, the next change tells.
    this.ready = store.latest.revision().then((revision) => this.#hear(revision), () => undefined);
  }

  get known(): number | undefined {
    return this.#known;
  }

  close(): void {
    this.#stop();
  }

  #hear(revision: number): void {
    this.#known = Math.max(revision, this.#known ?? 0);
  }
}
