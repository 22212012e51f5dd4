/** The spans of a request: of itself, and of the parts that its timeline has. */
import type { Exchange, Try } from '../../plugin-kit/exchange.ts';
import type { DnsStep, PluginStep, RouterStep, TimedPhase, TimedStep } from '../../plugin-kit/timeline.ts';
import { nextSpanId } from '../../tracing/ids.ts';
import type { Instrumentations } from './instrumentations.ts';
import { doubleAttribute, intAttribute, nanoseconds, textAttribute } from './otlp-message.ts';
import type { Attribute, OtlpSpan } from './otlp-message.ts';

/** What the plugin knows of the trace of one request. */
export interface RequestTrace {
  readonly traceId: string;
  /** Span of the request. */
  readonly rootId: string;
  /** Span of the caller. */
  readonly parentId?: string | undefined;
  /** Span that the upstream's headers name: that of the last try. */
  readonly tryId: string;
  readonly isSampled: boolean;
}

const INTERNAL = 1;
const SERVER = 2;
const CLIENT = 3;

const FAILED = { code: 2 } as const;

const PHASE_NAMES: Readonly<Record<TimedPhase, string>> = {
  rewrite: 'rewrite', access: 'access', responseHeaders: 'header_filter', body: 'body_filter',
};

export function spansOf(exchange: Exchange, trace: RequestTrace, parts: Instrumentations): readonly OtlpSpan[] {
  const { timings, timeline, tries = [] } = exchange;
  const traceId = Buffer.from(trace.traceId, 'hex');
  const root = Buffer.from(trace.rootId, 'hex');
  const ended = timings.startedAt + timings.requestMs;
  const child = (span: ChildSpan): OtlpSpan => ({
    traceId,
    spanId: Buffer.from(span.id ?? nextSpanId(), 'hex'),
    parentSpanId: root,
    name: span.name,
    kind: span.kind ?? INTERNAL,
    startTimeUnixNano: nanoseconds(span.start),
    endTimeUnixNano: nanoseconds(span.end ?? ended),
    ...span.attributes !== undefined && { attributes: span.attributes },
    ...span.exception !== undefined && { events: [exceptionOf(span.exception, span.end ?? ended)] },
    ...span.isFailed === true && { status: FAILED },
  });
  return [
    {
      traceId,
      spanId: root,
      ...trace.parentId !== undefined && { parentSpanId: Buffer.from(trace.parentId, 'hex') },
      name: 'kong',
      kind: SERVER,
      startTimeUnixNano: nanoseconds(timings.startedAt),
      endTimeUnixNano: nanoseconds(ended),
      attributes: requestAttributes(exchange),
    },
    ...(timeline?.steps ?? []).flatMap((step) => stepSpan(step, parts) ?? []).map(child),
    ...parts.has('balancer') ? tries.map((each, index) => child(trySpan(each, index, tries, trace))) : [],
  ];
}

interface ChildSpan {
  readonly name: string;
  /** @default - a new one */
  readonly id?: string | undefined;
  /** @default - internal */
  readonly kind?: 1 | 3;
  readonly start: number;
  /** @default - the end of the request */
  readonly end: number | undefined;
  readonly attributes?: readonly Attribute[];
  readonly isFailed?: boolean;
  /** What went wrong, in words. */
  readonly exception?: string | undefined;
}

function stepSpan(step: TimedStep, parts: Instrumentations): ChildSpan | undefined {
  switch (step.kind) {
    case 'router': return parts.has('router') ? routerSpan(step) : undefined;
    case 'plugin': return pluginSpan(step, parts);
    case 'dns': return parts.has('dns_query') ? dnsSpan(step) : undefined;
    default: return undefined;
  }
}

function routerSpan({ start, end, failed }: RouterStep): ChildSpan {
  return { name: 'kong.router', start, end, isFailed: failed };
}

function pluginSpan({ phase, name, start, end }: PluginStep, parts: Instrumentations): ChildSpan | undefined {
  return parts.has(`plugin_${PHASE_NAMES[phase]}`) ? { name: `kong.${PHASE_NAMES[phase]}.plugin.${name}`, start, end } : undefined;
}

function dnsSpan({ host, port, ip, failure, start, end }: DnsStep): ChildSpan {
  return {
    name: 'kong.dns',
    kind: CLIENT,
    start,
    end,
    attributes: [
      textAttribute('dns.record.domain', host),
      doubleAttribute('dns.record.port', port),
      ...ip === undefined ? [] : [textAttribute('dns.record.ip', ip)],
    ],
    isFailed: failure !== undefined,
    exception: failure,
  };
}

/** A try lasts until the next one begins, the last one until the answer has left. */
function trySpan({ ip, port, hostname, startedAt, failed }: Try, index: number, tries: readonly Try[], trace: RequestTrace): ChildSpan {
  const next = tries[index + 1];
  return {
    name: 'kong.balancer',
    kind: CLIENT,
    // The headers name this id, but no upstream has got them when the last try failed, too.
    id: next === undefined && failed === undefined ? trace.tryId : undefined,
    start: startedAt,
    end: next?.startedAt,
    attributes: [
      doubleAttribute('try_count', index + 1),
      textAttribute('net.peer.ip', ip),
      doubleAttribute('net.peer.port', port),
      textAttribute('net.peer.name', hostname ?? ip),
      ...failed === undefined ? [] : [intAttribute('http.status_code', failed)],
    ],
    isFailed: failed !== undefined,
  };
}

function exceptionOf(message: string, time: number) {
  return { timeUnixNano: nanoseconds(time), name: 'exception', attributes: [textAttribute('exception.message', message)] };
}

function requestAttributes({ request, response, route, requestId }: Exchange): readonly Attribute[] {
  const host = request.host === '' ? 'kong' : request.host;
  const query = request.query === '' ? '' : `?${request.query}`;
  return [
    textAttribute('http.method', request.method),
    textAttribute('http.url', `${request.scheme}://${host}${request.rawPath}${query}`),
    textAttribute('http.host', host),
    textAttribute('http.scheme', request.scheme),
    textAttribute('http.flavor', request.httpVersion),
    textAttribute('http.client_ip', request.clientIp),
    textAttribute('net.peer.ip', request.remoteAddress),
    textAttribute('kong.request.id', requestId),
    ...response === undefined ? [] : [
      textAttribute('http.route', firstPath(route?.row.paths)),
      intAttribute('http.status_code', response.status),
    ],
  ];
}

function firstPath(paths: unknown): string {
  return Array.isArray(paths) && typeof paths[0] === 'string' ? paths[0] : '';
}
