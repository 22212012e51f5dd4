/** The cache in memory: bounded by bytes, least recently used first. */
import type { Clock } from '../base/clock.ts';
import type { Cached, CacheRegion, NodeCache } from '../plugin-kit/services.ts';

/** As Kong's `mem_cache_size`. Bytes. */
export const MAX_CACHE_BYTES = 128 * 1_048_576;

/** What an entry takes beside key and value. Bytes, estimated. */
const ENTRY_BYTES = 200;

interface Entry {
  readonly value: unknown;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

export class MemoryCache implements NodeCache {
  readonly #clock: Clock;
  readonly #maxBytes: number;
  /** The least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #regions = new Map<string, CacheRegion<unknown>>();
  #bytes = 0;

  constructor(clock: Clock, maxBytes = MAX_CACHE_BYTES) {
    this.#clock = clock;
    this.#maxBytes = maxBytes;
  }

  /** What is kept. Bytes, estimated. */
  get bytes(): number {
    return this.#bytes;
  }

  region<T>(name: string): CacheRegion<T> {
    const known = this.#regions.get(name) ?? this.#openRegion(`${name}\0`);
    this.#regions.set(name, known);
    return known as CacheRegion<T>;
  }

  #openRegion(prefix: string): CacheRegion<unknown> {
    const loading = new Map<string, Promise<unknown>>();
    const load = async (key: string, from: () => Promise<Cached<unknown>>) => {
      const cached = await from();
      this.#set(prefix + key, cached);
      return cached.value;
    };
    return {
      get: (key) => this.#get(prefix + key),
      set: (key, cached) => this.#set(prefix + key, cached),
      delete: (key) => this.#get(prefix + key) !== undefined && this.#delete(prefix + key),
      clear: () => {
        for (const key of this.#entries.keys()) if (key.startsWith(prefix)) this.#delete(key);
      },
      load: async (key, from) => {
        const known = this.#get(prefix + key);
        if (known !== undefined) return known;
        const pending = loading.get(key) ?? load(key, from).finally(() => loading.delete(key));
        loading.set(key, pending);
        return pending;
      },
    };
  }

  #get(key: string): unknown {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    if (entry.expiresAt <= this.#clock.now()) {
      this.#bytes -= entry.bytes;
      return undefined;
    }
    this.#entries.set(key, entry);
    return entry.value;
  }

  #set(key: string, { value, bytes, ttlMs }: Cached<unknown>): void {
    this.#delete(key);
    const size = bytes + key.length + ENTRY_BYTES;
    if (size > this.#maxBytes) return;
    this.#entries.set(key, { value, bytes: size, expiresAt: this.#clock.now() + ttlMs });
    this.#bytes += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#delete(oldest);
    }
  }

  #delete(key: string): boolean {
    const entry = this.#entries.get(key);
    if (entry === undefined) return false;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    return true;
  }
}
