import { describe, expect, it } from 'vitest';

import { decodeExport } from '../../../test/conformance/traffic/otlp-message.ts';
import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Route, Service } from '../../model/snapshot.ts';
import type { LogLine, Try } from '../../plugin-kit/exchange.ts';
import type { HttpRequest } from '../../plugin-kit/http-client.ts';
import type { NodeServices, TracingSettings } from '../../plugin-kit/services.ts';
import { fakeContext, FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeRequest, FakeSurroundings } from '../../plugin-kit/testing.ts';
import type { TimedStep } from '../../plugin-kit/timeline.ts';
import { NodeQueues } from '../../plugin-services/queues/node-queues.ts';
import { opentelemetryHandler } from './handler.ts';
import type { OpentelemetryConfig } from './schema.ts';

const CONFIG: OpentelemetryConfig = {
  traces_endpoint: 'http://collector.test/v1/traces', logs_endpoint: null, headers: null, resource_attributes: null,
  queue: {
    max_batch_size: 200, max_coalescing_delay: 0.01, max_entries: 1000, max_bytes: null, max_retry_time: 1, initial_retry_delay: 0.01,
    max_retry_delay: 1, concurrency_limit: 1,
  },
  batch_span_count: null, batch_flush_delay: null, connect_timeout: 1000, send_timeout: 5000, read_timeout: 5000,
  http_response_header_for_traceid: null, header_type: 'preserve', sampling_rate: null,
  propagation: { extract: null, clear: null, inject: null, default_format: 'w3c' },
};

const ALL: TracingSettings = { instrumentations: ['all'], samplingRate: 1 };
const SERVICE = { id: 's', name: 'svc', host: 'up.test', port: 8080 } as Service;
const ROUTE = { id: 'r', name: 'all', service: SERVICE, row: { paths: ['/a', '/b'] } } as unknown as Route;
const TRY: Try = { ip: '192.0.2.9', port: 8081, hostname: 'up.test', startedAt: 1_700_000_000_002, balancerMs: 0.5 };
const W3C = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

const STEPS: readonly TimedStep[] = [
  { kind: 'plugin', phase: 'rewrite', name: 'a', id: '1', start: 1, end: 2 },
  { kind: 'router', failed: false, start: 2, end: 3 },
  { kind: 'plugin', phase: 'access', name: 'a', id: '1', start: 3, end: 4 },
  { kind: 'dns', host: 'up.test', port: 8080, ip: '192.0.2.9', start: 4, end: 5 },
  { kind: 'plugin', phase: 'responseHeaders', name: 'a', id: '1', start: 5, end: 6 },
];

interface Decoded {
  readonly name: string;
  readonly kind: number;
  readonly span_id: string;
  readonly trace_id: string;
  readonly parent_span_id?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly status?: { readonly code: number };
  readonly events?: readonly unknown[];
}

interface Options {
  readonly config?: Partial<OpentelemetryConfig>;
  readonly tracing?: TracingSettings;
  readonly request?: FakeRequest;
  readonly around?: FakeSurroundings;
  /** Whether the request ends before it has a route. */
  readonly isUnmatched?: boolean;
}

async function traced({ config = {}, tracing = ALL, request = {}, around = {}, isUnmatched = false }: Options = {}) {
  const requests: HttpRequest[] = [];
  const http = {
    open: () => ({
      send: async (sent: HttpRequest) => {
        requests.push(sent);
        return { status: 200, headers: {}, body: Buffer.alloc(0) };
      }, close: () => undefined,
    }),
  };
  const queues = new NodeQueues(SYSTEM_CLOCK);
  const services = { http, queues, tracing } as unknown as NodeServices;
  const plugin = opentelemetryHandler.prepare({ ...CONFIG, ...config }, fakeContext({ services }));
  const exchange = new FakeExchange(request, {
    route: ROUTE, service: SERVICE, tries: [TRY], timeline: { steps: STEPS, phase: () => undefined },
    timings: { startedAt: 1_700_000_000_000, requestMs: 40 }, ...around,
  });
  if (!isUnmatched) await plugin.access!(exchange);
  exchange.response = new FakeResponse(200);
  await plugin.responseHeaders!(exchange);
  await plugin.log!(exchange);
  await plugin.close!();
  await queues.close(1000);
  const exports = requests.map(({ body, url }) => decodeExport(body as Buffer, String(url).includes('logs')));
  const spans = exports.flatMap((message) => partsOf(message, 'resource_spans', 'scope_spans', 'spans')) as Decoded[];
  return { plugin, exchange, requests, exports, spans };
}

function partsOf(message: unknown, ...names: readonly string[]): unknown[] {
  return names.reduce<unknown[]>((parts, name) => parts.flatMap((part) => (part as Record<string, unknown[]>)[name] ?? []), [message]);
}

describe('opentelemetry', () => {
  it('has spans of the request, of its parts in order, and of each try', async () => {
    const { spans, requests } = await traced({ request: { path: '/a', query: 'x=1' } });
    expect(spans.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'kong 2', 'kong.rewrite.plugin.a 1', 'kong.router 1', 'kong.access.plugin.a 1', 'kong.dns 3', 'kong.header_filter.plugin.a 1',
      'kong.balancer 3',
    ]);
    const [root, ...parts] = spans;
    expect(root!.parent_span_id).toBeUndefined();
    expect(new Set(parts.map((part) => part.parent_span_id))).toEqual(new Set([root!.span_id]));
    expect(root!.attributes).toEqual({
      'http.method': { string: 'GET' }, 'http.url': { string: 'http://example.test/a?x=1' }, 'http.host': { string: 'example.test' },
      'http.scheme': { string: 'http' }, 'http.flavor': { string: '1.1' }, 'http.client_ip': { string: '192.0.2.1' },
      'net.peer.ip': { string: '192.0.2.1' }, 'kong.request.id': { string: '0'.repeat(32) }, 'http.route': { string: '/a' },
      'http.status_code': { int: 200 },
    });
    expect(spans.at(-1)!.attributes).toEqual({
      'try_count': { double: 1 }, 'net.peer.ip': { string: '192.0.2.9' }, 'net.peer.port': { double: 8081 },
      'net.peer.name': { string: 'up.test' },
    });
    expect(requests[0]!.headers).toMatchObject({ 'Content-Type': 'application/x-protobuf' });
  });

  it('tells the upstream of the span of the last try', async () => {
    const { spans, exchange } = await traced({ request: { headers: W3C } });
    expect(spans[0]).toMatchObject({ trace_id: '0af7651916cd43dd8448eb211c80319c', parent_span_id: 'b7ad6b7169203331' });
    expect(exchange.upstream.header('traceparent')).toBe(`00-0af7651916cd43dd8448eb211c80319c-${spans.at(-1)!.span_id}-01`);
  });

  it('marks what failed', async () => {
    const { spans } = await traced({
      around: {
        tries: [{ ...TRY, failed: 502 }, { ...TRY, failed: 504 }],
        timeline: {
          phase: () => undefined,
          steps: [
            { kind: 'router', failed: true, start: 1, end: 2 },
            { kind: 'dns', host: 'no.test', port: 80, failure: 'no such name', start: 2, end: 3 },
          ],
        },
      },
    });
    expect(spans.slice(1).map(({ name, status, attributes }) => [name, status?.code, attributes?.['http.status_code']])).toEqual([
      ['kong.router', 2, undefined], ['kong.dns', 2, undefined], ['kong.balancer', 2, { int: 502 }], ['kong.balancer', 2, { int: 504 }],
    ]);
    expect(spans[2]!.events).toMatchObject([{ name: 'exception', attributes: { 'exception.message': { string: 'no such name' } } }]);
  });

  it.each<readonly [string, Options, boolean, string]>([
    ['the caller wants it', { request: { headers: W3C } }, true, '01'],
    ['the caller does not', { request: { headers: { traceparent: `${W3C.traceparent.slice(0, -1)}0` } } }, false, '00'],
    ['the rate is 0, whatever the caller wants', { config: { sampling_rate: 0 }, request: { headers: W3C } }, false, '00'],
    ['the rate of the node is 0', { tracing: { ...ALL, samplingRate: 0 } }, false, '00'],
    ['the rate of the plugin is 1, that of the node 0', { config: { sampling_rate: 1 }, tracing: { ...ALL, samplingRate: 0 } }, true, '01'],
    ['the node traces nothing', { tracing: { instrumentations: ['off'], samplingRate: 1 }, request: { headers: W3C } }, false, '00'],
  ])('sends spans or not: %s', async (_what, options, isSent, flags) => {
    const { spans, exchange, plugin } = await traced(options);
    expect([spans.length > 0, exchange.upstream.header('traceparent')!.slice(-2)]).toEqual([isSent, flags]);
    expect(plugin.wantsTimeline).toBe(options.tracing?.instrumentations[0] !== 'off');
  });

  it('has spans of those parts only that the node traces', async () => {
    const { spans, exchange } = await traced({ tracing: { instrumentations: ['request', 'router', 'plugin_access'], samplingRate: 1 } });
    expect(spans.map(({ name }) => name)).toEqual(['kong', 'kong.router', 'kong.access.plugin.a']);
    expect(exchange.upstream.header('traceparent')).toContain(spans[0]!.span_id);
  });

  it('names the trace to the client, also where there is no route', async () => {
    const { spans, exchange } = await traced({
      config: { http_response_header_for_traceid: 'X-Trace' }, isUnmatched: true, request: { headers: W3C },
    });
    expect(exchange.response!.header('x-trace')).toBe(spans[0]!.trace_id);
    expect(spans[0]!.parent_span_id).toBeUndefined();
  });

  it('says who sends, as configured', async () => {
    const { exports, requests } = await traced({
      config: {
        resource_attributes: { 'service.name': 'edge', 'team': 'core' },
        headers: { 'content-type': 'application/x-own', 'X-A': 'b' },
      },
    });
    expect(partsOf(exports[0], 'resource_spans')).toMatchObject([{
      resource: {
        attributes: {
          'service.name': { string: 'edge' }, 'team': { string: 'core' }, 'service.version': { string: '3.9.1' },
          'service.instance.id': { string: '00000000-0000-4000-8000-0000000000de' },
        },
      },
    }]);
    expect(Object.entries(requests[0]!.headers!).filter(([name]) => name.toLowerCase() === 'content-type')).toEqual([
      ['content-type', 'application/x-own'],
    ]);
  });

  it.each<readonly [string, Partial<OpentelemetryConfig>, number]>([
    ['by the size of a batch', { queue: { ...CONFIG.queue, max_batch_size: 4 } }, 2],
    ['by its old name', { batch_span_count: 1 }, 7],
    ['in one, when the old name has its old default', { batch_span_count: 200 }, 1],
  ])('splits exports %s', async (_what, config, count) => {
    expect((await traced({ config })).requests.length).toBe(count);
  });

  it('sends what was logged about the request', async () => {
    const logLines: readonly LogLine[] = [
      { time: 1_700_000_000_001, level: 'error', message: 'no', fields: { plugin: 'a', request: 'dropped', count: 2, none: undefined } },
      { time: 1_700_000_000_002, level: 'notice', message: 'yes', fields: {} },
    ];
    const { exports, spans, plugin } = await traced({ config: { logs_endpoint: 'http://collector.test/v1/logs' }, around: { logLines } });
    const logs = exports.flatMap((message) => partsOf(message, 'resource_logs', 'scope_logs', 'log_records'));
    expect(plugin.wantsLogLines).toBe(true);
    expect(logs).toMatchObject([
      {
        body: { string: 'no' }, severity_number: 17, severity_text: 'ERR', flags: 1, trace_id: spans[0]!.trace_id,
        span_id: spans[0]!.span_id,
      },
      { body: { string: 'yes' }, severity_number: 11, severity_text: 'NOTICE' },
    ]);
    expect((logs[0] as Decoded).attributes).toEqual({
      'request.id': { string: '0'.repeat(32) }, 'plugin': { string: 'a' }, 'count': { string: '2' },
    });
  });
});
