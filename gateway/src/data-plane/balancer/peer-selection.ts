/** Where one request goes: each try asks for a peer, and tells how it went. */
import { isIP } from 'node:net';

import { messageOf } from '../../base/errors.ts';
import type { Resolver } from '../dns/resolution.ts';
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
  next(): Promise<Peer | NoPeer>;
  /** The last peer has failed. */
  failed(kind: 'tcp' | 'timeout'): void;
  /** The last peer has answered. @param ms from connecting to the head of the answer */
  answered(status: number, ms: number): void;
  /** The request is over. */
  end(): void;
}

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

  async next(): Promise<Peer | NoPeer> {
    this.#release();
    const address = await this.#balancer.choose({ hashInput: this.#hashInput, failed: this.#failed });
    if (address === undefined) return { none: 'targets' };
    address.active += 1;
    this.#current = address;
    const { ip, port, hostname } = address;
    return { ip, port, hostname: this.#balancer.settings.host_header ?? hostname };
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

/** A host that is no upstream: its address, or those that its name has, one after another. */
export class HostSelection implements PeerSelection {
  readonly lookedUp: PeerSelection['lookedUp'];
  readonly #host: string;
  readonly #ip: string;
  readonly #port: number;
  readonly #resolver: Resolver;
  static #turn = 0;

  constructor(host: string, port: number, resolver: Resolver) {
    this.#host = host;
    this.#ip = host.replace(/^\[(.*)\]$/, '$1');
    this.#port = port;
    this.#resolver = resolver;
    this.lookedUp = isIP(this.#ip) === 0 ? { host, port } : undefined;
  }

  async next(): Promise<Peer | NoPeer> {
    if (this.lookedUp === undefined) return { ip: this.#ip, port: this.#port, hostname: this.#host };
    try {
      const { addresses } = await this.#resolver.resolve(this.#host);
      HostSelection.#turn = (HostSelection.#turn + 1) % Number.MAX_SAFE_INTEGER;
      const { ip, port = this.#port } = addresses[HostSelection.#turn % addresses.length]!;
      return { ip, port, hostname: this.#host };
    } catch (error) {
      return { none: 'name', cause: messageOf(error) };
    }
  }

  failed(): void { /* Nothing is kept of a host. */ }

  answered(): void { /* Nothing is kept of a host. */ }

  end(): void { /* Nothing is kept of a host. */ }
}
