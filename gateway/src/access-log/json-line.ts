/** A request as one line of JSON, put together from texts: an object and its serialisation cost three times as much. */
import { quoted } from '../base/quoted.ts';
import type { AccessRecord, Named } from './access-record.ts';
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
    + (route === undefined ? '' : entity('route', route)) + (service === undefined ? '' : entity('service', service))
    + (consumer === undefined ? '' : entity('consumer', consumer))
    + text('credential_id', record.credentialId) + text('user_agent', record.userAgent)
    + (referer === undefined ? '' : text('referer', withoutQuery(redactedReferer(referer))))
    + text('tls', record.tlsVersion) + (record.isAborted === true ? ',"aborted":true}' : '}');
}

function text(name: string, value: string | null | undefined): string {
  return value === undefined || value === null ? '' : `,"${name}":${quoted(value)}`;
}

const entities = new WeakMap<Named, string>();

/** @param kind the same for each entity */
function entity(kind: string, named: Named): string {
  const known = entities.get(named);
  if (known !== undefined) return known;
  // In one piece: each piece of a text costs each time that the text is written.
  const made = Buffer.from(text(`${kind}_id`, named.id) + text(kind, named.name)).toString();
  entities.set(named, made);
  return made;
}

/** Of a millisecond, as it follows the whole ones. */
const THOUSANDTHS: readonly string[] = Array.from({ length: 1000 }, (_, number) => (
  number === 0 ? '' : `.${String(number).padStart(3, '0').replace(/0+$/, '')}`));

/** Microseconds are enough. -1 stands for what did not happen. To print two whole numbers costs less than one with a fraction. */
function time(name: string, ms: number | undefined): string {
  if (ms === undefined || ms < 0) return '';
  const microseconds = Math.round(ms * 1000);
  const whole = Math.floor(microseconds / 1000);
  return `,"${name}":${whole}${THOUSANDTHS[microseconds - whole * 1000]!}`;
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
