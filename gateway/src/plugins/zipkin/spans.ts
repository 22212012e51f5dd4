/** The spans of a request, as Zipkin's API takes them. https://zipkin.io/zipkin-api/#/default/post_spans */
import { isIPv6 } from 'node:net';

import type { Exchange, Try } from '../../plugin-kit/exchange.ts';
import type { NodeFacts } from '../../plugin-kit/plugin.ts';
import type { TimedPhase } from '../../plugin-kit/timeline.ts';
import { nextSpanId } from '../../tracing/ids.ts';
import type { ZipkinConfig } from './schema.ts';

/** What the plugin knows of the trace of one request. */
export interface RequestTrace {
  readonly traceId: string;
  readonly requestSpanId: string;
  readonly requestParentId: string | undefined;
  readonly proxySpanId: string;
  readonly isSampled: boolean;
  /** Tags that the client sent. */
  readonly tags: ReadonlyMap<string, string>;
}

export interface ZipkinSpan {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string | undefined;
  readonly name: string;
  readonly kind: 'CLIENT' | 'SERVER';
  /** Microseconds, like the duration. */
  readonly timestamp: number;
  readonly duration: number;
  readonly localEndpoint: { readonly serviceName: string };
  readonly remoteEndpoint: Endpoint | null;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: readonly { readonly timestamp: number; readonly value: string }[] | undefined;
}

interface Endpoint {
  readonly serviceName?: string | undefined;
  readonly port?: number | undefined;
  readonly ipv4?: string;
  readonly ipv6?: string;
}

type Tag = readonly [name: string, value: string | number | null | undefined];

type Tags = readonly Tag[];

/** What differs from span to span. */
type GivenSpan = Omit<ZipkinSpan, 'traceId' | 'localEndpoint' | 'timestamp' | 'duration' | 'tags'>;

/** Tries, what was done for the upstream, and the request as a whole, in this order. */
export function spansOf(exchange: Exchange, trace: RequestTrace, config: ZipkinConfig, node: NodeFacts): readonly ZipkinSpan[] {
  const { timings } = exchange;
  const ended = timings.startedAt + timings.requestMs;
  const name = nameOf(exchange, config);
  const upstreamName = exchange.service?.name ?? config.default_service_name ?? undefined;
  const common = { traceId: trace.traceId, localEndpoint: { serviceName: config.local_service_name } };
  const phase = (of: TimedPhase) => exchange.timeline?.phase(of);
  const span = (given: GivenSpan, start: number, end: number, tags: Tags): ZipkinSpan => ({
    ...common, ...given, timestamp: micro(start), duration: Math.max(micro(end) - micro(start), 0), tags: textTags(tags),
  });

  const tries = (exchange.tries ?? []).map((each, index, all) => span({
    id: nextSpanId(),
    parentId: trace.requestSpanId,
    name: `${name} (balancer try ${index + 1})`,
    kind: 'CLIENT',
    remoteEndpoint: endpointOf(upstreamName, each.ip, each.port),
  }, each.startedAt, each.startedAt + each.balancerMs, tryTags(exchange, each, index, all.length)));

  const last = exchange.tries?.at(-1);
  const access = phase('access');
  const proxyStart = access?.start ?? phase('responseHeaders')?.start ?? ended;
  const proxyEnd = phase('body')?.end ?? ended;
  const isAnnotated = config.phase_duration_flavor === 'annotations';
  const proxy = span({
    id: trace.proxySpanId,
    parentId: trace.requestSpanId,
    name: `${name} (proxy)`,
    kind: 'CLIENT',
    remoteEndpoint: endpointOf(upstreamName, last?.ip, last?.port ?? exchange.service?.port),
    annotations: isAnnotated ? annotations([
      ['khs', phase('responseHeaders')?.start ?? proxyStart],
      ['khf', phase('responseHeaders')?.end ?? ended],
      ['kbs', phase('body')?.start ?? ended],
      ['kas', proxyStart],
      ['kaf', access?.end ?? proxyEnd],
      ['kbf', ended],
    ]) : undefined,
  }, proxyStart, proxyEnd, [
    ...entityTags(exchange),
    ['peer.hostname', last === undefined ? undefined : last.hostname ?? last.ip],
    ...isAnnotated ? [] : PROXY_PHASES.map((of) => durationTag(of, exchange)),
  ]);

  const rewrite = phase('rewrite');
  const { request } = exchange;
  const whole = span({
    id: trace.requestSpanId,
    ...trace.requestParentId !== undefined && { parentId: trace.requestParentId },
    name,
    kind: 'SERVER',
    remoteEndpoint: endpointOf(config.default_service_name ?? undefined, request.clientIp, request.remotePort),
    annotations: isAnnotated
      ? annotations([['krf', rewrite?.end ?? timings.startedAt], ['krs', rewrite?.start ?? timings.startedAt]]) : undefined,
  }, timings.startedAt, ended, [
    ['lc', 'kong'],
    ['http.method', request.method],
    ['http.host', request.host],
    ['http.path', request.rawPath],
    ['http.protocol', `HTTP/${request.httpVersion}`],
    ...(config.static_tags ?? []).map(({ name: tag, value }): Tag => [tag, value]),
    ...trace.tags,
    ['http.status_code', exchange.response?.status],
    ['kong.consumer', exchange.consumer?.id],
    ['kong.credential', config.include_credential ? exchange.credential?.id : undefined],
    ['kong.node.id', node.id],
    ...isAnnotated ? [] : [durationTag('rewrite', exchange)],
  ]);
  return [...tries, proxy, whole];
}

function nameOf({ request }: Exchange, { http_span_name: kind }: ZipkinConfig): string {
  return kind === 'method_path' ? `${request.method} ${request.rawPath}` : request.method;
}

function tryTags(exchange: Exchange, { failed }: Try, index: number, count: number): Tags {
  return [
    ['kong.balancer.try', index + 1],
    // The last one's failure is the request's.
    ...index === count - 1 ? [] : failureTags(failed),
    ...entityTags(exchange),
  ];
}

function failureTags(status: number | undefined): Tags {
  return [['error', 'true'], ['kong.balancer.state', 'failed'], ['http.status_code', status]];
}

function entityTags({ route, service }: Exchange): Tags {
  return [
    ['kong.service', service?.id], ['kong.service_name', service?.name], ['kong.route', route?.id], ['kong.route_name', route?.name],
  ];
}

const PROXY_PHASES: readonly TimedPhase[] = ['access', 'responseHeaders', 'body'];

const PHASE_NAMES: Readonly<Record<TimedPhase, string>> = {
  rewrite: 'rewrite', access: 'access', responseHeaders: 'header_filter', body: 'body_filter',
};

function durationTag(phase: TimedPhase, { timeline }: Exchange): Tag {
  const { start, end } = timeline?.phase(phase) ?? {};
  return [`kong.${PHASE_NAMES[phase]}.duration_ms`, start === undefined || end === undefined ? undefined : Math.round(end - start)];
}

/** Without a name and a port there is no endpoint. */
function endpointOf(serviceName: string | undefined, ip: string | undefined, port: number | undefined): Endpoint | null {
  if (serviceName === undefined && port === undefined) return null;
  return { serviceName, port, ...ip !== undefined && (isIPv6(ip) ? { ipv6: ip } : { ipv4: ip }) };
}

/** A later value of a name takes the place of an earlier one; empty ones are left out. */
function textTags(tags: Tags): Readonly<Record<string, string>> | undefined {
  const present = tags.filter(([, value]) => value !== undefined && value !== null && value !== '');
  return present.length === 0 ? undefined : Object.fromEntries(present.map(([name, value]) => [name, String(value)]));
}

function annotations(times: readonly (readonly [value: string, time: number])[]): ZipkinSpan['annotations'] {
  return times.map(([value, time]) => ({ timestamp: micro(time), value }));
}

function micro(ms: number): number {
  return Math.round(ms * 1000);
}
