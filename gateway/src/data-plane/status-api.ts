/** The status API of a data plane: probes for load balancers and people. */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

import { STATUS_PATHS } from '../../contract.ts';
import { GatewayError } from '../base/errors.ts';
import { listen, openEach } from '../base/listen.ts';
import type { Log } from '../base/log.ts';
import { NO_HASH } from '../model/config-hash.ts';
import type { KeyPair, Listener } from '../settings/settings.ts';
import { readinessOf } from './readiness.ts';
import type { ReadinessFacts } from './readiness.ts';

/** What the status API tells about. */
export interface StatusSource {
  readiness(): ReadinessFacts;
  counters(): StatusCounters;
  /** From now on not ready; there is no way back. */
  beginDraining(): void;
}

export interface StatusCounters {
  readonly connectionsActive: number;
  readonly connectionsAccepted: number;
  readonly totalRequests: number;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (source: StatusSource, request: IncomingMessage) => Answer | Promise<Answer>;

/** Longest body that a request may have. Bytes. */
const MAX_BODY_BYTES = 4096;

const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  [STATUS_PATHS.live]: { GET: showStatus },
  [STATUS_PATHS.ready]: { GET: showReadiness, POST: startDraining },
};

export class StatusApi {
  readonly #source: StatusSource;
  readonly #log: Log;
  readonly #servers: Server[] = [];

  constructor(source: StatusSource, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /** @throws GatewayError `address-unavailable`, `certificate-missing` */
  async open(listeners: readonly Listener[], certificate: KeyPair | undefined): Promise<readonly AddressInfo[]> {
    return openEach(listeners, this.#log, async (listener) => {
      const server = createStatusServer(listener, certificate);
      server.on('request', (request, response) => void this.#answer(request, response));
      const bound = await listen(server, listener, 'KONG_STATUS_LISTEN');
      this.#servers.push(server);
      return bound;
    });
  }

  async close(): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const server of this.#servers) server.closeAllConnections();
    await Promise.all(closed);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?', 1)[0]!.replace(/(.)\/$/, '$1');
    const methods = ROUTES[path];
    const handler = methods?.[request.method === 'HEAD' ? 'GET' : request.method ?? ''];
    const answer = methods === undefined ? { status: 404, body: { message: 'Not found' } }
      : handler === undefined ? { status: 405, body: { message: 'Method not allowed' }, headers: { Allow: Object.keys(methods).join(', ') } }
        : await handler(this.#source, request);
    const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      ...(body === '' ? {} : { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(body) }),
      ...answer.headers,
    });
    response.end(body);
  }
}

function createStatusServer(listener: Listener, certificate: KeyPair | undefined): Server {
  if (!listener.ssl) return createServer();
  if (certificate === undefined) {
    throw new GatewayError(
      'certificate-missing',
      `KONG_STATUS_LISTEN: ${listener.host}:${listener.port} says ssl, but there is no certificate; set KONG_STATUS_SSL_CERT and KONG_STATUS_SSL_CERT_KEY, or remove ssl`,
    );
  }
  return createHttpsServer({ cert: certificate.certificate, key: certificate.key.reveal() });
}

function showStatus(source: StatusSource): Answer {
  const { connectionsActive, connectionsAccepted, totalRequests } = source.counters();
  const memory = process.memoryUsage();
  return {
    status: 200,
    body: {
      // Kong's fields for Lua stay, empty, for tools that read them.
      memory: { workers_lua_vms: [], lua_shared_dicts: {}, rss_bytes: memory.rss, heap_used_bytes: memory.heapUsed },
      server: {
        connections_active: connectionsActive,
        connections_accepted: connectionsAccepted,
        connections_handled: connectionsAccepted,
        total_requests: totalRequests,
      },
      configuration_hash: source.readiness().hash ?? NO_HASH,
    },
  };
}

function showReadiness(source: StatusSource): Answer {
  const readiness = readinessOf(source.readiness());
  return readiness.ready ? { status: 200, body: { message: 'ready' } } : { status: 503, body: { message: readiness.message } };
}

async function startDraining(source: StatusSource, request: IncomingMessage): Promise<Answer> {
  const status = await readStatusField(request);
  if (status !== 'draining') return { status: 400, body: { message: `status: got ${JSON.stringify(status ?? null)}, expected "draining"` } };
  source.beginDraining();
  return { status: 204 };
}

/** The field `status` of a form or a JSON body. */
async function readStatusField(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_BODY_BYTES) return undefined;
  }
  if (!(request.headers['content-type'] ?? '').includes('json')) return new URLSearchParams(text).get('status') ?? undefined;
  try {
    return (JSON.parse(text) as Record<string, unknown> | null)?.status;
  } catch {
    return undefined;
  }
}
