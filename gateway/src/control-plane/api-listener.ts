/** Opens the addresses of an API. At the end it accepts no new connections and finishes the requests under way. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

import { GatewayError } from '../base/errors.ts';
import { listen, openEach } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import type { KeyPair, Listener } from '../settings/settings.ts';
import type { ConnectionCounts } from '../status/status-api.ts';

export interface ApiListenerOptions {
  readonly app: FastifyInstance;
  /** Setting that the addresses come from, e.g. `KONG_ADMIN_LISTEN`. */
  readonly setting: string;
  /** For addresses with `ssl`. */
  readonly certificate?: KeyPair;
  readonly counts: ConnectionCounts;
  readonly log: Log;
}

/** Time for the requests under way when the listener closes. Milliseconds. */
const CLOSE_LIMIT_MS = 5_000;

/** How often connections that have become idle are closed meanwhile. Milliseconds. */
const SWEEP_MS = 20;

export class ApiListener {
  readonly #options: ApiListenerOptions;
  readonly #servers: Server[] = [];

  constructor(options: ApiListenerOptions) {
    this.#options = options;
  }

  /** @throws GatewayError `address-unavailable`, `certificate-missing` */
  async open(listeners: readonly Listener[]): Promise<readonly AddressInfo[]> {
    const { app, setting, counts, log } = this.#options;
    await app.ready();
    return openEach(listeners, log, async (listener) => {
      const server = this.#createServer(listener);
      server.on('request', (request, response) => app.routing(request, response));
      server.on('connection', (socket) => {
        counts.accepted += 1;
        counts.active += 1;
        socket.once('close', () => { counts.active -= 1; });
      });
      const bound = await listen(server, listener, setting);
      this.#servers.push(server);
      return bound;
    });
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    const limit = setTimeout(() => this.#servers.forEach((server) => server.closeAllConnections()), CLOSE_LIMIT_MS);
    // A connection that was busy becomes idle later and would be kept alive for another request.
    const sweep = setInterval(() => this.#servers.forEach((server) => server.closeIdleConnections()), SWEEP_MS);
    await Promise.all(closed);
    clearTimeout(limit);
    clearInterval(sweep);
    await this.#options.app.close();
  }

  #createServer(listener: Listener): Server {
    if (!listener.ssl) return createServer();
    const { certificate, setting } = this.#options;
    if (!certificate) {
      const problem = `${listener.host}:${listener.port} says ssl, but there is no certificate`;
      throw new GatewayError('certificate-missing', `${setting}: ${problem}; set one, or remove ssl`);
    }
    return createTlsServer({ cert: certificate.certificate, key: certificate.key.reveal() });
  }
}
