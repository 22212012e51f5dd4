/** The control plane's end of the configuration tunnel: port 8005, `/v1/outlet`. */
import type { AddressInfo } from 'node:net';

import { SYSTEM_CLOCK } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import type { ListenAddress } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { OutletSession } from './outlet-session.ts';
import { MAX_PAYLOAD_BYTES, NODE_REPORTS_HEADER, OUTLET_PATH, REPORTS_HEADER } from './protocol.ts';
import type { ConfigurationSource, NodeRegistry } from './protocol.ts';
import type { TunnelTrust } from './trust.ts';
import { TunnelListener } from './tunnel-listener.ts';

interface TunnelServerOptions {
  readonly trust: TunnelTrust;
  readonly source: ConfigurationSource;
  readonly registry: NodeRegistry;
  readonly log: Log;
  /** Largest frame that a data plane may send; larger pushes are sent with a warning. @default 16 MiB */
  readonly maxPayloadBytes?: number;
  /** @default - the machine's */
  readonly clock?: Clock;
}

/**
 * Path of Kong's newer protocol. Kong's control planes do not serve it by default either, and answer as this one does; data planes request
 * it only when a setting says so. Recorded from 3.9.1: with the first setting alone a data plane goes on with `/v1/outlet`; with both it
 * never stops waiting for the newer protocol.
 */
const RPC_PATH = '/v2/outlet';
const RPC_ADVICE = 'a data plane with KONG_CLUSTER_RPC=on goes on without it, one with KONG_CLUSTER_INCREMENTAL_SYNC=on as well gets no '
  + 'configuration until that is turned off';

export class TunnelServer {
  readonly #source: ConfigurationSource;
  readonly #listener: TunnelListener;
  readonly #sessions = new Set<OutletSession>();
  #unsubscribe: (() => void) | undefined;

  constructor({ trust, source, registry, log, maxPayloadBytes = MAX_PAYLOAD_BYTES, clock = SYSTEM_CLOCK }: TunnelServerOptions) {
    this.#source = source;
    this.#listener = new TunnelListener({
      trust,
      log,
      maxPayloadBytes,
      setting: 'KONG_CLUSTER_LISTEN',
      headers: { [REPORTS_HEADER]: 'accept', [NODE_REPORTS_HEADER]: 'accept' },
      absent: { [RPC_PATH]: RPC_ADVICE },
      endpoints: {
        [OUTLET_PATH]: (websocket, peer) => {
          const session = new OutletSession(websocket, peer, { source, registry, log, clock, maxPayloadBytes });
          this.#sessions.add(session);
          websocket.once('close', () => this.#sessions.delete(session));
          return () => session.shutDown();
        },
      },
    });
  }

  /** Number of data planes connected now. */
  get connected(): number {
    return this.#listener.connected;
  }

  /** @throws GatewayError `address-unavailable` */
  async listen(addresses: readonly ListenAddress[]): Promise<readonly AddressInfo[]> {
    this.#unsubscribe ??= this.#source.onChange(() => this.#sessions.forEach((session) => session.push()));
    return this.#listener.listen(addresses);
  }

  /** Uses other certificates from now on. Closes the tunnels that they reject. */
  renew(trust: TunnelTrust): void {
    this.#listener.renew(trust);
  }

  /** Ends all sessions with a close frame, then the listeners. */
  async close(): Promise<void> {
    this.#unsubscribe?.();
    await this.#listener.close();
  }
}
