/** A data plane's end of telemetry. Records wait here, numbered in batches, until the control plane has taken them; what does not fit is counted. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

import { WebSocket } from 'ws';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { Backoff } from './backoff.ts';
import { FLUSH_INTERVAL_MS, MAX_BATCH_RECORDS, MAX_KEPT_RECORDS, TELEMETRY_PATH } from './telemetry-protocol.ts';
import type { TelemetryAck, TelemetryBatchHead, TelemetryHello, TelemetryRecord } from './telemetry-protocol.ts';
import { clientTlsOptions } from './trust.ts';
import type { TunnelTrust } from './trust.ts';

const compress = promisify(gzip);

export interface TelemetryClientOptions {
  readonly trust: TunnelTrust;
  readonly endpoint: { readonly host: string; readonly port: number };
  readonly node: { readonly id: string; readonly hostname: string; readonly version: string };
  readonly labels: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Called before each batch for what has come together. @default - only what was given to `add` */
  readonly collect?: () => readonly TelemetryRecord[];
  /** @default - the machine's */
  readonly clock?: Clock;
  /** Between 0 and 1. @default Math.random */
  readonly random?: () => number;
}

interface Batch {
  readonly seq: number;
  readonly records: readonly TelemetryRecord[];
}

export class TelemetryClient {
  readonly #options: TelemetryClientOptions;
  readonly #clock: Clock;
  readonly #backoff: Backoff;
  readonly #run = randomUUID();
  #trust: TunnelTrust;
  #records: TelemetryRecord[] = [];
  /** Sent or to be sent, not acknowledged. */
  #batches: Batch[] = [];
  #kept = 0;
  #dropped = 0;
  #seq = 0;
  /** Last batch sent on this connection. */
  #sent = 0;
  #socket: WebSocket | undefined;
  #flush: Timer | undefined;
  #retry: Timer | undefined;
  #sending = false;
  #closed = true;
  #complained = false;
  #renewing = false;

  constructor(options: TelemetryClientOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.#trust = options.trust;
    this.#backoff = new Backoff(options.random ?? Math.random);
  }

  /** Records given up since the start. */
  get dropped(): number {
    return this.#dropped;
  }

  start(): void {
    if (!this.#closed) return;
    this.#closed = false;
    this.#flush = this.#clock.every(FLUSH_INTERVAL_MS, () => this.#cut());
    this.#connect();
  }

  /** Shows and expects other certificates from now on. The connection is made anew after the usual pause: what is to be sent is kept. */
  renew(trust: TunnelTrust): void {
    this.#trust = trust;
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#renewing = true;
    this.#socket.terminate();
  }

  /** What was not sent is lost: a node that stops does not wait for its control plane. */
  close(): void {
    this.#closed = true;
    this.#flush?.cancel();
    this.#retry?.cancel();
    this.#socket?.terminate();
  }

  add(record: TelemetryRecord): void {
    this.#records.push(record);
    this.#kept += 1;
    while (this.#kept > MAX_KEPT_RECORDS) this.#dropOldest();
  }

  /** Oldest first: whole batches, then single records. A batch that is on its way may so be counted although it arrives; never the reverse. */
  #dropOldest(): void {
    const oldest = this.#batches.shift();
    const count = oldest?.records.length ?? 1;
    if (oldest === undefined) this.#records.shift();
    this.#kept -= count;
    this.#dropped += count;
  }

  #cut(): void {
    for (const record of this.#options.collect?.() ?? []) this.add(record);
    while (this.#records.length > 0) {
      this.#seq += 1;
      this.#batches.push({ seq: this.#seq, records: this.#records.splice(0, MAX_BATCH_RECORDS) });
    }
    void this.#send();
  }

  async #send(): Promise<void> {
    const socket = this.#socket;
    if (this.#sending || socket?.readyState !== WebSocket.OPEN) return;
    this.#sending = true;
    for (let batch = this.#nextBatch(); batch !== undefined && socket.readyState === WebSocket.OPEN; batch = this.#nextBatch()) {
      this.#sent = batch.seq;
      const head: TelemetryBatchHead = { type: 'batch', seq: batch.seq, dropped: this.#dropped };
      socket.send(await encode([head, ...batch.records]), { binary: true }, () => undefined);
    }
    this.#sending = false;
  }

  #nextBatch(): Batch | undefined {
    return this.#batches.find(({ seq }) => seq > this.#sent);
  }

  #connect(): void {
    const { endpoint, node, labels } = this.#options;
    const authority = endpoint.host.includes(':') ? `[${endpoint.host}]:${endpoint.port}` : `${endpoint.host}:${endpoint.port}`;
    const query = `node_id=${node.id}&node_hostname=${encodeURIComponent(node.hostname)}&node_version=${node.version}`;
    const socket = new WebSocket(`wss://${authority}${TELEMETRY_PATH}?${query}`, {
      ...clientTlsOptions(this.#trust, endpoint.host), perMessageDeflate: false, handshakeTimeout: 10_000,
    });
    this.#socket = socket;
    let failure = 'closed by the other end';
    socket.on('open', () => void this.#opened(socket, { type: 'hello', node_id: node.id, node_version: node.version, labels, run: this.#run }));
    socket.on('message', (data) => this.#acknowledged(data as Buffer));
    socket.on('error', (error) => {
      failure = messageOf(error);
    });
    socket.on('close', () => this.#lost(authority, failure));
  }

  async #opened(socket: WebSocket, hello: TelemetryHello): Promise<void> {
    const frame = await encode([hello]);
    socket.send(frame, { binary: true }, () => undefined);
    // What was not acknowledged goes again; the other end knows batches that it has.
    this.#sent = 0;
    await this.#send();
  }

  #acknowledged(data: Buffer): void {
    const ack = readAck(data);
    if (ack === undefined) return;
    this.#backoff.reset();
    this.#complained = false;
    while (this.#batches[0] !== undefined && this.#batches[0].seq <= ack) this.#kept -= this.#batches.shift()!.records.length;
  }

  #lost(authority: string, failure: string): void {
    if (this.#closed) return;
    // Once: without telemetry everything else goes on, and the tunnel tells of a lost control plane.
    if (!this.#complained && !this.#renewing) this.#options.log.warn(`telemetry endpoint ${authority} is not reachable: ${failure}; records are kept and sent later`);
    this.#complained ||= !this.#renewing;
    this.#renewing = false;
    this.#sent = 0;
    this.#retry = this.#clock.after(this.#backoff.next(), () => this.#connect());
  }
}

/** `undefined` for a message of another kind, which a later version may send. */
function readAck(data: Buffer): number | undefined {
  try {
    const { ack } = JSON.parse(data.toString('utf8')) as Partial<TelemetryAck>;
    return typeof ack === 'number' ? ack : undefined;
  } catch {
    return undefined;
  }
}

function encode(lines: readonly unknown[]): Promise<Buffer> {
  return compress(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
