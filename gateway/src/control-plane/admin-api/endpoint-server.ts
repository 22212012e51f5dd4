/** Serves a table of endpoints as a Fastify instance that does not listen: reads requests, and gives all answers their common form. */
import Fastify from 'fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Log } from '../../base/log.ts';
import type { Secret } from '../../base/secret.ts';
import { KONG_VERSION } from '../../base/version.ts';
import { isAuthorized, UNAUTHORIZED } from './access.ts';
import { conditionsOf, hasTag, tagOf } from './conditions.ts';
import { EndpointTable, METHOD_NOT_ALLOWED, NOT_FOUND, allowedMethods } from './endpoint.ts';
import type { AdminAnswer, AdminRequest, Endpoint, Match, Method } from './endpoint.ts';
import { UNEXPECTED, failure } from './failure.ts';
import { HTML, htmlPage, refuseMalformed } from './html-page.ts';
import { requestKeyOf } from './idempotency.ts';
import type { NewestRevision } from './newest-revision.ts';
import { isReadable, parseBody } from './request-body.ts';
import { REQUEST_ID_HEADER, requestIdOf, writeOriginOf } from './write-origin.ts';

interface EndpointServerOptions {
  readonly endpoints: readonly Endpoint[];
  readonly log: Log;
  /** What requests must carry. @default - every request is answered */
  readonly token?: Secret;
  /** Closed with the server. @default - answers do not say which revision is the newest */
  readonly newest?: NewestRevision;
  /** Called for each request. */
  readonly onRequest?: () => void;
  /** Largest body of a request, in bytes. @default 10 MiB */
  readonly bodyLimitBytes?: number;
}

/** Response header: the revision that contains the change, or the newest one that the node knew before it read. */
export const REVISION_HEADER = 'hybridge-revision';

const DEFAULT_BODY_LIMIT = 10 * 2 ** 20;

export function createEndpointServer(options: EndpointServerOptions): FastifyInstance {
  const table = new EndpointTable(options.endpoints);
  const app = Fastify({
    logger: false,
    bodyLimit: options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT,
    exposeHeadRoutes: false,
    // A path with invalid escapes names no endpoint.
    frameworkErrors: (_error, request, reply) => { void send(request, reply, NOT_FOUND); },
    clientErrorHandler: (error, socket) => refuseMalformed(error, socket),
  });
  // parseBody reads bodies and knows all formats; here they stay bytes.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async (request) => {
    request.startedAt = performance.now();
    request.idInLogs = requestIdOf(request.headers);
    options.onRequest?.();
    await options.newest?.ready;
    request.newestRevision = options.newest?.known;
  });
  app.addHook('onClose', async () => options.newest?.close());
  // Before a body is read. Browsers send no token with the question that OPTIONS is.
  app.addHook('onRequest', async (request, reply) => (
    request.method === 'OPTIONS' || isAuthorized(request.headers, options.token) ? undefined : send(request, reply, UNAUTHORIZED)));
  const answer = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (request.method === 'TRACE') return send(request, reply, htmlPage(405));
    const match = table.find(pathOf(request));
    return send(request, reply, match ? tagged(request, match, await answerMatched(match, request, options)) : NOT_FOUND);
  };
  app.all('/*', answer);
  for (const { path, bodyLimitBytes } of options.endpoints) {
    if (bodyLimitBytes !== undefined) app.all(path, { bodyLimit: bodyLimitBytes }, answer);
  }
  // Fastify finds no route for methods that no endpoint has.
  app.setNotFoundHandler((request, reply) => send(request, reply, table.find(pathOf(request)) ? METHOD_NOT_ALLOWED : NOT_FOUND));
  app.setErrorHandler((error: { readonly statusCode?: number; readonly message: string }, request, reply) => {
    const status = error.statusCode && error.statusCode < 500 ? error.statusCode : 500;
    if (status === 500) options.log.error('the Admin API failed', { error: error.message });
    return send(request, reply, FRAMEWORK_ERRORS[status] ?? { status, body: { message: status === 500 ? UNEXPECTED : error.message } });
  });
  return app;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** When the request began, on the clock of `performance`. */
    startedAt?: number;
    idInLogs?: string;
    /** Known when the request came. */
    newestRevision?: number | undefined;
  }
}

function pathOf({ url }: FastifyRequest): string {
  const at = url.indexOf('?');
  return at < 0 ? url : url.slice(0, at);
}

/** Methods whose bodies are read. */
const WITH_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

async function answerMatched(match: Match, received: FastifyRequest, { log, token }: EndpointServerOptions): Promise<AdminAnswer> {
  const { endpoint } = match;
  try {
    const request = requestOf(match, received, token !== undefined);
    const handler = request.method === 'OPTIONS' ? () => preflight(allowedMethods(endpoint), received) : endpoint.methods[request.method];
    const hasBody = WITH_BODY.has(received.method);
    if (hasBody && !endpoint.readsAnyType && !isReadable(request)) return htmlPage(415);
    // Kong answers HEAD of an endpoint without GET in this way.
    if (!handler) return received.method === 'HEAD' ? EMPTY_HEAD : METHOD_NOT_ALLOWED;
    // A malformed request gets its error before any look-up.
    if (hasBody && !endpoint.readsAnyType) await request.body();
    const prepared = await endpoint.before?.(request) ?? request;
    return 'status' in prepared ? prepared : await handler(prepared);
  } catch (error) {
    return failure(error, log);
  }
}

function requestOf({ params }: Match, received: FastifyRequest, hasToken: boolean): AdminRequest {
  const path = pathOf(received);
  const bytes = (received.body as Buffer | undefined) ?? Buffer.alloc(0);
  const contentType = received.headers['content-type'];
  let parsed: ReturnType<typeof parseBody> | undefined;
  return {
    method: (received.method === 'HEAD' ? 'GET' : received.method) as Method | 'OPTIONS',
    params,
    path: path.replace(/(.)\/$/, '$1'),
    query: new URLSearchParams(received.url.slice(path.length + 1)),
    headers: received.headers,
    conditions: conditionsOf(received.headers),
    origin: writeOriginOf(received.headers, received.idInLogs!, hasToken),
    key: requestKeyOf(received.headers, [received.method, received.url, contentType ?? '', bytes]),
    bytes,
    contentType,
    body: async (typed) => {
      const { values, isForm } = parsed ??= parseBody(bytes, contentType);
      return isForm && typed ? typed(values) : values;
    },
  };
}

const EMPTY_HEAD: AdminAnswer = { status: 200, headers: { 'content-type': HTML } };

function preflight(allow: string, request: FastifyRequest): AdminAnswer {
  return {
    status: 204,
    headers: {
      'allow': allow,
      'access-control-allow-methods': allow,
      'access-control-allow-headers': String(request.headers['access-control-request-headers'] ?? 'Content-Type'),
    },
  };
}

/** Failures that Fastify finds before an endpoint is called. */
const FRAMEWORK_ERRORS: Readonly<Record<number, AdminAnswer>> = {
  413: { status: 413, body: { message: 'Request body too large' } },
  415: htmlPage(415),
};

/** Answers of entities and their lists have a tag; a client that shows it again gets no body. */
function tagged({ method, headers }: FastifyRequest, { endpoint }: Match, answer: AdminAnswer): AdminAnswer {
  if ((method !== 'GET' && method !== 'HEAD') || answer.status !== 200 || !endpoint.entity) return answer;
  const body = JSON.stringify(answer.body);
  const etag = answer.headers?.etag ?? tagOf(body);
  const { noneMatch } = conditionsOf(headers);
  if (noneMatch !== undefined && answer.isMoreThanTagged !== true && hasTag(noneMatch, etag)) return { status: 304, headers: { etag } };
  return { ...answer, body, headers: { 'content-type': JSON_TYPE, ...answer.headers, etag } };
}

const JSON_TYPE = 'application/json; charset=utf-8';

function send(request: FastifyRequest, reply: FastifyReply, answer: AdminAnswer): FastifyReply {
  const { status, body, headers, revision = request.newestRevision } = answer;
  const isText = typeof body === 'string';
  reply.code(status).headers({
    'server': `kong/${KONG_VERSION}`,
    'x-kong-admin-latency': String(Math.round(performance.now() - (request.startedAt ?? performance.now()))),
    [REQUEST_ID_HEADER]: request.idInLogs,
    'access-control-allow-origin': request.headers.origin ?? '*',
    'access-control-allow-credentials': 'true',
    ...body !== undefined && !isText && { 'content-type': JSON_TYPE },
    ...revision !== undefined && { [REVISION_HEADER]: String(revision) },
    ...headers,
  });
  return reply.send(body === undefined || isText || body instanceof Uint8Array ? body : JSON.stringify(body));
}
