/**
 * The log entry of a request as a line of JSON: what `JSON.stringify(logEntry(exchange))` makes, without the objects. Entities become text
 * once; what a header or a value needs more care for is left to `JSON.stringify`.
 */
import { isPlain, quoted } from '../base/quoted.ts';
import type { Consumer, Route, Service } from '../model/snapshot.ts';
import type { Exchange, Try } from '../plugin-kit/exchange.ts';
import { logFieldsOf } from '../plugin-kit/log-fields.ts';
import { requestHeadersText, responseHeadersText } from './headers-text.ts';
import { joined, latenciesOf, logEntry, sourceOf, statusOf } from './log-entry.ts';
import { shownConsumer, shownEntity, workspaceOf } from './shown-entities.ts';
import { microsecondsAsNanoseconds, milliseconds } from './time-texts.ts';

export function logLine(exchange: Exchange): string {
  // What plugins add may take the place of any member.
  if (logFieldsOf(exchange) !== undefined) return JSON.stringify(logEntry(exchange));
  const { request, timings, tries } = exchange;
  const { kong, proxy, request: total, receive } = latenciesOf(exchange);
  return `{"request":${requestText(exchange)},"response":{"status":${statusOf(exchange)},"size":${exchange.sizes.response}`
    + `,"headers":${responseHeadersText(exchange)}},"latencies":{"kong":${kong},"proxy":${proxy},"request":${total},"receive":${receive}}`
    + (tries === undefined ? '' : triesText(tries)) + entitiesText(exchange)
    + `,"client_ip":${quoted(request.clientIp)},"started_at":${milliseconds(timings.startedAt)},"source":"${sourceOf(exchange)}"`
    + `,"upstream_uri":${quoted(exchange.upstreamUri)},"upstream_status":${quoted(exchange.upstreamStatus)}${workspaceText(exchange)}`;
}

function requestText(exchange: Exchange): string {
  const { requestId, request, sizes } = exchange;
  const { tls } = request;
  return `{"id":"${requestId}","method":${quoted(request.method)}${addressText(exchange)},"size":${sizes.request},"querystring":${
    request.query === '' ? '{}' : JSON.stringify(joined(request.queryArguments().map(([name, value]) => [name, value ?? true])))
  },"headers":${requestHeadersText(exchange)}${
    tls === undefined ? '}' : `,"tls":${JSON.stringify({ version: tls.version, cipher: tls.cipher, client_verify: 'NONE' })}}`}`;
}

function addressText({ request }: Exchange): string {
  const { query, scheme, host, listenerPort } = request;
  const uri = query === '' ? request.rawPath : `${request.rawPath}?${query}`;
  const origin = `${scheme}://${host === '' ? 'kong' : host}:${listenerPort}`;
  if (isPlain(uri) && isPlain(host)) return `,"uri":"${uri}","url":"${origin}${uri}"`;
  return `,"uri":${quoted(uri)},"url":${quoted(origin + uri)}`;
}

function triesText(tries: readonly Try[]): string {
  let text = ',"tries":[';
  for (let at = 0; at < tries.length; at += 1) {
    const { startedAt, balancerMs, ip, port, failed } = tries[at]!;
    text += `${at === 0 ? '' : ','}{"balancer_start":${milliseconds(startedAt)},"balancer_start_ns":${microsecondsAsNanoseconds(startedAt)}`
      + `,"balancer_latency":${Math.round(balancerMs)},"balancer_latency_ns":${Math.round(balancerMs * 1e6)}`
      + `,"ip":${quoted(ip)},"port":${port}${failed === undefined ? '}' : `,"state":"failed","code":${failed}}`}`;
  }
  return `${text}]`;
}

interface RouteText {
  readonly service: Service | undefined;
  readonly text: string;
}

interface ConsumerText {
  readonly credentialId: string | undefined;
  readonly text: string;
}

const routes = new WeakMap<Route, RouteText>();
/** Of each consumer with its last credential: most have one. */
const consumers = new WeakMap<Consumer, ConsumerText>();

function entitiesText(exchange: Exchange): string {
  const { route, service, consumer, credential } = exchange;
  let text = '';
  if (route !== undefined) {
    let known = routes.get(route);
    if (known?.service !== service) known = undefined;
    if (known === undefined) {
      known = { service, text: routeText(exchange) };
      routes.set(route, known);
    }
    text = known.text;
  } else if (service !== undefined) text = routeText(exchange);
  if (consumer === undefined) return credential === undefined ? text : text + credentialText(credential.id);
  let known = consumers.get(consumer);
  if (known === undefined || known.credentialId !== credential?.id) {
    known = { credentialId: credential?.id, text: flat(consumerText(consumer) + credentialText(credential?.id)) };
    consumers.set(consumer, known);
  }
  return text + known.text;
}

function routeText({ route, service, configuration }: Exchange): string {
  const workspace = workspaceOf(configuration);
  return flat((route === undefined ? '' : `,"route":${JSON.stringify(shownEntity(route.row, workspace))}`)
    + (service === undefined ? '' : `,"service":${JSON.stringify(shownEntity(service.row, workspace))}`));
}

function consumerText(consumer: Consumer): string {
  return `,"consumer":${JSON.stringify(shownConsumer(consumer.row))}`;
}

function credentialText(id: string | undefined): string {
  return id === undefined ? '' : `,"authenticated_entity":{"id":${quoted(id)}}`;
}

const workspaces = new WeakMap<object, string>();

/** Ends the entry. */
function workspaceText({ configuration }: Exchange): string {
  const workspace = workspaceOf(configuration);
  const known = workspaces.get(workspace);
  if (known !== undefined) return known;
  const text = flat(`,"workspace":${quoted(workspace.id)},"workspace_name":${quoted(workspace.name)}}`);
  workspaces.set(workspace, text);
  return text;
}

/** In one piece: each piece of a text costs each time that the text is written. */
function flat(text: string): string {
  return Buffer.from(text).toString();
}
