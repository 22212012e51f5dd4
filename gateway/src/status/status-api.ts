/** The status API of both planes: probes for load balancers and people. What a plane shows comes from the plane. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { STATUS_PATHS } from '../../contract.ts';
import { messageOf } from '../base/errors.ts';
import { listen, openEach } from '../base/listen.ts';
import { changedLevel, shownLevel } from '../base/log-level-change.ts';
import type { Log } from '../base/log.ts';
import { METRICS_TYPE } from '../base/metrics.ts';
import type { ListenerServers } from '../listener/listener-servers.ts';
import type { Listener } from '../settings/settings.ts';

/** Whether a node should get traffic; if not, why. */
export type Readiness =
  /** `quarantined`: number of entities that the node does not serve; absent when it serves everything. */
  | { readonly ready: true; readonly quarantined?: number }
  | { readonly ready: false; readonly message: string };

/** What a plane shows through its status API. */
interface StatusSource {
  /** Body of `GET /status`. */
  status(): unknown;
  readiness(): Readiness | Promise<Readiness>;
  /** Body of `GET /status/configuration`. @default - there is no such path */
  configuration?(): unknown;
  /** Body of `GET /upstreams/{name}/health`; `undefined` for a name that is no upstream. @default - there is no such path */
  upstreamHealth?(name: string): unknown;
  /** Metrics in Prometheus' text format. @default - there is no such path */
  metrics?(): string | Promise<string>;
  /** The node is not ready from now on; it does not become ready again. */
  beginDraining(): void;
}

/** Counters of one API's listeners. */
export interface ConnectionCounts {
  accepted: number;
  active: number;
  requests: number;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  /** In place of a body of JSON. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler = (source: StatusSource, request: IncomingMessage) => Answer | Promise<Answer>;

/** Longest body of a request. Bytes. */
const MAX_BODY_BYTES = 4096;

const LOG_LEVEL_PATH = /^\/debug\/node\/log-level(?:\/([a-z]{1,20}))?$/;

const NOT_ALLOWED: Answer = { status: 405, body: { message: 'Method not allowed' } };

const NOT_FOUND: Answer = { status: 404, body: { message: 'Not found' } };

const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  [STATUS_PATHS.live]: { GET: async (source) => ({ status: 200, body: await source.status() }) },
  [STATUS_PATHS.ready]: { GET: showReadiness, POST: startDraining },
  [STATUS_PATHS.configuration]: {
    GET: (source) => (source.configuration === undefined ? NOT_FOUND : { status: 200, body: source.configuration() }),
  },
  [STATUS_PATHS.metrics]: {
    GET: async (source) => (source.metrics === undefined ? NOT_FOUND : { status: 200, text: await source.metrics() }),
  },
};

export class StatusApi {
  readonly counts: ConnectionCounts = { accepted: 0, active: 0, requests: 0 };
  readonly #source: StatusSource;
  readonly #log: Log;
  readonly #servers: Server[] = [];

  constructor(source: StatusSource, log: Log) {
    this.#source = source;
    this.#log = log;
  }

  /**
   * @param servers makes the server of each address
   * @throws GatewayError `address-unavailable`, `certificate-missing`
   */
  async open(listeners: readonly Listener[], servers: ListenerServers): Promise<readonly AddressInfo[]> {
    return openEach(listeners, this.#log, async (listener) => {
      const server = servers.create(listener);
      server.on('request', (request, response) => void this.#answer(request, response));
      server.on('connection', (socket) => {
        this.counts.accepted += 1;
        this.counts.active += 1;
        socket.once('close', () => { this.counts.active -= 1; });
      });
      const bound = await listen(server, listener, servers.setting);
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
    this.counts.requests += 1;
    try {
      send(response, await this.#answerOf(request));
    } catch (error) {
      // The client has gone in the middle of its request, or there is a defect: neither may end the node.
      this.#log.warn('a request of the status API failed', { error: messageOf(error) });
      response.destroy();
    }
  }

  #healthOf(name: string, method = 'GET'): Answer {
    const body = this.#source.upstreamHealth?.(decoded(name));
    if (body === undefined) return NOT_FOUND;
    return method === 'GET' || method === 'HEAD' ? { status: 200, body } : NOT_ALLOWED;
  }

  /** `/debug/node/log-level`, and below it a level: data planes have no Admin API that could change it. */
  #levelOf(level: string | undefined, { method, url = '' }: IncomingMessage): Answer {
    if (level === undefined) return method === 'GET' || method === 'HEAD' ? shownLevel(this.#log) : NOT_ALLOWED;
    const timeout = new URLSearchParams(url.split('?')[1]).get('timeout');
    return method === 'PUT' ? changedLevel(this.#log, level, timeout) : NOT_ALLOWED;
  }

  async #answerOf(request: IncomingMessage): Promise<Answer> {
    const path = (request.url ?? '/').split('?', 1)[0]!.replace(/(.)\/$/, '$1');
    const [level, name] = LOG_LEVEL_PATH.exec(path) ?? [];
    if (level !== undefined) return this.#levelOf(name, request);
    const upstream = /^\/upstreams\/([^/]{1,512})\/health$/.exec(path)?.[1];
    if (upstream !== undefined) return this.#healthOf(upstream, request.method);
    const methods = Object.hasOwn(ROUTES, path) ? ROUTES[path]! : undefined;
    if (methods === undefined) return NOT_FOUND;
    const handler = methods[request.method === 'HEAD' ? 'GET' : request.method ?? ''];
    if (handler !== undefined) return handler(this.#source, request);
    return { status: 405, body: { message: 'Method not allowed' }, headers: { Allow: Object.keys(methods).join(', ') } };
  }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function send(response: ServerResponse, { status, body, text: plain, headers }: Answer): void {
  const text = plain ?? (body === undefined ? '' : JSON.stringify(body));
  const type = plain === undefined ? 'application/json; charset=utf-8' : METRICS_TYPE;
  response.writeHead(status, {
    ...(text === '' ? {} : { 'Content-Type': type, 'Content-Length': Buffer.byteLength(text) }),
    ...headers,
  });
  response.end(text);
}

async function showReadiness(source: StatusSource): Promise<Answer> {
  const readiness = await source.readiness();
  if (!readiness.ready) return { status: 503, body: { message: readiness.message } };
  const { quarantined } = readiness;
  return { status: 200, body: { message: 'ready', ...quarantined !== undefined && { quarantined } } };
}

async function startDraining(source: StatusSource, request: IncomingMessage): Promise<Answer> {
  const status = await readStatusField(request);
  if (status !== 'draining') {
    return { status: 400, body: { message: `status: got ${JSON.stringify(status ?? null)}, expected "draining"` } };
  }
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
