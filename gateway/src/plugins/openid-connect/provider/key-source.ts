/**
 * The keys behind one address: read once for all that wait, read again when they are old or one is missing, kept while the provider fails.
 */
import { createLocalJWKSet, errors } from 'jose';
import type { CryptoKey, JWK, JWTHeaderParameters, LocalJWKSet } from 'jose';

import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import { ProviderUnavailable } from '../tokens/token-errors.ts';
import type { Document } from './provider-http.ts';

/** Keys of one set that are looked at. */
const MAX_KEYS = 100;

/** Keys are read again after this time at the latest, and not before that time. Seconds. */
const [MIN_AGE, MAX_AGE] = [60, 3600];

/** How long keys serve that cannot be read again. Seconds. */
const MAX_STALE = 86_400;

export interface KeySourceOptions {
  /** For people. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Between two attempts because of a key that is not there. Seconds. */
  readonly pause: number;
  /** Seconds for which keys serve while they cannot be read again. @default 86_400 */
  readonly maxStale?: number | undefined;
  read(): Promise<Document>;
}

export class KeySource {
  readonly #options: KeySourceOptions;
  #keys: LocalJWKSet | undefined;
  #readAt = -Infinity;
  #triedAt = -Infinity;
  #maxAge = MAX_AGE;
  #pending: Promise<void> | undefined;
  #failure: ProviderUnavailable | undefined;
  #text = '';
  /** Grows when the keys have changed. */
  generation = 0;

  constructor(options: KeySourceOptions) {
    this.#options = options;
  }

  /** Makes sure that there are keys. @throws ProviderUnavailable */
  async ready(): Promise<void> {
    const { clock, pause, maxStale = MAX_STALE } = this.#options;
    const now = clock.now();
    const age = (now - this.#readAt) / 1000;
    const mayTry = now - this.#triedAt >= Math.min(pause, this.#keys === undefined ? 2 : pause) * 1000;
    if (this.#keys !== undefined && age <= this.#maxAge + maxStale) {
      // Requests do not wait for newer keys: those from before serve meanwhile.
      if (age > this.#maxAge && mayTry) void this.#read().catch(() => undefined);
      return;
    }
    this.#keys = undefined;
    if (this.#pending === undefined && !mayTry && this.#failure !== undefined) throw this.#failure;
    await this.#read();
  }

  /** Reads the keys again because one is missing, unless that was done a short time ago. */
  async refresh(): Promise<void> {
    const { clock, pause } = this.#options;
    if (this.#pending === undefined && clock.now() - this.#triedAt < pause * 1000) return;
    await this.#read().catch(() => undefined);
  }

  /** Keys that may have signed a token with this header; several, when it does not say which. */
  async find(header: JWTHeaderParameters): Promise<readonly CryptoKey[]> {
    try {
      return this.#keys === undefined ? [] : [await this.#keys(header)];
    } catch (error) {
      if (error instanceof errors.JWKSMultipleMatchingKeys) return listOf(error);
      // Of these keys none is fit for the token.
      return [];
    }
  }

  #read(): Promise<void> {
    this.#pending ??= this.#fetched().finally(() => { this.#pending = undefined; });
    return this.#pending;
  }

  async #fetched(): Promise<void> {
    const { clock, log, name, read } = this.#options;
    this.#triedAt = clock.now();
    try {
      const { value, maxAge = MAX_AGE } = await read();
      const keys = publicKeys(value);
      if (keys.length === 0) throw new ProviderUnavailable(`${name}: no key for signatures in it`);
      const text = JSON.stringify(keys);
      if (text !== this.#text || this.#keys === undefined) {
        this.#keys = createLocalJWKSet({ keys: [...keys] });
        this.#text = text;
        this.generation += 1;
      }
      this.#readAt = clock.now();
      this.#maxAge = Math.min(Math.max(maxAge, MIN_AGE), MAX_AGE);
      this.#failure = undefined;
    } catch (error) {
      this.#failure = error instanceof ProviderUnavailable ? error : new ProviderUnavailable(`${name}: ${String(error)}`);
      const meanwhile = this.#keys === undefined ? 'tokens cannot be verified until they can be read' : 'the keys from before are used';
      log.error(`${this.#failure.message}; ${meanwhile}`);
      throw this.#failure;
    }
  }
}

async function listOf(keys: AsyncIterable<CryptoKey>): Promise<readonly CryptoKey[]> {
  const list: CryptoKey[] = [];
  for await (const key of keys) list.push(key);
  return list;
}

const TYPES: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP']);
const PUBLIC_MEMBERS = ['kty', 'kid', 'alg', 'use', 'key_ops', 'n', 'e', 'crv', 'x', 'y'] as const;

/** Keys that can verify, with their public members only. A key that is no such thing hurts none of the others. */
export function publicKeys(document: Readonly<Record<string, unknown>>): readonly JWK[] {
  if (!Array.isArray(document.keys)) return [];
  return document.keys.slice(0, MAX_KEYS).flatMap((key: unknown) => {
    if (typeof key !== 'object' || key === null || !TYPES.has((key as JWK).kty)) return [];
    const { use } = key as JWK;
    if (use !== undefined && use !== 'sig') return [];
    const members = PUBLIC_MEMBERS.filter((name) => Object.hasOwn(key, name)).map((name) => [name, (key as JWK)[name]] as const);
    if (members.some(([name, value]) => name !== 'key_ops' && typeof value !== 'string')) return [];
    return [Object.fromEntries(members) as JWK];
  });
}
