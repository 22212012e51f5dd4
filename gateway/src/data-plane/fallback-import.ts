/**
 * Takes over the configuration that a control plane left outside, when a node has none and reaches no control plane. What comes through the
 * tunnel replaces it.
 */
import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { open } from '../fallback/envelope.ts';
import type { FallbackConfiguration, FallbackTrust } from '../fallback/envelope.ts';
import type { FallbackStorage } from '../fallback/storage.ts';
import { NO_HASH } from '../model/config-hash.ts';
import type { ApplyResult } from './running-configuration.ts';

interface FallbackImportOptions {
  readonly storage: FallbackStorage;
  readonly trust: FallbackTrust;
  readonly dataPlane: {
    readonly currentHash: string;
    isOlder(configuration: FallbackConfiguration): boolean;
    applyFallback(configuration: FallbackConfiguration): Promise<ApplyResult>;
  };
  /** Whether a control plane is connected now. */
  readonly isConnected: () => boolean;
  readonly log: Log;
  /** @default - the machine's */
  readonly clock?: Clock;
}

/** Time for a control plane to be reached, and the pause before another attempt. Milliseconds. */
const FIRST_MS = 5_000;
const RETRY_MS = 30_000;

export class FallbackImport {
  readonly #options: FallbackImportOptions;
  readonly #clock: Clock;
  #trust: FallbackTrust;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(options: FallbackImportOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#trust = options.trust;
  }

  start(): void {
    this.#plan(FIRST_MS);
  }

  renew(trust: FallbackTrust): void {
    this.#trust = trust;
  }

  close(): void {
    this.#isOver = true;
    this.#timer?.cancel();
  }

  #plan(ms: number): void {
    this.#timer = this.#clock.after(ms, () => void this.#look());
  }

  async #look(): Promise<void> {
    if (this.#needsNone()) return;
    if (!this.#options.isConnected()) await this.#import();
    if (!this.#needsNone()) this.#plan(RETRY_MS);
  }

  #needsNone(): boolean {
    return this.#isOver || this.#options.dataPlane.currentHash !== NO_HASH;
  }

  async #import(): Promise<void> {
    const { storage, dataPlane, isConnected, log } = this.#options;
    try {
      const bytes = await storage.read();
      if (bytes === undefined) throw new Error('there is none');
      const configuration = open(bytes, this.#trust);
      const { hash, revision, time } = configuration;
      if (dataPlane.isOlder(configuration)) {
        throw new Error(`it is of ${new Date(time * 1000).toISOString()}, older than a configuration that this node has had`);
      }
      // The tunnel may have been faster meanwhile.
      if (this.#needsNone() || isConnected()) return;
      const result = await dataPlane.applyFallback(configuration);
      if (!result.applied) throw new Error(result.message);
      if (dataPlane.currentHash !== hash) return;
      log.warn('no control plane can be reached: serving the fallback configuration', {
        place: storage.place, hash, revision, time: new Date(time * 1000).toISOString(),
      });
    } catch (error) {
      log.error(`the fallback configuration is not used: ${messageOf(error)}`, { place: storage.place });
    }
  }
}
