/** A request as one line of JSON, put together from texts: an object and its serialisation cost three times as much. */
import { quoted } from '../base/quoted.ts';
import type { AccessRecord } from './access-record.ts';
import { redactedQuery, redactedReferer } from './redaction.ts';

export function jsonLine(record: AccessRecord): string {
  const { route, service, consumer, query, secretArguments, upstreamStatus, referer } = record;
  return `{"time":"${isoTime(record.startedAt)}","request_id":${quoted(record.requestId)},"client_ip":${quoted(record.clientIp)}`
    + `,"method":${quoted(record.method)},"scheme":"${record.scheme}","host":${quoted(record.host)},"path":${quoted(record.path)}`
    + (query === '' ? '' : `,"query":${quoted(redactedQuery(query, secretArguments))}`)
    + `,"http_version":"${record.httpVersion}","status":${record.status}`
    + `,"request_bytes":${record.requestBytes},"response_bytes":${record.responseBytes}`
    + time('duration_ms', record.durationMs) + time('gateway_ms', record.gatewayMs) + time('upstream_ms', record.upstreamMs)
    + text('upstream', record.upstream) + (upstreamStatus === '' ? '' : text('upstream_status', upstreamStatus))
    + (route === undefined ? '' : text('route_id', route.id) + text('route', route.name))
    + (service === undefined ? '' : text('service_id', service.id) + text('service', service.name))
    + (consumer === undefined ? '' : text('consumer_id', consumer.id) + text('consumer', consumer.name))
    + text('credential_id', record.credentialId) + text('user_agent', record.userAgent)
    + (referer === undefined ? '' : text('referer', withoutQuery(redactedReferer(referer))))
    + text('tls', record.tlsVersion) + (record.isAborted === true ? ',"aborted":true}' : '}');
}

function text(name: string, value: string | null | undefined): string {
  return value === undefined || value === null ? '' : `,"${name}":${quoted(value)}`;
}

/** Microseconds are enough. -1 stands for what did not happen. */
function time(name: string, ms: number | undefined): string {
  return ms === undefined || ms < 0 ? '' : `,"${name}":${Math.round(ms * 1000) / 1000}`;
}

let second = -1;
let secondText = '';

/** The text of a second is made once: thousands of lines share it. */
function isoTime(ms: number): string {
  const current = Math.floor(ms / 1000);
  if (current !== second) {
    second = current;
    secondText = new Date(current * 1000).toISOString().slice(0, -4);
  }
  const rest = Math.floor(ms) - current * 1000;
  return `${secondText}${rest < 10 ? '00' : rest < 100 ? '0' : ''}${rest}Z`;
}

/** Another page's address may hold credentials of its own. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/, 1)[0]!;
}
