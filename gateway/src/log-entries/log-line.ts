/**
 * The log entry of a request as a line of JSON: what `JSON.stringify(logEntry(exchange))` makes, without the objects. Entities become text
 * once; what a header or a value needs more care for is left to `JSON.stringify`.
 */
import { quoted } from '../base/quoted.ts';
import type { Exchange, Try } from '../plugin-kit/exchange.ts';
import { logFieldsOf } from '../plugin-kit/log-fields.ts';
import { requestHeadersText, responseHeadersText } from './headers-text.ts';
import { joined, latenciesOf, logEntry, sourceOf, statusOf } from './log-entry.ts';
import { shownConsumer, shownEntity, workspaceOf } from './shown-entities.ts';

export function logLine(exchange: Exchange): string {
  // What plugins add may take the place of any member.
  if (logFieldsOf(exchange) !== undefined) return JSON.stringify(logEntry(exchange));
  const { request, timings, route, service, consumer, credential, tries, configuration } = exchange;
  const workspace = workspaceOf(configuration);
  const { kong, proxy, request: total, receive } = latenciesOf(exchange);
  return `{"request":${requestText(exchange)},"response":${responseText(exchange)}`
    + `,"latencies":{"kong":${kong},"proxy":${proxy},"request":${total},"receive":${receive}}`
    + (tries === undefined ? '' : `,"tries":${triesText(tries)}`)
    + (route === undefined ? '' : `,"route":${objectText(shownEntity(route.row, workspace))}`)
    + (service === undefined ? '' : `,"service":${objectText(shownEntity(service.row, workspace))}`)
    + (consumer === undefined ? '' : `,"consumer":${objectText(shownConsumer(consumer.row))}`)
    + (credential === undefined ? '' : `,"authenticated_entity":{"id":${quoted(credential.id)}}`)
    + `,"client_ip":${quoted(request.clientIp)},"started_at":${Math.floor(timings.startedAt)},"source":"${sourceOf(exchange)}"`
    + `,"upstream_uri":${quoted(exchange.upstreamUri)},"upstream_status":${quoted(exchange.upstreamStatus)}`
    + `,"workspace":${quoted(workspace.id)},"workspace_name":${quoted(workspace.name)}}`;
}

function requestText(exchange: Exchange): string {
  const { requestId, request, sizes } = exchange;
  const { query, tls } = request;
  const uri = quoted(query === '' ? request.rawPath : `${request.rawPath}?${query}`);
  const origin = quoted(`${request.scheme}://${request.host === '' ? 'kong' : request.host}:${request.listenerPort}`);
  return `{"id":"${requestId}","method":${quoted(request.method)},"uri":${uri},"url":${origin.slice(0, -1)}${uri.slice(1)}`
    + `,"size":${sizes.request},"querystring":${
      query === '' ? '{}' : JSON.stringify(joined(request.queryArguments().map(([name, value]) => [name, value ?? true])))
    },"headers":${requestHeadersText(exchange)}${
      tls === undefined ? '' : `,"tls":${JSON.stringify({ version: tls.version, cipher: tls.cipher, client_verify: 'NONE' })}`}}`;
}

function responseText(exchange: Exchange): string {
  return `{"status":${statusOf(exchange)},"size":${exchange.sizes.response},"headers":${responseHeadersText(exchange)}}`;
}

function triesText(tries: readonly Try[]): string {
  let text = '';
  for (const { startedAt, balancerMs, ip, port, failed } of tries) {
    text += `${text === '' ? '' : ','}{"balancer_start":${Math.floor(startedAt)},"balancer_start_ns":${Math.round(startedAt * 1e6)}`
      + `,"balancer_latency":${Math.round(balancerMs)},"balancer_latency_ns":${Math.round(balancerMs * 1e6)}`
      + `,"ip":${quoted(ip)},"port":${port}${failed === undefined ? '' : `,"state":"failed","code":${failed}`}}`;
  }
  return `[${text}]`;
}

const texts = new WeakMap<object, string>();

/** @param shown the same object for each request: it never changes */
function objectText(shown: object): string {
  const known = texts.get(shown);
  if (known !== undefined) return known;
  const made = JSON.stringify(shown);
  texts.set(shown, made);
  return made;
}
