/**
 * Renewal of the tokens of sessions. Requests of one browser come at the same time with the same cookie, and many providers accept a
 * refresh token once: one request asks, and the others, also those that come shortly afterwards, get what it was given.
 */
import { createHash } from 'node:crypto';

import type { Clock } from '../../../base/clock.ts';
import { Lru } from '../../../base/lru.ts';
import type { Provider } from '../provider/provider.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { claimsOf } from '../tokens/jwt-parts.ts';
import { TokenRefused } from '../tokens/token-errors.ts';
import { loginData } from './login-data.ts';
import type { LoginData } from './login-data.ts';
import { isVerified } from './login-return.ts';

/** Tokens are renewed when they have less than this time. Milliseconds. */
const RESERVE_MS = 5_000;

/** How long a browser may come with the cookie from before. Milliseconds. */
const GRACE_MS = 60_000;

const MAX_REMEMBERED = 10_000;

interface Renewed {
  readonly data: LoginData;
  readonly until: number;
}

export class Refreshes {
  readonly #config: OpenidConnectConfig;
  readonly #provider: Provider;
  readonly #clock: Clock;
  readonly #pending = new Map<string, Promise<LoginData>>();
  readonly #renewed = new Lru<string, Renewed>(MAX_REMEMBERED);

  constructor(config: OpenidConnectConfig, provider: Provider, clock: Clock) {
    this.#config = config;
    this.#provider = provider;
    this.#clock = clock;
  }

  /** The same data while its tokens are good, else renewed ones. @throws TokenRefused, ProviderUnavailable */
  async current(data: LoginData): Promise<LoginData> {
    if (data.expiresAt === undefined || this.#clock.now() < data.expiresAt - RESERVE_MS) return data;
    const { refreshToken } = data;
    if (refreshToken === undefined || this.#config.refresh_tokens === false) {
      // Without a way to renew it, the token serves to its last second.
      if (this.#clock.now() < data.expiresAt) return data;
      throw new TokenRefused('session has expired, and has no refresh token');
    }
    const key = createHash('sha256').update(refreshToken).digest('base64');
    const renewed = this.#renewed.get(key);
    if (renewed !== undefined && this.#clock.now() < renewed.until) {
      return this.#clock.now() < (renewed.data.expiresAt ?? Infinity) ? renewed.data : this.current(renewed.data);
    }
    const pending = this.#pending.get(key) ?? this.#renew(key, data, refreshToken).finally(() => this.#pending.delete(key));
    this.#pending.set(key, pending);
    return pending;
  }

  async #renew(key: string, data: LoginData, refreshToken: string): Promise<LoginData> {
    const { clients, endpoint, verifier } = this.#provider;
    const client = clients.all[data.client];
    if (client === undefined) throw new TokenRefused('session is of a client that the configuration does not have any more');
    const tokens = await endpoint.refresh(client, refreshToken);
    const skips = this.#config.ignore_signature?.includes('refresh_token') === true;
    if (tokens.idToken !== undefined) {
      const { sub } = await verifier.verify(tokens.idToken, 'id', skips);
      if (data.idToken !== undefined && sub !== claimsOf(data.idToken)?.sub) throw new TokenRefused('renewed tokens are of another user');
    }
    const isReadable = await isVerified(this.#provider, tokens.accessToken, skips);
    // What the provider does not give again stays. RFC 6749 §6, OpenID Connect Core §12.2
    const kept = { ...tokens, idToken: tokens.idToken ?? data.idToken, refreshToken: tokens.refreshToken ?? refreshToken };
    const renewed = loginData(kept, client.index, isReadable);
    this.#renewed.set(key, { data: renewed, until: this.#clock.now() + GRACE_MS });
    return renewed;
  }
}
