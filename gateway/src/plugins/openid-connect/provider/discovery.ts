/** The discovery document of the provider: read once for all requests that wait for it, and kept while the provider fails. */
import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import type { HttpClient } from '../../../plugin-kit/http-client.ts';
import type { OpenidConnectConfig } from '../schema.ts';
import { ProviderUnavailable } from '../tokens/token-errors.ts';
import { requireDiscovered } from './endpoint-policy.ts';
import { ASKED, configuredEndpoints, discoveryUrl, issuerOf, pinnedMetadata, SHOWN } from './metadata.ts';
import type { Endpoint, Metadata } from './metadata.ts';
import { readDocument } from './provider-http.ts';

/** A failed first attempt is repeated soon, so that a node that starts before its provider does not stay without it. Milliseconds. */
const FIRST_PAUSE_MS = 2_000;

interface DiscoveryOptions {
  readonly config: OpenidConnectConfig;
  /** Endpoints that the plugin cannot do without. */
  readonly endpoints: readonly Endpoint[];
  readonly http: HttpClient;
  readonly clock: Clock;
  readonly log: Log;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  readonly #pinned: Metadata | undefined;
  #document: Metadata | undefined;
  #readAt = -Infinity;
  #triedAt = -Infinity;
  #failure: ProviderUnavailable | undefined;
  #pending: Promise<Metadata> | undefined;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#pinned = pinnedMetadata(options.config, options.endpoints);
  }

  /** @throws ProviderUnavailable when it was never read */
  async metadata(): Promise<Metadata> {
    if (this.#pinned !== undefined) return this.#pinned;
    const { clock, config } = this.#options;
    const now = clock.now();
    const pause = (config.rediscovery_lifetime ?? 30) * 1000;
    if (this.#document !== undefined) {
      const isOld = now - this.#readAt > (config.cache_ttl ?? 3600) * 1000;
      // Requests do not wait for a newer document: the old one serves meanwhile.
      if (isOld && now - this.#triedAt >= pause) void this.#read().catch(() => undefined);
      return this.#document;
    }
    const isTooSoon = this.#pending === undefined && now - this.#triedAt < Math.min(pause, FIRST_PAUSE_MS);
    if (this.#failure !== undefined && isTooSoon) throw this.#failure;
    return this.#read();
  }

  #read(): Promise<Metadata> {
    this.#pending ??= this.#fetched().finally(() => { this.#pending = undefined; });
    return this.#pending;
  }

  async #fetched(): Promise<Metadata> {
    const { config, clock, log } = this.#options;
    this.#triedAt = clock.now();
    try {
      this.#document = { ...await this.#checked(), ...configuredEndpoints(config) };
      this.#readAt = clock.now();
      this.#failure = undefined;
      return this.#document;
    } catch (error) {
      this.#failure = error instanceof ProviderUnavailable ? error : new ProviderUnavailable(`discovery document: ${String(error)}`);
      const meanwhile = this.#document === undefined ? 'requests are refused until it can be read' : 'the one from before is used';
      log.error(`${this.#failure.message}; ${meanwhile}`);
      throw this.#failure;
    }
  }

  async #checked(): Promise<Metadata> {
    const { config, http } = this.#options;
    const names = config.discovery_headers_names ?? [];
    const headers = Object.fromEntries(names.map((name, at) => [name, config.discovery_headers_values?.[at] ?? '']));
    const { value } = await readDocument(http, 'discovery document', discoveryUrl(config), headers);
    const issuer = issuerOf(config);
    if (typeof value.issuer !== 'string' || !isSame(value.issuer, issuer, config.issuers_allowed)) {
      throw new ProviderUnavailable(`discovery document: issuer ${JSON.stringify(value.issuer)?.slice(0, 200)}, expected ${issuer}; `
        + 'correct config.issuer, or name it in config.issuers_allowed');
    }
    const configured = new URL(issuer);
    for (const name of [...ASKED, ...SHOWN]) await this.#checkAddress(name, value[name], configured);
    return value as unknown as Metadata;
  }

  async #checkAddress(name: string, value: unknown, issuer: URL): Promise<void> {
    if (value === undefined || value === null) return;
    const what = `discovery document: ${name}`;
    if (typeof value !== 'string' || !URL.canParse(value)) throw new ProviderUnavailable(`${what} is no URL`);
    try {
      if ((ASKED as readonly string[]).includes(name)) await requireDiscovered(what, new URL(value), issuer);
      else if (!/^https?:/i.test(value)) throw new Error(`${what} is no https address`);
    } catch (error) {
      throw new ProviderUnavailable((error as Error).message);
    }
  }
}

/** Providers differ in the slash at the end; nothing else may differ, unless it is allowed by name. */
function isSame(found: string, expected: string, allowed: readonly string[] | null): boolean {
  return found.replace(/\/$/, '') === expected.replace(/\/$/, '') || allowed?.includes(found) === true;
}
