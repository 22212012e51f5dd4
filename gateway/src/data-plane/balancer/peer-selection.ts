/** Where one request goes: each try asks for a peer, and tells how it went. */
import { isIP } from 'node:net';

import { messageOf } from '../../base/errors.ts';
import type { Resolution, Resolver } from '../dns/resolution.ts';
import type { Address } from './address.ts';
import type { HashInput } from './hash-input.ts';
import type { UpstreamBalancer } from './upstream-balancer.ts';

export interface Peer {
  readonly ip: string;
  readonly port: number;
  /** What the peer is called in Host and SNI, without the port; its address where it has no name. */
  readonly hostname: string;
}

/** Why there is no peer: the name has no address, or no target is available. */
export type NoPeer = { readonly none: 'name' | 'targets'; readonly cause?: string };

export interface PeerSelection {
  /** What `next` looks up. @default - nothing */
  readonly lookedUp?: { readonly host: string; readonly port: number } | undefined;
  /** Waits only where a name is not known yet. */
  next(): Peer | NoPeer | Promise<Peer | NoPeer>;
  /** The last peer has failed. */
  failed(kind: 'tcp' | 'timeout'): void;
  /** The last peer has answered. @param ms from connecting to the head of the answer */
  answered(status: number, ms: number): void;
  /** The request is over. */
  end(): void;
}

const NO_TARGET: NoPeer = { none: 'targets' };

/** Targets of an upstream. */
export class BalancedSelection implements PeerSelection {
  readonly #balancer: UpstreamBalancer;
  readonly #hashInput: string;
  readonly #failed = new Set<Address>();
  #current: Address | undefined;

  constructor(balancer: UpstreamBalancer, hash: HashInput) {
    this.#balancer = balancer;
    this.#hashInput = hash.text;
  }

  next(): Peer | NoPeer | Promise<Peer | NoPeer> {
    this.#release();
    const chosen = this.#balancer.choose({ hashInput: this.#hashInput, failed: this.#failed });
    return chosen instanceof Promise ? chosen.then((address) => this.#take(address)) : this.#take(chosen);
  }

  #take(address: Address | undefined): Peer | NoPeer {
    if (address === undefined) return NO_TARGET;
    address.active += 1;
    this.#current = address;
    const hostHeader = this.#balancer.settings.host_header ?? undefined;
    return hostHeader === undefined ? address : { ip: address.ip, port: address.port, hostname: hostHeader };
  }

  failed(kind: 'tcp' | 'timeout'): void {
    const address = this.#current;
    if (address === undefined) return;
    this.#failed.add(address);
    this.#balancer.report(address, kind, this.#balancer.settings.healthchecks.passive);
  }

  answered(status: number, ms: number): void {
    const address = this.#current;
    if (address === undefined) return;
    this.#balancer.answered(address, ms);
    this.#balancer.reportStatus(address, status, this.#balancer.settings.healthchecks.passive);
  }

  end(): void {
    this.#release();
  }

  #release(): void {
    if (this.#current !== undefined) this.#current.active -= 1;
    this.#current = undefined;
  }
}

/** A host that is no upstream: its address, or those that its name has, one after another. All requests may share it. */
export class HostSelection implements PeerSelection {
  readonly lookedUp: PeerSelection['lookedUp'];
  readonly #host: string;
  readonly #port: number;
  readonly #resolver: Resolver;
  /** Of a host that is an address. */
  readonly #peer: Peer | undefined;
  static #turn = 0;

  constructor(host: string, port: number, resolver: Resolver) {
    this.#host = host;
    this.#port = port;
    this.#resolver = resolver;
    const ip = host.replace(/^\[(.*)\]$/, '$1');
    const isName = isIP(ip) === 0;
    this.#peer = isName ? undefined : { ip, port, hostname: host };
    this.lookedUp = isName ? { host, port } : undefined;
  }

  next(): Peer | NoPeer | Promise<Peer | NoPeer> {
    if (this.#peer !== undefined) return this.#peer;
    try {
      const known = this.#resolver.known?.(this.#host);
      return known === undefined ? this.#resolver.resolve(this.#host).then((found) => this.#oneOf(found), noAddress) : this.#oneOf(known);
    } catch (error) {
      return noAddress(error);
    }
  }

  #oneOf({ addresses }: Resolution): Peer {
    HostSelection.#turn = (HostSelection.#turn + 1) % Number.MAX_SAFE_INTEGER;
    const { ip, port = this.#port } = addresses[HostSelection.#turn % addresses.length]!;
    return { ip, port, hostname: this.#host };
  }

  failed(): void { /* Nothing is kept of a host. */ }

  answered(): void { /* Nothing is kept of a host. */ }

  end(): void { /* Nothing is kept of a host. */ }
}

function noAddress(error: unknown): NoPeer {
  return { none: 'name', cause: messageOf(error) };
}
