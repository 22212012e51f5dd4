/** A data plane's end of the configuration tunnel: what it says to its control plane, and whether it still hears from it. */
import type { IncomingHttpHeaders } from 'node:http';
import type { WebSocket } from 'ws';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { NO_QUARANTINE } from '../model/quarantine.ts';
import { ConfigurationIntake } from './configuration-intake.ts';
import type { Receiver } from './configuration-intake.ts';
import type { ApplyFailure, BasicInfo, NodeReport } from './protocol.ts';
import { NODE_REPORTS_HEADER, OUTLET_PATH, PING_INTERVAL_MS, REPORTS_HEADER, SILENCE_CHECK_MS, SILENCE_LIMIT_MS } from './protocol.ts';
import type { TunnelTrust } from './trust.ts';
import { TunnelConnection } from './tunnel-connection.ts';
import type { TunnelConnectionOptions, TunnelLoss } from './tunnel-connection.ts';
import type { TunnelAddress } from './tunnel-dial.ts';

export interface TunnelClientOptions extends Pick<TunnelConnectionOptions, 'trust' | 'node' | 'maxPayloadBytes' | 'clock' | 'random'> {
  /** Tried one after another. */
  readonly controlPlanes: readonly TunnelAddress[];
  readonly info: Omit<BasicInfo, 'type'>;
  readonly receiver: Receiver;
  /** What the data plane does not serve now. @default - everything is served */
  readonly report?: () => Omit<NodeReport, 'type'>;
  readonly log: Log;
}

const NOTHING_TO_REPORT = textOf({ quarantined: NO_QUARANTINE, refused: null });

export class TunnelClient {
  readonly #options: TunnelClientOptions;
  readonly #clock: Clock;
  readonly #connection: TunnelConnection;
  readonly #intake: ConfigurationIntake;
  /** Whether the control plane asked for reports of configurations that were refused. */
  #reportsWanted = false;
  /** The last report on this connection, as it was sent; undefined when the control plane wants none. */
  #reported: string | undefined;
  /** When the control plane was last heard. Milliseconds since 1970. */
  #lastFrame = 0;

  constructor(options: TunnelClientOptions) {
    const { trust, controlPlanes, node, receiver, log, maxPayloadBytes, clock = SYSTEM_CLOCK, random } = options;
    this.#options = options;
    this.#clock = clock;
    this.#connection = new TunnelConnection({ trust, node, maxPayloadBytes, clock, random, addresses: controlPlanes, path: OUTLET_PATH }, {
      opened: (websocket, address, headers) => this.#opened(websocket, address, headers),
      lost: (loss) => this.#lost(loss),
      renewing: (address) => {
        this.#intake.clear();
        log.notice(`connecting to control plane ${address} again, with the renewed certificate`);
      },
    });
    this.#intake = new ConfigurationIntake({
      receiver,
      log,
      onRunning: () => {
        this.#connection.worked();
        this.#ping();
      },
      onRefused: (failure) => {
        this.#sendFailure(failure);
        this.#sendReport();
      },
      onUnreadable: (reason) => {
        log.error(`${reason}; reconnecting`);
        this.#connection.drop(reason);
      },
    });
  }

  /** Whether a control plane is connected now. */
  get connected(): boolean {
    return this.#connection.websocket !== undefined;
  }

  /** Connects, and from then on reconnects by itself. */
  start(): void {
    this.#connection.start();
  }

  /** Uses other certificates from now on. An open tunnel is opened again within ten seconds, with the same control plane. */
  renew(trust: TunnelTrust): void {
    this.#connection.renew(trust);
  }

  close(): void {
    this.#intake.clear();
    this.#connection.close();
  }

  #opened(websocket: WebSocket, address: string, headers: IncomingHttpHeaders): void {
    this.#options.log.notice(`connected to control plane ${address}`);
    this.#reportsWanted = headers[REPORTS_HEADER.toLowerCase()] === 'accept';
    // A control plane starts with a node that serves everything.
    this.#reported = headers[NODE_REPORTS_HEADER.toLowerCase()] === 'accept' ? NOTHING_TO_REPORT : undefined;
    this.#heard();
    websocket.on('message', (data, binary) => this.#received(data as Buffer, binary));
    websocket.on('ping', () => this.#heard('a ping from the control plane is ignored'));
    websocket.on('pong', () => this.#heard());
    websocket.send(Buffer.from(JSON.stringify({ type: 'basic_info', ...this.#options.info })), { binary: true });
    this.#ping();
    const timers = [
      this.#clock.every(PING_INTERVAL_MS, () => this.#ping()),
      this.#clock.every(SILENCE_CHECK_MS, () => this.#checkSilence()),
    ];
    websocket.once('close', () => timers.forEach((timer) => timer.cancel()));
  }

  #lost({ address, reason, retryMs }: TunnelLoss): void {
    this.#intake.clear();
    const pause = `retrying after ${(retryMs / 1000).toFixed(1)} seconds`;
    this.#options.log.warn(`connection to control plane ${address} broken: ${reason} (${pause})`);
  }

  #checkSilence(): void {
    if (this.#clock.now() - this.#lastFrame <= SILENCE_LIMIT_MS) return;
    this.#connection.drop(`nothing heard from the control plane within ${SILENCE_LIMIT_MS / 1000} seconds`);
  }

  #heard(notice?: string): void {
    this.#lastFrame = this.#clock.now();
    if (notice !== undefined) this.#options.log.notice(notice);
  }

  #ping(): void {
    this.#sendReport();
    this.#connection.websocket?.ping(this.#options.receiver.currentHash(), true, () => undefined);
  }

  #received(data: Buffer, binary: boolean): void {
    if (!binary) return this.#heard('a text frame from the control plane is ignored');
    this.#heard();
    return this.#intake.offer(data);
  }

  /** What changed since the last report. */
  #sendReport(): void {
    const { report } = this.#options;
    if (report === undefined || this.#reported === undefined) return;
    const message = textOf(report());
    if (message === this.#reported) return;
    this.#reported = message;
    this.#connection.websocket?.send(Buffer.from(message), { binary: true });
  }

  #sendFailure(failure: ApplyFailure): void {
    if (this.#reportsWanted) this.#connection.websocket?.send(Buffer.from(JSON.stringify(failure)), { binary: true });
  }
}

function textOf({ quarantined, refused }: Omit<NodeReport, 'type'>): string {
  return JSON.stringify({ type: 'report', quarantined, refused } satisfies NodeReport);
}
