/** Leaves the newest configuration outside, for data planes that start while no control plane can be reached. */
import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { seal } from '../fallback/envelope.ts';
import type { Signer } from '../fallback/envelope.ts';
import type { FallbackStorage } from '../fallback/storage.ts';
import type { ConfigurationSource, PreparedConfiguration } from '../sync/protocol.ts';

interface FallbackExportOptions {
  readonly source: ConfigurationSource;
  readonly storage: FallbackStorage;
  readonly signer: Signer;
  /** Least time between a change and its export, and between two exports. */
  readonly delaySeconds: number;
  readonly log: Log;
  /** @default - the machine's */
  readonly clock?: Clock;
}

/** It is signed again at this interval, by the certificate of today. Milliseconds. */
const RENEWAL_MS = 24 * 3_600_000;

/** Pause after a failure. Milliseconds. */
const RETRY_MS = 60_000;

export class FallbackExport {
  readonly #options: FallbackExportOptions;
  readonly #clock: Clock;
  #signer: Signer;
  #timer: Timer | undefined;
  readonly #renewal: Timer;
  readonly #unsubscribe: () => void;
  #working: Promise<void> | undefined;
  #exported: PreparedConfiguration | undefined;
  #isClosed = false;

  constructor(options: FallbackExportOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#signer = options.signer;
    this.#unsubscribe = options.source.onChange(() => this.#plan(options.delaySeconds * 1000));
    this.#renewal = this.#clock.every(RENEWAL_MS, () => this.#again());
    this.#plan(options.delaySeconds * 1000);
  }

  /** Signs with another certificate from now on. */
  renew(signer: Signer): void {
    this.#signer = signer;
    this.#again();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#unsubscribe();
    this.#timer?.cancel();
    this.#renewal.cancel();
    await this.#working;
  }

  #again(): void {
    this.#exported = undefined;
    this.#plan(this.#options.delaySeconds * 1000);
  }

  #plan(ms: number): void {
    if (this.#isClosed || this.#timer !== undefined) return;
    this.#timer = this.#clock.after(ms, () => {
      this.#working = this.#export().finally(() => { this.#working = undefined; });
    });
  }

  async #export(): Promise<void> {
    const { source, storage, log, delaySeconds } = this.#options;
    const latest = source.latest();
    let pauseMs = delaySeconds * 1000;
    if (latest !== undefined && latest !== this.#exported) {
      try {
        const { table, hash, revision, preparedAtMs } = latest;
        const now = this.#clock.now();
        await storage.write(seal({ table, hash, revision, time: Math.floor((preparedAtMs ?? now) / 1000) }, this.#signer, now));
        this.#exported = latest;
        log.info('fallback configuration written', { place: storage.place, hash, revision });
      } catch (error) {
        pauseMs = Math.max(pauseMs, RETRY_MS);
        log.error(`the fallback configuration cannot be written: ${messageOf(error)}`, { place: storage.place });
      }
    }
    this.#timer = undefined;
    // What changed meanwhile, or failed.
    if (source.latest() !== this.#exported) this.#plan(pauseMs);
  }
}
