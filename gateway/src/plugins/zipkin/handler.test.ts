import { describe, expect, it } from 'vitest';

import { SYSTEM_CLOCK } from '../../base/clock.ts';
import type { Consumer, Route, Service } from '../../model/snapshot.ts';
import type { Try } from '../../plugin-kit/exchange.ts';
import type { HttpRequest } from '../../plugin-kit/http-client.ts';
import type { NodeServices } from '../../plugin-kit/services.ts';
import { fakeContext, FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeRequest, FakeSurroundings } from '../../plugin-kit/testing.ts';
import type { Timeline } from '../../plugin-kit/timeline.ts';
import { NodeQueues } from '../../plugin-services/queues/node-queues.ts';
import { zipkinHandler } from './handler.ts';
import { requestTags } from './request-tags.ts';
import type { ZipkinConfig } from './schema.ts';
import type { ZipkinSpan } from './spans.ts';

const CONFIG: ZipkinConfig = {
  local_service_name: 'kong', http_endpoint: 'http://zipkin.test/api/v2/spans', sample_ratio: 1, default_service_name: null,
  include_credential: true, traceid_byte_count: 16, header_type: 'preserve', default_header_type: 'b3', tags_header: 'Zipkin-Tags',
  static_tags: null, http_span_name: 'method', connect_timeout: 2000, send_timeout: 5000, read_timeout: 5000,
  http_response_header_for_traceid: null, phase_duration_flavor: 'annotations',
  queue: {
    max_batch_size: 100, max_coalescing_delay: 0.01, max_entries: 100, max_bytes: null, max_retry_time: 1, initial_retry_delay: 0.01,
    max_retry_delay: 1, concurrency_limit: 1,
  },
  propagation: { extract: null, clear: null, inject: null, default_format: 'b3' },
};

const SERVICE = { id: 's', name: 'svc', host: 'up.test', port: 8080 } as Service;
const ROUTE = { id: 'r', name: 'all', service: SERVICE } as Route;
const TRY: Try = { ip: '192.0.2.9', port: 8081, hostname: 'up.test', startedAt: 1_700_000_000_002, balancerMs: 0.5 };

const TIMELINE: Timeline = {
  steps: [],
  phase: (name) => {
    const at = ['rewrite', 'access', 'responseHeaders', 'body'].indexOf(name);
    return { start: 1_700_000_000_000 + 10 * at, end: 1_700_000_000_000 + 10 * at + 5 };
  },
};

interface Sent {
  readonly spans: readonly ZipkinSpan[];
  readonly requests: readonly HttpRequest[];
  readonly exchange: FakeExchange;
}

/** One request through the plugin's phases, and what Zipkin got. */
async function traced(
  config: Partial<ZipkinConfig> = {}, request: FakeRequest = {}, around: FakeSurroundings = {}, before?: (exchange: FakeExchange) => void,
): Promise<Sent> {
  const requests: HttpRequest[] = [];
  const http = {
    open: () => ({
      send: async (sent: HttpRequest) => {
        requests.push(sent);
        return { status: 202, headers: {}, body: Buffer.alloc(0) };
      }, close: () => undefined,
    }),
  };
  const queues = new NodeQueues(SYSTEM_CLOCK);
  const plugin = zipkinHandler.prepare({ ...CONFIG, ...config }, fakeContext({ services: { http, queues } as unknown as NodeServices }));
  const exchange = new FakeExchange(request, {
    route: ROUTE, service: SERVICE, tries: [TRY], timeline: TIMELINE,
    timings: { startedAt: 1_700_000_000_000, requestMs: 40 }, ...around,
  });
  before?.(exchange);
  // A request that ended before it had a route.
  if (!('route' in around)) await plugin.access!(exchange);
  exchange.response = new FakeResponse(200);
  await plugin.responseHeaders!(exchange);
  await plugin.log!(exchange);
  await plugin.close!();
  await queues.close(1000);
  return { spans: requests.flatMap(({ body }) => JSON.parse(String(body)) as ZipkinSpan[]), requests, exchange };
}

describe('zipkin', () => {
  it('has a span for each try, one for the upstream, and one for the request', async () => {
    const { spans, requests } = await traced();
    expect(requests.map(({ method, url, headers }) => [method, url, headers])).toEqual([
      ['POST', CONFIG.http_endpoint, { 'content-type': 'application/json' }],
    ]);
    const [attempt, proxy, whole] = spans;
    expect([attempt!.parentId, proxy!.parentId, whole!.parentId]).toEqual([whole!.id, whole!.id, undefined]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const shown = spans.map(({ name, kind, timestamp, duration, remoteEndpoint }) => ({ name, kind, timestamp, duration, remoteEndpoint }));
    expect(shown).toEqual([
      {
        name: 'GET (balancer try 1)', kind: 'CLIENT', timestamp: 1_700_000_000_002_000, duration: 500,
        remoteEndpoint: { serviceName: 'svc', ipv4: '192.0.2.9', port: 8081 },
      },
      {
        name: 'GET (proxy)', kind: 'CLIENT', timestamp: 1_700_000_000_010_000, duration: 25_000,
        remoteEndpoint: { serviceName: 'svc', ipv4: '192.0.2.9', port: 8081 },
      },
      {
        name: 'GET', kind: 'SERVER', timestamp: 1_700_000_000_000_000, duration: 40_000,
        remoteEndpoint: { ipv4: '192.0.2.1', port: 50_000 },
      },
    ]);
    const entities = { 'kong.service': 's', 'kong.service_name': 'svc', 'kong.route': 'r', 'kong.route_name': 'all' };
    expect(spans.map(({ tags }) => tags)).toEqual([
      { 'kong.balancer.try': '1', ...entities },
      { ...entities, 'peer.hostname': 'up.test' },
      {
        'lc': 'kong', 'http.method': 'GET', 'http.host': 'example.test', 'http.path': '/', 'http.protocol': 'HTTP/1.1',
        'http.status_code': '200', 'kong.node.id': '00000000-0000-4000-8000-0000000000de',
      },
    ]);
    expect(spans.map(({ annotations }) => annotations?.map(({ value }) => value))).toEqual([
      undefined, ['khs', 'khf', 'kbs', 'kas', 'kaf', 'kbf'], ['krf', 'krs'],
    ]);
  });

  it('marks tries that failed, but the last one', async () => {
    const { spans } = await traced({}, {}, { tries: [{ ...TRY, failed: 504 }, { ...TRY, failed: 502 }] });
    expect(spans.slice(0, 2).map(({ tags }) => [tags!.error, tags!['kong.balancer.state'], tags!['http.status_code']])).toEqual([
      ['true', 'failed', '504'], [undefined, undefined, undefined],
    ]);
  });

  it.each<readonly [string, FakeSurroundings, Partial<ZipkinConfig>, unknown]>([
    ['a request without a service', { service: undefined! }, {}, null],
    ['a service that was not asked', { tries: [] }, {}, { serviceName: 'svc', port: 8080 }],
    ['an address of IPv6', { tries: [{ ...TRY, ip: '2001:db8::1' }] }, {}, { serviceName: 'svc', ipv6: '2001:db8::1', port: 8081 }],
    ['a service without a name', { service: { ...SERVICE, name: null } }, { default_service_name: 'usual' },
      { serviceName: 'usual', ipv4: '192.0.2.9', port: 8081 }],
  ])('says where %s went', async (_what, around, config, endpoint) => {
    const tries = around.service === undefined && 'service' in around ? { tries: [] } : {};
    const { spans } = await traced(config, {}, { ...tries, ...around });
    expect(spans.at(-2)!.remoteEndpoint).toEqual(endpoint);
  });

  it('tells the upstream of the span of the proxy, in the format that came', async () => {
    const { exchange, spans } = await traced({}, { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } });
    const [, proxy, whole] = spans;
    expect(exchange.upstream.header('traceparent')).toBe(`00-0af7651916cd43dd8448eb211c80319c-${proxy!.id}-01`);
    expect(whole).toMatchObject({ traceId: '0af7651916cd43dd8448eb211c80319c', parentId: 'b7ad6b7169203331' });
  });

  it('shares the span of a caller that speaks B3', async () => {
    const { spans } = await traced({}, {
      headers: {
        'x-b3-traceid': 'a3ce929d0e0e4736', 'x-b3-spanid': 'b7ad6b7169203331', 'x-b3-parentspanid': '00f067aa0ba902b7', 'x-b3-sampled': '1',
      },
    });
    expect(spans.at(-1)).toMatchObject({
      traceId: '0000000000000000a3ce929d0e0e4736', id: 'b7ad6b7169203331', parentId: '00f067aa0ba902b7',
    });
  });

  it.each([
    ['the caller wants it, whatever the ratio', { sample_ratio: 0 }, { 'x-b3-sampled': '1' }, true],
    ['the caller does not want it', { sample_ratio: 1 }, { 'x-b3-sampled': '0' }, false],
    ['the plugin decides, and the ratio is 0', { sample_ratio: 0 }, {}, false],
    ['the plugin decides, and the ratio is 1', { sample_ratio: 1 }, {}, true],
    ['there is no endpoint', { http_endpoint: null }, {}, false],
  ])('sends spans or not: %s', async (_what, config, headers, isSent) => {
    expect((await traced(config, { headers: headers as Record<string, string> })).spans.length > 0).toBe(isSent);
  });

  it('has ids of 8 bytes where configured, and pads them in headers', async () => {
    const { spans, exchange } = await traced({ traceid_byte_count: 8, http_response_header_for_traceid: 'X-Trace' });
    const { traceId } = spans[0]!;
    expect(traceId).toMatch(/^[0-9a-f]{16}$/);
    expect(exchange.upstream.header('x-b3-traceid')).toBe(`0000000000000000${traceId}`);
    expect(exchange.response!.header('x-trace')).toBe(traceId);
  });

  it('reads no headers of a request that ended before it had a route', async () => {
    const { spans, exchange } = await traced({ http_response_header_for_traceid: 'X-Trace' }, {
      headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    }, { route: undefined!, service: undefined!, tries: [] });
    expect(spans.map(({ name }) => name)).toEqual(['GET (proxy)', 'GET']);
    expect(exchange.response!.header('x-trace')).toBe(spans[0]!.traceId);
    expect(spans[0]!.traceId).not.toBe('0af7651916cd43dd8448eb211c80319c');
  });

  it('takes tags from the configuration and from the client, its own last', async () => {
    const { spans } = await traced({ static_tags: [{ name: 'env', value: 'prod' }, { name: 'a', value: 'b' }] }, {
      headers: { 'zipkin-tags': ['env=test; http.method=X; http.status_code=7', '__proto__=x; none; empty='] },
    });
    const { tags } = spans.at(-1)!;
    expect(tags).toMatchObject({ 'env': 'test', 'a': 'b', 'http.method': 'X', 'http.status_code': '200' });
    expect(Object.keys(tags!)).toContain('__proto__');
  });

  it('names consumer and credential', async () => {
    const identify = (exchange: FakeExchange) => exchange.authenticate({ consumer: { id: 'c' } as Consumer, credential: { id: 'k' } });
    expect((await traced({}, {}, {}, identify)).spans.at(-1)!.tags).toMatchObject({ 'kong.consumer': 'c', 'kong.credential': 'k' });
    expect((await traced({ include_credential: false }, {}, {}, identify)).spans.at(-1)!.tags).not.toHaveProperty('kong.credential');
  });

  it('shows durations as tags where configured', async () => {
    const { spans } = await traced({ phase_duration_flavor: 'tags', http_span_name: 'method_path' }, { path: '/a' });
    expect(spans.map(({ name }) => name)).toEqual(['GET /a (balancer try 1)', 'GET /a (proxy)', 'GET /a']);
    expect(spans.every(({ annotations }) => annotations === undefined)).toBe(true);
    expect(spans[1]!.tags).toMatchObject({
      'kong.access.duration_ms': '5', 'kong.header_filter.duration_ms': '5', 'kong.body_filter.duration_ms': '5',
    });
    expect(spans[2]!.tags).toMatchObject({ 'kong.rewrite.duration_ms': '5' });
  });
});

describe('tags of a client', () => {
  it.each<readonly [readonly string[], Record<string, string>, readonly string[]]>([
    [['a=b; c=d'], { a: 'b', c: 'd' }, []],
    [['x=1=2'], { 'x=1': '2' }, []],
    [['a=b', 'a=c'], { a: 'c' }, []],
    [['none; =v; k=;;a b=c'], {}, ['none', ' =v', ' k=', 'a b=c']],
    [['a = b c '], { a: 'b c' }, []],
  ])('%j', (values, tags, invalid) => {
    const read = requestTags(values);
    expect([Object.fromEntries(read.tags), read.invalid]).toEqual([tags, invalid]);
  });
});
