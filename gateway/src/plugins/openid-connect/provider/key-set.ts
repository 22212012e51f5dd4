/** All keys that tokens of a provider may be signed with: those of its document, and those of more addresses. */
import type { CryptoKey, JWTHeaderParameters } from 'jose';

import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import type { HttpClient } from '../../../plugin-kit/http-client.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { ProviderUnavailable } from '../tokens/token-errors.ts';
import type { Discovery } from './discovery.ts';
import { requireConfigured } from './endpoint-policy.ts';
import { KeySource } from './key-source.ts';
import { readDocument } from './provider-http.ts';

interface KeySetOptions {
  readonly config: OpenidConnectConfig;
  readonly discovery: Discovery;
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
}

export class KeySet {
  readonly #sources: readonly KeySource[];

  constructor({ config, discovery, http, clock, log }: KeySetOptions) {
    const shared = { clock, log, pause: Math.max(config.rediscovery_lifetime ?? 30, 1), maxStale: config.cache_ttl_resurrect ?? undefined };
    const own = async () => {
      const { jwks_uri: address } = await discovery.metadata();
      if (address === undefined) throw new ProviderUnavailable('keys of the provider: its discovery document has no jwks_uri');
      return readDocument(http, 'keys of the provider', new URL(address));
    };
    const extra = (config.extra_jwks_uris ?? []).map((address, at) => {
      const url = requireConfigured(`extra_jwks_uris[${at}]`, address);
      return new KeySource({ ...shared, name: `keys of ${url.host}`, read: () => readDocument(http, `keys of ${url.host}`, url) });
    });
    const isOwn = config.using_pseudo_issuer !== true;
    this.#sources = [...isOwn ? [new KeySource({ ...shared, name: 'keys of the provider', read: own })] : [], ...extra];
  }

  /** Changes with every change of the keys. */
  get generation(): number {
    return this.#sources.reduce((sum, { generation }) => sum + generation, 0);
  }

  /** Makes sure that keys are as new as they have to be. @throws ProviderUnavailable when there are none at all */
  async ready(): Promise<void> {
    const results = await Promise.allSettled(this.#sources.map((source) => source.ready()));
    const failures = results.filter((result) => result.status === 'rejected');
    if (failures.length === results.length && failures[0] !== undefined) throw failures[0].reason;
  }

  /** Keys that may have signed a token with this header. Empty: no key fits, also after one more look at the provider. */
  async find(header: JWTHeaderParameters): Promise<readonly CryptoKey[]> {
    const known = await this.#known(header);
    if (known.length > 0) return known;
    await this.refresh();
    return this.#known(header);
  }

  /** Reads the keys again, unless that was done a short time ago. */
  async refresh(): Promise<void> {
    await Promise.all(this.#sources.map((source) => source.refresh()));
  }

  async #known(header: JWTHeaderParameters): Promise<readonly CryptoKey[]> {
    return (await Promise.all(this.#sources.map((source) => source.find(header)))).flat();
  }
}
