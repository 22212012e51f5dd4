/** A request as one line of JSON. */
import type { AccessRecord } from './access-record.ts';
import { redactedQuery, redactedReferer } from './redaction.ts';

export function jsonLine(record: AccessRecord): string {
  const { route, service, consumer, query } = record;
  return JSON.stringify({
    time: new Date(record.startedAt).toISOString(),
    request_id: record.requestId,
    client_ip: record.clientIp,
    method: record.method,
    scheme: record.scheme,
    host: record.host,
    path: record.path,
    query: query === '' ? undefined : redactedQuery(query, record.secretArguments),
    http_version: record.httpVersion,
    status: record.status,
    request_bytes: record.requestBytes,
    response_bytes: record.responseBytes,
    duration_ms: rounded(record.durationMs),
    gateway_ms: rounded(record.gatewayMs),
    upstream_ms: rounded(record.upstreamMs),
    upstream: record.upstream,
    upstream_status: record.upstreamStatus === '' ? undefined : record.upstreamStatus,
    route_id: route?.id,
    route: route?.name ?? undefined,
    service_id: service?.id,
    service: service?.name ?? undefined,
    consumer_id: consumer?.id,
    consumer: consumer?.name ?? undefined,
    credential_id: record.credentialId,
    user_agent: record.userAgent,
    referer: record.referer === undefined ? undefined : withoutQuery(redactedReferer(record.referer)),
    tls: record.tlsVersion,
    aborted: record.isAborted === true ? true : undefined,
  });
}

/** Microseconds are enough. -1 stands for what did not happen. */
function rounded(ms: number | undefined): number | undefined {
  return ms === undefined || ms < 0 ? undefined : Math.round(ms * 1000) / 1000;
}

/** Another page's address may hold credentials of its own. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!;
}
