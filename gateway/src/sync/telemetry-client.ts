/** A data plane's end of telemetry: sends batches of records, and sends them again until the control plane has taken them. */
import { randomUUID } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { WebSocket } from 'ws';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock, Timer } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { TelemetryBuffer } from './telemetry-buffer.ts';
import { FLUSH_INTERVAL_MS, TELEMETRY_PATH } from './telemetry-protocol.ts';
import type { TelemetryAck, TelemetryBatchHead, TelemetryHello, TelemetryRecord } from './telemetry-protocol.ts';
import type { TunnelTrust } from './trust.ts';
import { TunnelConnection } from './tunnel-connection.ts';
import type { TunnelConnectionOptions, TunnelLoss } from './tunnel-connection.ts';
import type { TunnelAddress } from './tunnel-dial.ts';

const compress = promisify(gzip);

interface TelemetryClientOptions extends Pick<TunnelConnectionOptions, 'trust' | 'node' | 'clock' | 'random'> {
  readonly endpoint: TunnelAddress;
  readonly labels: Readonly<Record<string, string>>;
  readonly log: Log;
  /** Called before each batch; returns the records since the last call. @default - only what was given to `add` */
  readonly collect?: () => readonly TelemetryRecord[];
}

export class TelemetryClient {
  readonly #options: TelemetryClientOptions;
  readonly #clock: Clock;
  readonly #connection: TunnelConnection;
  readonly #buffer = new TelemetryBuffer();
  readonly #run = randomUUID();
  #flush: Timer | undefined;
  /** Number of the last batch sent on this connection. */
  #sent = 0;
  #sending = false;
  /** Whether a loss was logged since the control plane last took a batch. */
  #complained = false;

  constructor(options: TelemetryClientOptions) {
    const { trust, endpoint, node, clock = SYSTEM_CLOCK, random } = options;
    this.#options = options;
    this.#clock = clock;
    this.#connection = new TunnelConnection({ trust, node, clock, random, addresses: [endpoint], path: TELEMETRY_PATH }, {
      opened: (websocket) => void this.#opened(websocket),
      lost: (loss) => this.#lost(loss),
      renewing: () => undefined,
    });
  }

  /** Records given up since the start. */
  get dropped(): number {
    return this.#buffer.dropped;
  }

  /** Whether a control plane is connected now. */
  get connected(): boolean {
    return this.#connection.websocket !== undefined;
  }

  /** Connects, and from then on reconnects by itself. */
  start(): void {
    this.#flush ??= this.#clock.every(FLUSH_INTERVAL_MS, () => this.#send());
    this.#connection.start();
  }

  /** Uses other certificates from now on. An open connection is opened again within ten seconds; records are kept. */
  renew(trust: TunnelTrust): void {
    this.#connection.renew(trust);
  }

  /** Records that were not sent are lost: a node that stops does not wait for its control plane. */
  close(): void {
    this.#flush?.cancel();
    this.#flush = undefined;
    this.#connection.close();
  }

  /** Keeps a record for the next batch. Beyond the limit the oldest are given up. */
  add(record: TelemetryRecord): void {
    this.#buffer.add(record);
  }

  #send(): void {
    for (const record of this.#options.collect?.() ?? []) this.add(record);
    this.#buffer.cut();
    void this.#sendBatches();
  }

  async #sendBatches(): Promise<void> {
    const websocket = this.#connection.websocket;
    if (this.#sending || websocket === undefined) return;
    this.#sending = true;
    for (let batch = this.#buffer.after(this.#sent); batch !== undefined; batch = this.#buffer.after(this.#sent)) {
      const head: TelemetryBatchHead = { type: 'batch', seq: batch.seq, dropped: this.dropped };
      const frame = await encode([head, ...batch.records]);
      // While it was compressed the connection may have ended; on the next one everything goes again.
      if (this.#connection.websocket !== websocket) break;
      this.#sent = batch.seq;
      websocket.send(frame, { binary: true }, () => undefined);
    }
    this.#sending = false;
  }

  async #opened(websocket: WebSocket): Promise<void> {
    const { node, labels } = this.#options;
    websocket.on('message', (data) => this.#acknowledged(data as Buffer));
    const hello: TelemetryHello = { type: 'hello', node_id: node.id, node_version: node.version, labels, run: this.#run };
    // Nothing goes before the hello: until it is sent, all batches count as sent.
    this.#sent = Infinity;
    websocket.send(await encode([hello]), { binary: true }, () => undefined);
    if (this.#connection.websocket !== websocket) return;
    // What was not acknowledged goes again; the other end knows batches that it has.
    this.#sent = 0;
    await this.#sendBatches();
  }

  #acknowledged(data: Buffer): void {
    const ack = readAck(data);
    if (ack === undefined) return;
    this.#connection.worked();
    this.#complained = false;
    this.#buffer.acknowledge(ack);
  }

  /** Logged once: without telemetry everything else goes on, and the configuration tunnel logs each attempt. */
  #lost({ address, reason }: TunnelLoss): void {
    if (this.#complained) return;
    this.#complained = true;
    this.#options.log.warn(`telemetry endpoint ${address} is not reachable: ${reason}; records are kept and sent later`);
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
