/** Finds out what a name stands for, by asking servers: search list, types in order, servers in turn. */
import { findingOf } from './dns-answer.ts';
import type { Finding, ServiceRecord } from './dns-answer.ts';
import { query } from './dns-query.ts';
import type { DnsServer, QueryType } from './dns-query.ts';
import type { Resolution, ResolvedAddress } from './resolution.ts';
import { NameError } from './resolution.ts';
import type { ResolvConf } from './system-files.ts';

export interface LookupOptions extends ResolvConf {
  /** Types that are asked for, in this order. */
  readonly order: readonly QueryType[];
  /** In place of the TTL of records. Seconds. @default - as records say */
  readonly validTtl: number | undefined;
  /** Longest time for which it is believed that a name does not exist. Seconds. */
  readonly notFoundTtl: number;
  /** Time before servers that could not tell are asked again. Seconds. */
  readonly errorTtl: number;
  /** Milliseconds since 1970. */
  now(): number;
}

/** Targets of one SRV answer that are resolved. */
const MAX_SERVICES = 64;

/** No records are kept for longer. Seconds. */
const MAX_TTL = 86_400;

type Asked = Finding | { readonly kind: 'unknown'; readonly reason: string };

export class DnsLookup {
  readonly #options: LookupOptions;
  /** Servers that do not understand EDNS. */
  readonly #withoutEdns = new Set<string>();

  constructor(options: LookupOptions) {
    this.#options = options;
  }

  /** @throws NameError */
  async resolve(name: string): Promise<Resolution> {
    const { order, now, errorTtl, notFoundTtl } = this.#options;
    let unknown: string | undefined;
    let negative = notFoundTtl;
    for (const candidate of this.#candidates(name)) {
      for (const type of order) {
        const asked = await this.#ask(candidate, type);
        if (asked.kind === 'unknown') unknown = asked.reason;
        else if (asked.kind === 'nothing') {
          negative = Math.min(negative, asked.ttl ?? notFoundTtl);
          if (asked.isGone) break;
        } else {
          const found = asked.kind === 'addresses' ? this.#addresses(asked, type) : await this.#services(asked);
          if (found !== undefined) return found;
        }
      }
    }
    if (unknown !== undefined) throw new NameError(`${name}: ${unknown}`, now() + errorTtl * 1000);
    throw new NameError(`${name} has no address`, now() + negative * 1000, true);
  }

  #candidates(name: string): readonly string[] {
    if (name.endsWith('.')) return [name.slice(0, -1)];
    const { search, ndots } = this.#options;
    const below = search.map((domain) => `${name}.${domain}`);
    return name.split('.').length > ndots ? [name, ...below] : [...below, name];
  }

  async #ask(name: string, type: QueryType): Promise<Asked> {
    if (!isQueryable(name)) return { kind: 'nothing', isGone: true, ttl: undefined };
    const { servers, attempts } = this.#options;
    let reason = 'no server is configured';
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      for (const server of servers) {
        const asked = await this.#askServer(server, name, type);
        if (asked.kind !== 'unknown') return asked;
        ({ reason } = asked);
      }
    }
    return { kind: 'unknown', reason };
  }

  async #askServer(server: DnsServer, name: string, type: QueryType): Promise<Asked> {
    const { address, port } = server;
    const key = `${address} ${port}`;
    try {
      const edns = !this.#withoutEdns.has(key);
      const answer = await query({ server, name, type, edns, timeoutMs: this.#options.timeoutMs });
      const code = (answer as unknown as { readonly rcode: string }).rcode;
      if (edns && (code === 'FORMERR' || code === 'NOTIMP')) {
        this.#withoutEdns.add(key);
        return await this.#askServer(server, name, type);
      }
      return findingOf(answer, name, type) ?? { kind: 'unknown', reason: `${address}:${port} answered ${code} for ${type} of ${name}` };
    } catch (error) {
      return { kind: 'unknown', reason: (error as Error).message };
    }
  }

  #addresses({ addresses, ttl }: Finding & { readonly kind: 'addresses' }, type: QueryType): Resolution {
    return { addresses: addresses.map((ip) => ({ ip })), expiresAt: this.#expiryOf(ttl), type: type as 'A' | 'AAAA' };
  }

  /** The records of the best priority whose targets have addresses. */
  async #services({ services, ttl }: Finding & { readonly kind: 'services' }): Promise<Resolution | undefined> {
    const best = Math.min(...services.map(({ priority }) => priority));
    const chosen = services.filter(({ priority }) => priority === best).slice(0, MAX_SERVICES);
    const found = await Promise.all(chosen.map((service) => this.#addressesOf(service)));
    const addresses = found.flatMap((one) => one.addresses);
    if (addresses.length === 0) return undefined;
    return { addresses, expiresAt: this.#expiryOf(Math.min(ttl, ...found.map((one) => one.ttl))), type: 'SRV' };
  }

  async #addressesOf({ target, port, weight }: ServiceRecord): Promise<{ addresses: ResolvedAddress[]; ttl: number }> {
    for (const type of this.#options.order.filter((one) => one !== 'SRV')) {
      const asked = await this.#ask(target, type);
      if (asked.kind === 'addresses') return { addresses: asked.addresses.map((ip) => ({ ip, port, weight })), ttl: asked.ttl };
    }
    return { addresses: [], ttl: Infinity };
  }

  #expiryOf(ttl: number): number {
    const { validTtl, now } = this.#options;
    return now() + Math.max(1, Math.min(validTtl ?? ttl, MAX_TTL)) * 1000;
  }
}

/** RFC 1035 §2.3.4, of ASCII characters that stand for themselves. */
function isQueryable(name: string): boolean {
  return name.length > 0 && name.length <= 253 && name.split('.').every((label) => /^[\w-]{1,63}$/.test(label));
}
