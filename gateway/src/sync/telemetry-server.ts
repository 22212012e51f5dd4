/** The control plane's end of telemetry: port 8006. Counts the records that arrived and those that were lost, and passes them on. */
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

import type { WebSocket } from 'ws';

import { messageOf } from '../base/errors.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { DISCARDED_PATHS, TELEMETRY_PATH } from './telemetry-protocol.ts';
import type { TelemetryBatchHead, TelemetryHello, TelemetryRecord } from './telemetry-protocol.ts';
import type { TunnelTrust } from './trust.ts';
import { TunnelListener } from './tunnel-listener.ts';
import type { TunnelPeer } from './tunnel-listener.ts';

const decompress = promisify(gunzip);

/** Most bytes that one frame may unpack to: a small frame must not fill the memory. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** Accounts that are kept by default; nodes that come and go with ever new ids must not fill the memory. */
const MAX_ACCOUNTS = 10_000;

/** What arrived from one data plane since its process started. */
export interface TelemetryAccount {
  readonly run: string;
  /** Number of the last batch that was taken. */
  readonly seq: number;
  readonly records: number;
  /** Records that the data plane gave up. */
  readonly dropped: number;
}

interface TelemetryServerOptions {
  readonly trust: TunnelTrust;
  readonly log: Log;
  /** Gets every record once. @default - records are only counted */
  readonly onRecords?: (node: string, records: readonly TelemetryRecord[]) => void;
  /** Accounts that are kept. @default 10,000 */
  readonly maxAccounts?: number;
}

export class TelemetryServer {
  readonly #accounts = new Map<string, TelemetryAccount>();
  readonly #listener: TunnelListener;
  readonly #log: Log;
  readonly #maxAccounts: number;
  readonly #onRecords: NonNullable<TelemetryServerOptions['onRecords']>;

  constructor({ trust, log, onRecords = () => undefined, maxAccounts = MAX_ACCOUNTS }: TelemetryServerOptions) {
    this.#log = log;
    this.#maxAccounts = maxAccounts;
    this.#onRecords = onRecords;
    this.#listener = new TunnelListener({
      trust,
      log,
      setting: 'KONG_CLUSTER_TELEMETRY_LISTEN',
      endpoints: {
        [TELEMETRY_PATH]: (websocket, peer) => this.#serve(websocket, peer),
        ...Object.fromEntries(DISCARDED_PATHS.map((path) => [path, discard])),
      },
    });
  }

  /** Accounts by node id. */
  get accounts(): ReadonlyMap<string, TelemetryAccount> {
    return this.#accounts;
  }

  /** @throws GatewayError `address-unavailable` */
  async listen(addresses: readonly ListenAddress[]): Promise<readonly AddressInfo[]> {
    return this.#listener.listen(addresses);
  }

  /** Uses other certificates from now on. Closes the connections that they reject. */
  renew(trust: TunnelTrust): void {
    this.#listener.renew(trust);
  }

  async close(): Promise<void> {
    await this.#listener.close();
  }

  #serve(websocket: WebSocket, peer: TunnelPeer): () => void {
    let hello: TelemetryHello | undefined;
    // One after the other: an ack says that everything up to its number was taken.
    let last = Promise.resolve();
    const take = async (data: Buffer): Promise<void> => {
      const [head, ...records] = await decode(data);
      if (hello === undefined) hello = asHello(head, peer);
      else this.#take(hello, asBatch(head), records as TelemetryRecord[], websocket);
    };
    websocket.on('message', (data) => {
      last = last.then(() => take(data as Buffer)).catch((error: unknown) => {
        this.#log.warn(`telemetry of ${peer.hostname} refused: ${messageOf(error)}`, { node: peer.id });
        websocket.close(1003);
      });
    });
    websocket.on('ping', () => websocket.pong('', false, () => undefined));
    websocket.on('error', (error) => this.#log.info(`telemetry of ${peer.hostname}: ${messageOf(error)}`));
    return () => websocket.close(1001);
  }

  #take(hello: TelemetryHello, { seq, dropped }: TelemetryBatchHead, records: readonly TelemetryRecord[], websocket: WebSocket): void {
    const known = this.#accounts.get(hello.node_id);
    const account = known?.run === hello.run ? known : { seq: 0, records: 0 };
    // A batch whose ack was lost on the way comes again.
    if (seq > account.seq) {
      this.#accounts.delete(hello.node_id);
      this.#accounts.set(hello.node_id, { run: hello.run, seq, records: account.records + records.length, dropped });
      // A Map keeps the order of insertion: the first account is the one that has been silent longest.
      if (this.#accounts.size > this.#maxAccounts) this.#accounts.delete(this.#accounts.keys().next().value!);
      this.#onRecords(hello.node_id, records);
    }
    websocket.send(Buffer.from(JSON.stringify({ ack: seq })), { binary: true }, () => undefined);
  }
}

function discard(websocket: WebSocket): () => void {
  websocket.on('ping', () => websocket.pong('', false, () => undefined));
  websocket.on('error', () => undefined);
  return () => websocket.close(1001);
}

async function decode(data: Buffer): Promise<unknown[]> {
  const text = (await decompress(data, { maxOutputLength: MAX_UNPACKED_BYTES })).toString('utf8');
  return text.split('\n').filter((line) => line !== '').map((line): unknown => JSON.parse(line));
}

function asHello(head: unknown, peer: TunnelPeer): TelemetryHello {
  const hello = head as Partial<TelemetryHello> | null;
  if (hello?.type !== 'hello' || typeof hello.run !== 'string') throw new Error('the first frame is no hello');
  if (hello.node_id !== peer.id) throw new Error(`hello says node ${String(hello.node_id)}, the handshake said ${peer.id}`);
  return hello as TelemetryHello;
}

function asBatch(head: unknown): TelemetryBatchHead {
  const batch = head as Partial<TelemetryBatchHead> | null;
  const isBatch = batch?.type === 'batch' && Number.isSafeInteger(batch.seq) && Number.isSafeInteger(batch.dropped);
  if (!isBatch) throw new Error('a frame is no batch');
  return batch as TelemetryBatchHead;
}
