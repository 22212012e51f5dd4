/**
 * Keeps a data plane connected to one of several control planes: choice of the address, back-off, renewal of certificates.
 * It does not interpret messages.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { WebSocket } from 'ws';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import { Backoff } from './backoff.ts';
import { MAX_PAYLOAD_BYTES } from './protocol.ts';
import type { TunnelTrust } from './trust.ts';
import { authorityOf, dial } from './tunnel-dial.ts';
import type { DialFailure, DialOptions, TunnelAddress } from './tunnel-dial.ts';

/** After their certificates changed, the data planes of a fleet reconnect spread over this time. Milliseconds. */
const RENEWAL_SPREAD_MS = 10_000;

/** Time for the control plane to answer a close frame before a renewal cuts the connection. Milliseconds. */
const RENEWAL_GRACE_MS = 1_000;

/** Time for the control plane to answer a close frame of a node that stops. Milliseconds. */
const STOP_GRACE_MS = 100;

export interface TunnelConnectionOptions {
  readonly trust: TunnelTrust;
  /** Control planes, tried one after another. */
  readonly addresses: readonly TunnelAddress[];
  /** Path of the upgrade request. */
  readonly path: string;
  readonly node: { readonly id: string; readonly hostname: string; readonly version: string };
  /** Largest message that the control plane may send. @default 16 MiB */
  readonly maxPayloadBytes?: number | undefined;
  /** @default - the machine's */
  readonly clock?: Clock | undefined;
  /** Number from 0 up to 1. @default Math.random */
  readonly random?: (() => number) | undefined;
  /** Opens TCP connections. @default - node:net */
  readonly connect?: DialOptions['connect'];
}

export interface TunnelLoss {
  /** `host:port` */
  readonly address: string;
  readonly reason: string;
  /** Until the next attempt. Milliseconds. */
  readonly retryMs: number;
}

/** Events for the owner of a connection. */
interface TunnelEvents {
  /** A tunnel is open. Listeners have to be added at once. */
  opened(websocket: WebSocket, address: string, headers: IncomingHttpHeaders): void;
  /** A tunnel broke, or an attempt failed. Another attempt follows. */
  lost(loss: TunnelLoss): void;
  /** A tunnel was closed to open it again with renewed certificates. The attempt follows at once. */
  renewing(address: string): void;
}

type State =
  | { readonly name: 'closed' }
  | { readonly name: 'dialling'; readonly abort: () => void }
  | { readonly name: 'open' | 'renewing'; readonly websocket: WebSocket }
  | { readonly name: 'waiting'; readonly timer: Timer };

const CLOSED: State = { name: 'closed' };

export class TunnelConnection {
  readonly #options: TunnelConnectionOptions;
  readonly #events: TunnelEvents;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  #trust: TunnelTrust;
  #state: State = CLOSED;
  #renewal: Timer | undefined;
  /** Why the owner cut the open tunnel. */
  #dropReason: string | undefined;
  /** Number of the address to dial, counted beyond the last one. */
  #next = 0;
  /** Attempts and tunnels that ended since a tunnel was opened. */
  #failures = 0;

  constructor(options: TunnelConnectionOptions, events: TunnelEvents) {
    this.#options = options;
    this.#events = events;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#random = options.random ?? Math.random;
    this.#backoff = new Backoff(this.#random);
    this.#trust = options.trust;
  }

  /** The open tunnel. */
  get websocket(): WebSocket | undefined {
    const state = this.#state;
    return state.name === 'open' && state.websocket.readyState === state.websocket.OPEN ? state.websocket : undefined;
  }

  /** Connects, and from then on reconnects by itself. */
  start(): void {
    if (this.#state.name === 'closed') this.#dial();
  }

  /** Uses other certificates from now on. An open tunnel is opened again within ten seconds, with the same control plane. */
  renew(trust: TunnelTrust): void {
    this.#trust = trust;
    this.#renewal?.cancel();
    // The files of a fleet change together, and each new tunnel begins with a whole configuration.
    this.#renewal = this.#clock.after(this.#random() * RENEWAL_SPREAD_MS, () => this.#reconnect());
  }

  /** The control plane answered as it should: the next pause is short again. */
  worked(): void {
    this.#backoff.reset();
  }

  /** Cuts the open tunnel. The reason is part of the loss that follows. */
  drop(reason: string): void {
    this.#dropReason = reason;
    this.websocket?.terminate();
  }

  close(): void {
    const state = this.#state;
    this.#state = CLOSED;
    this.#renewal?.cancel();
    if (state.name === 'waiting') state.timer.cancel();
    if (state.name === 'dialling') state.abort();
    if (state.name === 'open' || state.name === 'renewing') this.#end(state.websocket, STOP_GRACE_MS);
  }

  #dial(): void {
    const { addresses, path, node, maxPayloadBytes = MAX_PAYLOAD_BYTES, connect } = this.#options;
    const address = addresses[this.#next % addresses.length]!;
    const query = `node_id=${node.id}&node_hostname=${encodeURIComponent(node.hostname)}&node_version=${node.version}`;
    const options: DialOptions = {
      address,
      path: `${path}?${query}`,
      trust: this.#trust,
      maxPayloadBytes,
      clock: this.#clock,
      ...(connect === undefined ? {} : { connect }),
    };
    const abort = dial(options, {
      opened: (websocket, headers) => this.#opened(websocket, authorityOf(address), headers),
      failed: (failure) => this.#lost(authorityOf(address), failure),
    });
    this.#state = { name: 'dialling', abort };
  }

  #opened(websocket: WebSocket, address: string, headers: IncomingHttpHeaders): void {
    let failure: string | undefined;
    websocket.on('error', (error) => {
      // What follows the first error is only its consequence.
      failure ??= this.#explain(error);
    });
    websocket.once('close', () => this.#ended(websocket, address, this.#dropReason ?? failure ?? 'connection closed by the control plane'));
    this.#dropReason = undefined;
    this.#failures = 0;
    this.#state = { name: 'open', websocket };
    this.#events.opened(websocket, address, headers);
  }

  #ended(websocket: WebSocket, address: string, reason: string): void {
    const state = this.#state;
    if ((state.name !== 'open' && state.name !== 'renewing') || state.websocket !== websocket) return;
    if (state.name === 'open') return this.#lost(address, { reason });
    this.#events.renewing(address);
    this.#dial();
  }

  #lost(address: string, { reason, retryAfterMs }: DialFailure): void {
    this.#failures += 1;
    this.#next += 1;
    // With several control planes the next one is tried at once; only a round without success waits.
    const retryMs = retryAfterMs ?? (this.#failures % this.#options.addresses.length === 0 ? this.#backoff.next() : 0);
    this.#state = { name: 'waiting', timer: this.#clock.after(retryMs, () => this.#dial()) };
    this.#events.lost({ address, reason, retryMs });
  }

  /** What went wrong, with the fix where there is one. */
  #explain(error: NodeJS.ErrnoException): string {
    if (error.code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return messageOf(error);
    const limit = this.#options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES;
    return `the control plane sent more than ${limit} bytes at once; raise KONG_CLUSTER_MAX_PAYLOAD on this node`;
  }

  /** Connections that are not made yet use the new certificates anyway, except for an attempt that is under way. */
  #reconnect(): void {
    const state = this.#state;
    if (state.name === 'dialling') {
      state.abort();
      this.#dial();
    } else if (state.name === 'open') {
      this.#state = { name: 'renewing', websocket: state.websocket };
      this.#end(state.websocket, RENEWAL_GRACE_MS);
    }
  }

  #end(websocket: WebSocket, graceMs: number): void {
    websocket.close();
    this.#clock.after(graceMs, () => void websocket.terminate());
  }
}
