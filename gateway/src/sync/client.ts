/** A data plane's end of the configuration tunnel. It keeps one connection to one of the control planes, for ever. */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { unzip } from 'node:zlib';

import { WebSocket } from 'ws';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { hashConfigTable, isEmptyTable, NO_HASH } from '../model/config-hash.ts';
import type { ConfigTable } from '../model/config-table.ts';
import { Backoff } from './backoff.ts';
import type { ApplyFailure, BasicInfo, Reconfigure } from './protocol.ts';
import { MAX_PAYLOAD_BYTES, OUTLET_PATH, PING_INTERVAL_MS, REPORTS_HEADER, SILENCE_CHECK_MS, SILENCE_LIMIT_MS } from './protocol.ts';
import type { TunnelTrust } from './trust.ts';
import { clientTlsOptions } from './trust.ts';

const decompress = promisify(unzip);

/** Most bytes that a push may unpack to: ten thousand routes are 5 MB. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

/** After their certificates changed, the data planes of a fleet reconnect spread over this time. Milliseconds. */
const RENEWAL_SPREAD_MS = 10_000;

/** Time for the control plane to answer a close frame. Milliseconds. */
const CLOSE_GRACE_MS = 1_000;

export type ApplyOutcome =
  | { readonly applied: true }
  | { readonly applied: false; readonly message: string; readonly errors?: readonly unknown[] };

/** The data plane behind the tunnel. */
export interface Receiver {
  /** What runs now; 32 zeros for nothing. */
  currentHash(): string;
  /** Takes a configuration over, or leaves everything as it was. An empty table comes with the hash of 32 zeros. */
  apply(table: ConfigTable, hash: string): ApplyOutcome | Promise<ApplyOutcome>;
}

export interface TunnelClientOptions {
  readonly trust: TunnelTrust;
  /** Tried in turn. */
  readonly controlPlanes: readonly { readonly host: string; readonly port: number }[];
  readonly node: { readonly id: string; readonly hostname: string; readonly version: string };
  readonly info: Omit<BasicInfo, 'type'>;
  readonly receiver: Receiver;
  readonly log: Log;
  /** @default 16 MiB */
  readonly maxPayloadBytes?: number;
  /** @default - the machine's */
  readonly clock?: Clock;
  /** Between 0 and 1. @default Math.random */
  readonly random?: () => number;
}

export class TunnelClient {
  readonly #options: TunnelClientOptions;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #random: () => number;
  #trust: TunnelTrust;
  #renewal: Timer | undefined;
  #renewing = false;
  #socket: WebSocket | undefined;
  #timers: Timer[] = [];
  #retry: Timer | undefined;
  #address = 0;
  #failures = 0;
  #retryAfterMs: number | undefined;
  #lastFrame = 0;
  #reportsWanted = false;
  #newest: Buffer | undefined;
  #applying = false;
  #closed = true;

  constructor(options: TunnelClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#random = options.random ?? Math.random;
    this.#trust = options.trust;
    this.#backoff = new Backoff(this.#random);
  }

  /** Whether a control plane is connected now. */
  get connected(): boolean {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  /** Connects, and from then on reconnects by itself. */
  start(): void {
    if (!this.#closed) return;
    this.#closed = false;
    this.#connect();
  }

  /** Shows and expects other certificates from now on: an open tunnel is made anew within ten seconds, at once with the same control plane. */
  renew(trust: TunnelTrust): void {
    this.#trust = trust;
    this.#renewal?.cancel();
    // The files of a fleet change together, and each new tunnel begins with a whole configuration.
    this.#renewal = this.#clock.after(this.#random() * RENEWAL_SPREAD_MS, () => this.#reconnect());
  }

  close(): void {
    this.#closed = true;
    this.#renewal?.cancel();
    this.#retry?.cancel();
    this.#stopTimers();
    const socket = this.#socket;
    socket?.close();
    // Not waiting for the other end's close frame: this node is about to stop.
    setTimeout(() => socket?.terminate(), 100).unref();
  }

  /** One that is not open connects with the new certificates anyway. */
  #reconnect(): void {
    const socket = this.#socket;
    if (!this.connected || socket === undefined) return;
    this.#renewing = true;
    socket.close();
    this.#clock.after(CLOSE_GRACE_MS, () => void socket.terminate());
  }

  #connect(): void {
    const { controlPlanes, node, log, maxPayloadBytes } = this.#options;
    const target = controlPlanes[this.#address % controlPlanes.length]!;
    const query = `node_id=${node.id}&node_hostname=${encodeURIComponent(node.hostname)}&node_version=${node.version}`;
    const authority = target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`;
    const socket = new WebSocket(`wss://${authority}${OUTLET_PATH}?${query}`, {
      ...clientTlsOptions(this.#trust, target.host),
      perMessageDeflate: false,
      maxPayload: maxPayloadBytes ?? MAX_PAYLOAD_BYTES,
      handshakeTimeout: 10_000,
      // Answering would end the session at a Kong control plane, which knows only pings and close frames from us.
      autoPong: false,
    });
    this.#socket = socket;
    this.#retryAfterMs = undefined;
    let failure: string | undefined;
    socket.on('upgrade', (response) => {
      this.#reportsWanted = response.headers[REPORTS_HEADER.toLowerCase()] === 'accept';
    });
    socket.on('unexpected-response', (request, response) => {
      failure = `the control plane answered with status ${response.statusCode}`;
      this.#retryAfterMs = retryAfter(response);
      request.destroy();
      socket.terminate();
    });
    socket.on('open', () => {
      log.notice(`connected to control plane ${authority}`);
      this.#opened(socket);
    });
    socket.on('message', (data, binary) => this.#received(data as Buffer, binary));
    socket.on('ping', () => this.#heard('a ping from the control plane is ignored'));
    socket.on('pong', () => this.#heard());
    socket.on('error', (error) => {
      // After a refusal this is only the end of our own making.
      failure ??= this.#explain(error);
    });
    socket.on('close', () => this.#lost(authority, failure ?? 'connection closed by the control plane'));
  }

  /** What went wrong, with the fix where there is one. */
  #explain(error: NodeJS.ErrnoException): string {
    if (error.code !== 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return messageOf(error);
    const limit = this.#options.maxPayloadBytes ?? MAX_PAYLOAD_BYTES;
    return `the control plane sent more than ${limit} bytes at once; raise KONG_CLUSTER_MAX_PAYLOAD on this node`;
  }

  #opened(socket: WebSocket): void {
    this.#failures = 0;
    this.#heard();
    socket.send(Buffer.from(JSON.stringify({ type: 'basic_info', ...this.#options.info })), { binary: true });
    this.#ping();
    this.#timers = [
      this.#clock.every(PING_INTERVAL_MS, () => this.#ping()),
      this.#clock.every(SILENCE_CHECK_MS, () => this.#checkSilence()),
    ];
  }

  #lost(authority: string, failure: string): void {
    this.#stopTimers();
    this.#newest = undefined;
    if (this.#closed) return;
    if (this.#renewing) {
      this.#renewing = false;
      this.#options.log.notice(`connecting to control plane ${authority} again, with the renewed certificate`);
      return this.#connect();
    }
    this.#failures += 1;
    this.#address += 1;
    // With several control planes the next one is tried at once; only a round without success waits.
    const wait = this.#retryAfterMs ?? (this.#failures % this.#options.controlPlanes.length === 0 ? this.#backoff.next() : 0);
    this.#options.log.warn(`connection to control plane ${authority} broken: ${failure} (retrying after ${(wait / 1000).toFixed(1)} seconds)`);
    this.#retry = this.#clock.after(wait, () => this.#connect());
  }

  #stopTimers(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
  }

  #checkSilence(): void {
    if (this.#clock.now() - this.#lastFrame <= SILENCE_LIMIT_MS) return;
    this.#options.log.warn('nothing heard from the control plane within 45 seconds');
    this.#socket?.terminate();
  }

  #heard(notice?: string): void {
    this.#lastFrame = this.#clock.now();
    if (notice !== undefined) this.#options.log.notice(notice);
  }

  #ping(): void {
    if (this.connected) this.#socket?.ping(this.#options.receiver.currentHash(), true, () => undefined);
  }

  #received(data: Buffer, binary: boolean): void {
    if (!binary) return this.#heard('a text frame from the control plane is ignored');
    this.#heard();
    this.#newest = data;
    if (!this.#applying) void this.#applyNewest();
  }

  /** Takes messages one after another; of those that came meanwhile only the newest counts. */
  async #applyNewest(): Promise<void> {
    this.#applying = true;
    while (this.#newest !== undefined && !this.#closed) {
      const data = this.#newest;
      const socket = this.#socket;
      this.#newest = undefined;
      const message = await decode(data);
      if (message === undefined) {
        this.#options.log.error('the control plane sent something that is not a compressed JSON message; reconnecting');
        socket?.terminate();
      } else if (message.type === 'reconfigure') {
        await this.#reconfigure(message);
      } else {
        this.#options.log.info(`a message of type ${JSON.stringify(message.type)} from the control plane is ignored`);
      }
    }
    this.#applying = false;
  }

  async #reconfigure(message: Partial<Reconfigure>): Promise<void> {
    const { receiver, log } = this.#options;
    const table = message.config_table;
    if (typeof table !== 'object' || table === null) return log.error('the control plane sent a configuration without config_table');
    // Section hashes are not looked at: all sections are compiled anew, so a control plane that gets them wrong does no harm.
    const named = typeof message.config_hash === 'string' && message.config_hash !== '' ? message.config_hash : hashConfigTable(table).config;
    const hash = isEmptyTable(table) ? NO_HASH : named;
    if (hash === receiver.currentHash()) {
      this.#backoff.reset();
      return this.#ping();
    }
    const outcome = await receiver.apply(table, hash);
    if (outcome.applied) {
      this.#backoff.reset();
      log.notice('configuration applied', { hash });
      return this.#ping();
    }
    log.error(`configuration refused, the old one stays: ${outcome.message}`, { hash });
    if (this.#reportsWanted && this.connected) this.#socket?.send(Buffer.from(JSON.stringify(failureOf(outcome, named))), { binary: true });
  }
}

function failureOf(outcome: ApplyOutcome & { applied: false }, hash: string): ApplyFailure {
  return {
    type: 'error',
    error: {
      name: 'declarative configuration parse failure',
      message: outcome.message,
      source: 'hybridge.data-plane.apply',
      config_hash: hash,
      flattened_errors: outcome.errors ?? [],
    },
  };
}

async function decode(data: Buffer): Promise<Partial<Reconfigure> | undefined> {
  try {
    const message: unknown = JSON.parse((await decompress(data, { maxOutputLength: MAX_UNPACKED_BYTES })).toString('utf8'));
    return typeof message === 'object' && message !== null ? message as Partial<Reconfigure> : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds that a busy control plane asks for, at most two minutes. */
function retryAfter(response: IncomingMessage): number | undefined {
  if (response.statusCode !== 429 && response.statusCode !== 503) return undefined;
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 120) * 1000 : undefined;
}
