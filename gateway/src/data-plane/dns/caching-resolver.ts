/** Names by files first, then by what servers said lately; each name is asked for once at a time. */
import { isIPv4 } from 'node:net';

import { Lru } from '../../base/lru.ts';
import { NameError } from './resolution.ts';
import type { Resolution, Resolver } from './resolution.ts';

interface CachingResolverOptions {
  readonly hosts: ReadonlyMap<string, readonly string[]>;
  /** How long addresses are used behind their time when no server can tell others. Seconds. */
  readonly staleTtl: number;
  /** Names that are kept. */
  readonly capacity: number;
  /** Asks servers. Rejects with a NameError. */
  lookup(name: string): Promise<Resolution>;
  /** Milliseconds since 1970. */
  now(): number;
}

interface Kept {
  readonly resolution: Resolution | undefined;
  readonly failure: NameError | undefined;
  /** Until when no server is asked. Milliseconds since 1970. */
  readonly until: number;
}

export class CachingResolver implements Resolver {
  readonly #options: CachingResolverOptions;
  readonly #kept: Lru<string, Kept>;
  readonly #pending = new Map<string, Promise<Resolution>>();

  constructor(options: CachingResolverOptions) {
    this.#options = options;
    this.#kept = new Lru(options.capacity);
  }

  async resolve(name: string): Promise<Resolution> {
    const known = this.known(name);
    if (known !== undefined) return known;
    const key = name.toLowerCase();
    const pending = this.#pending.get(key) ?? this.#ask(key, this.#kept.get(key)).finally(() => this.#pending.delete(key));
    this.#pending.set(key, pending);
    return pending;
  }

  known(name: string): Resolution | undefined {
    const key = name.toLowerCase();
    const local = this.#local(key.endsWith('.') ? key.slice(0, -1) : key);
    if (local !== undefined) return local;
    const kept = this.#kept.get(key);
    return kept !== undefined && this.#options.now() < kept.until ? valueOf(kept) : undefined;
  }

  /** What needs no server: the hosts file, and the names that RFC 6761 reserves. */
  #local(name: string): Resolution | undefined {
    const listed = this.#options.hosts.get(name);
    if (listed !== undefined) return localResolution(listed);
    if (name === 'localhost' || name.endsWith('.localhost')) return localResolution(['127.0.0.1']);
    if (name === 'invalid' || name.endsWith('.invalid')) throw new NameError(`${name} has no address`, Infinity, true);
    return undefined;
  }

  async #ask(key: string, before: Kept | undefined): Promise<Resolution> {
    const { lookup, now, staleTtl } = this.#options;
    try {
      const resolution = await lookup(key);
      this.#kept.set(key, { resolution, failure: undefined, until: resolution.expiresAt });
      return resolution;
    } catch (error) {
      if (!(error instanceof NameError)) throw error;
      // That a name is gone is an answer; only where there is none the old one counts on.
      const old = before?.resolution;
      const isUsable = !error.isGone && old !== undefined && now() < old.expiresAt + staleTtl * 1000;
      const kept = { resolution: isUsable ? old : undefined, failure: error, until: error.retryAt };
      this.#kept.set(key, kept);
      return valueOf(kept);
    }
  }
}

function valueOf({ resolution, failure }: Kept): Resolution {
  if (resolution !== undefined) return resolution;
  throw failure!;
}

/** Addresses of IPv4, where there are some. */
function localResolution(addresses: readonly string[]): Resolution {
  const four = addresses.filter((address) => isIPv4(address));
  const used = four.length > 0 ? four : addresses;
  return { addresses: used.map((ip) => ({ ip })), expiresAt: Infinity, type: four.length > 0 ? 'A' : 'AAAA' };
}
