/** What the access log says of a request to the proxy. */
import type { AccessRecord, Named } from '../../access-log/access-record.ts';
import { plainAddress } from '../../base/ip-range.ts';
import type { RefusedBytes } from '../../http-engine/messages.ts';
import type { Row } from '../../model/config-table.ts';
import type { Consumer, Snapshot } from '../../model/snapshot.ts';
import { perSnapshot } from '../../plugin-kit/snapshot-index.ts';
import type { HttpExchange } from './http-exchange.ts';

/** Status of a request whose client went away before it had an answer, as in nginx. */
export const CLIENT_GONE = 499;

/** Fields of plugins that name the query arguments in which they look for credentials. */
const CREDENTIAL_FIELDS: Readonly<Record<string, readonly string[]>> = {
  'key-auth': ['key_names'], 'jwt': ['uri_param_names'], 'openid-connect': ['bearer_token_param_name', 'id_token_param_name'],
};

const secretArguments = perSnapshot(({ plugins }) => [plugins], (snapshot: Snapshot): ReadonlySet<string> => {
  const names = snapshot.plugins.flatMap(({ name, config }) => (CREDENTIAL_FIELDS[name] ?? []).flatMap((field) => (config as Row)[field]));
  return new Set(names.filter((name) => typeof name === 'string').map((name) => name.toLowerCase()));
});

export function accessRecord(exchange: HttpExchange): AccessRecord {
  const { request, response, timings, sizes, route, service, consumer, credential, tries } = exchange;
  const last = tries?.at(-1);
  return {
    requestId: exchange.requestId,
    startedAt: timings.startedAt,
    clientIp: request.clientIp,
    method: request.method,
    scheme: request.scheme,
    httpVersion: request.httpVersion,
    host: request.host,
    path: request.rawPath,
    query: request.query,
    status: response?.status ?? CLIENT_GONE,
    requestBytes: sizes.request,
    responseBytes: sizes.response,
    bodyBytes: sizes.responseBody,
    durationMs: timings.requestMs,
    userAgent: request.header('user-agent'),
    referer: request.header('referer'),
    user: basicUser(request.header('authorization')),
    tlsVersion: exchange.incoming.connection.tls?.version,
    gatewayMs: timings.proxyMs,
    upstreamMs: timings.upstreamMs,
    upstream: last && `${last.ip}:${last.port}`,
    upstreamStatus: exchange.upstreamStatus,
    route,
    service,
    consumer: consumer && named(consumer),
    credentialId: credential?.id,
    isAborted: exchange.isAborted,
    secretArguments: secretArguments(exchange.configuration),
  };
}

/** Of what the engine refused: there is no request to describe. */
export function refusedRecord({ requestId, connection, status, answerBytes, bodyBytes }: RefusedBytes): AccessRecord {
  return {
    requestId,
    startedAt: Date.now(),
    clientIp: plainAddress(connection.remoteAddress),
    method: '', scheme: '', httpVersion: '', host: '', path: '', query: '',
    status,
    requestBytes: 0,
    responseBytes: answerBytes,
    bodyBytes,
    durationMs: 0,
    userAgent: undefined, referer: undefined, user: undefined,
  };
}

const consumers = new WeakMap<Consumer, Named>();

function named(consumer: Consumer): Named {
  const known = consumers.get(consumer);
  if (known !== undefined) return known;
  const made = { id: consumer.id, name: consumer.username ?? consumer.customId };
  consumers.set(consumer, made);
  return made;
}

function basicUser(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const encoded = /^basic +([A-Za-z0-9+/=]+) *$/i.exec(authorization)?.[1];
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64').toString().split(':', 1)[0];
}
