/** Opens the addresses of an API. At the end it accepts no new connections and finishes the requests under way. */
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';

import type { AccessLog } from '../access-log/access-record.ts';
import { listen, openEach } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import type { ListenerServers } from '../listener/listener-servers.ts';
import type { Listener } from '../settings/settings.ts';
import type { ConnectionCounts } from '../status/status-api.ts';
import { logRequest } from './access-record.ts';
import { refuseMalformed } from './admin-api/html-page.ts';

interface ApiListenerOptions {
  readonly app: FastifyInstance;
  /** Makes the server of each address. */
  readonly servers: ListenerServers;
  readonly counts: ConnectionCounts;
  /** @default - requests are not logged */
  readonly accessLog?: AccessLog | undefined;
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
    const { app, servers, counts, log, accessLog } = this.#options;
    await app.ready();
    return openEach(listeners, log, async (listener) => {
      const server = servers.create(listener);
      server.on('request', (request, response) => {
        if (accessLog !== undefined) logRequest(request, response, accessLog);
        app.routing(request, response);
      });
      server.on('clientError', refuseMalformed);
      server.on('connection', (socket) => {
        counts.accepted += 1;
        counts.active += 1;
        socket.once('close', () => { counts.active -= 1; });
      });
      const bound = await listen(server, listener, servers.setting);
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
    await this.#options.accessLog?.close();
  }
}
