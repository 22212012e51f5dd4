/** Tokens that were asked for with a client's own credentials: asked for once at a time, and kept until they expire. */
import { createHmac, randomBytes } from 'node:crypto';

import type { Clock } from '../../../base/clock.ts';
import { Lru } from '../../../base/lru.ts';
import type { Tokens } from '../provider/token-endpoint.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { TokenRefused } from '../tokens/token-errors.ts';

const MAX_REMEMBERED = 10_000;

/** A token is not used any more when it has less than this time. Milliseconds. */
const RESERVE_MS = 5_000;

/** How long a refusal is remembered, so that a flood of wrong passwords does not become one for the provider. Milliseconds. */
const REFUSAL_MS = 5_000;

interface Remembered {
  readonly until: number;
  readonly tokens?: Tokens;
  readonly refused?: TokenRefused;
}

export class RememberedTokens {
  readonly #clock: Clock;
  readonly #config: OpenidConnectConfig;
  /** Keys are no credentials: not even a copy of the memory tells them. */
  readonly #salt = randomBytes(32);
  readonly #known = new Lru<string, Remembered>(MAX_REMEMBERED);
  readonly #pending = new Map<string, Promise<Tokens>>();

  constructor(config: OpenidConnectConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
  }

  /** @param parts what the tokens depend on, secrets among them */
  async get(parts: readonly string[], ask: () => Promise<Tokens>): Promise<Tokens> {
    const key = createHmac('sha256', this.#salt).update(JSON.stringify(parts)).digest('base64');
    const known = this.#known.get(key);
    if (known !== undefined && this.#clock.now() < known.until) {
      if (known.refused !== undefined) throw known.refused;
      return known.tokens!;
    }
    const pending = this.#pending.get(key);
    if (pending !== undefined) return pending;
    const asked = this.#remember(key, ask).finally(() => this.#pending.delete(key));
    this.#pending.set(key, asked);
    return asked;
  }

  async #remember(key: string, ask: () => Promise<Tokens>): Promise<Tokens> {
    try {
      const tokens = await ask();
      if (this.#config.cache_tokens !== false) this.#known.set(key, { tokens, until: this.#until(tokens) });
      return tokens;
    } catch (error) {
      if (error instanceof TokenRefused) this.#known.set(key, { refused: error, until: this.#clock.now() + REFUSAL_MS });
      throw error;
    }
  }

  #until({ expiresAt }: Tokens): number {
    const { cache_ttl: ttl, cache_ttl_max: longest } = this.#config;
    const now = this.#clock.now();
    const until = expiresAt === undefined ? now + (ttl ?? 3600) * 1000 : expiresAt - RESERVE_MS;
    return longest === null || longest <= 0 ? until : Math.min(until, now + longest * 1000);
  }
}
