import { describe, expect, it } from 'vitest';

import { metricsText } from '../../base/metrics.ts';
import type { Consumer, Route, Service } from '../../model/snapshot.ts';
import type { NodeServices } from '../../plugin-kit/services.ts';
import { fakeContext, FakeExchange, FakeResponse } from '../../plugin-kit/testing.ts';
import type { FakeSurroundings } from '../../plugin-kit/testing.ts';
import { MetricsRegistry } from '../../plugin-services/metrics-registry.ts';
import { prometheusHandler } from './handler.ts';
import type { PrometheusConfig } from './schema.ts';

const OFF: PrometheusConfig = {
  per_consumer: false, status_code_metrics: false, ai_metrics: false, latency_metrics: false, bandwidth_metrics: false,
  upstream_health_metrics: false,
};

const SERVICE = { id: 's', name: 'svc', host: 'up.test' } as Service;
const ROUTE = { id: 'r', name: 'all', service: SERVICE } as Route;

const MATCHED: FakeSurroundings = { route: ROUTE, service: SERVICE };

function instance(config: Partial<PrometheusConfig>, registry = new MetricsRegistry()) {
  const phases = prometheusHandler.prepare({ ...OFF, ...config },
    fakeContext({ services: { metrics: registry } as unknown as NodeServices }));
  return {
    registry,
    async see(around: FakeSurroundings = MATCHED, response: FakeResponse | undefined = new FakeResponse(),
      consumer?: Consumer): Promise<string[]> {
      const exchange = new FakeExchange({}, around);
      exchange.response = response;
      exchange.consumer = consumer;
      await phases.log!(exchange);
      return metricsText(registry.families()).split('\n').filter((line) => !line.startsWith('#') && line !== '');
    },
  };
}

describe('prometheus on streams', () => {
  const ON = { ...OFF, status_code_metrics: true, bandwidth_metrics: true, latency_metrics: true };
  const linesOf = async (stream: object): Promise<readonly string[]> => {
    const registry = new MetricsRegistry();
    const phases = prometheusHandler.prepare(ON, fakeContext({ services: { metrics: registry } as unknown as NodeServices }));
    await phases.logStream!(stream as never);
    return metricsText(registry.families()).split('\n').filter((line) => /^kong_(?:stream|bandwidth|.*_(?:sum|count)\{)/.test(line));
  };
  const STREAM = { ...MATCHED, status: 200, bytes: { received: 5, sent: 7 }, upstreamBytes: {}, gatewayMs: 3, sessionMs: 40 };

  it('counts sessions, bytes and times', async () => {
    const scope = 'service="svc",route="all"';
    expect((await linesOf(STREAM)).toSorted()).toEqual([
      `kong_bandwidth_bytes{${scope},direction="egress",workspace="default",consumer=""} 7`,
      `kong_bandwidth_bytes{${scope},direction="ingress",workspace="default",consumer=""} 5`,
      `kong_kong_latency_ms_count{${scope},workspace="default"} 1`,
      `kong_kong_latency_ms_sum{${scope},workspace="default"} 3`,
      `kong_session_duration_ms_count{${scope},workspace="default"} 1`,
      `kong_session_duration_ms_sum{${scope},workspace="default"} 40`,
      `kong_stream_sessions_total{${scope},code="200",source="service",workspace="default"} 1`,
    ]);
  });

  it('counts none without a route, and those without an upstream as the gateway\'s own', async () => {
    expect(await linesOf({ ...STREAM, route: undefined })).toEqual([]);
    expect(await linesOf({ ...STREAM, status: 502, upstreamBytes: undefined })).toContainEqual(
      expect.stringContaining('code="502",source="kong"'));
  });
});

describe('prometheus', () => {
  it.each<readonly [string, FakeSurroundings, FakeResponse, string]>([
    ['an answer of the upstream', MATCHED, new FakeResponse(201), 'service="svc",route="all",code="201",source="service"'],
    ['an answer of the gateway', MATCHED, new FakeResponse(401, {}, 'plugin'), 'service="svc",route="all",code="401",source="kong"'],
    ['a service without a name', { route: ROUTE, service: { ...SERVICE, name: null } }, new FakeResponse(),
      'service="up.test",route="all",code="200",source="service"'],
    ['a route without a name and a service', { route: { ...ROUTE, name: null } },
      new FakeResponse(403, {}, 'plugin'), 'service="",route="r",code="403",source="kong"'],
  ])('counts %s', async (_what, around, response, labels) => {
    expect(await instance({ status_code_metrics: true }).see(around, response))
      .toEqual([`kong_http_requests_total{${labels},workspace="default",consumer=""} 1`]);
  });

  it('counts a client that went away as 499', async () => {
    const { registry } = instance({});
    const phases = prometheusHandler.prepare(
      { ...OFF, status_code_metrics: true }, fakeContext({ services: { metrics: registry } as unknown as NodeServices }),
    );
    await phases.log!(new FakeExchange({}, { route: ROUTE, service: SERVICE }));
    expect(metricsText(registry.families())).toContain('code="499",source="kong"');
  });

  it('tells consumers apart where it is asked to', async () => {
    const alice = { id: 'c', username: 'alice' } as Consumer;
    expect(await instance({ status_code_metrics: true, per_consumer: true }).see(MATCHED, new FakeResponse(), alice))
      .toEqual([expect.stringContaining('consumer="alice"} 1')]);
    expect(await instance({ status_code_metrics: true }).see(MATCHED, new FakeResponse(),
      alice)).toEqual([expect.stringContaining('consumer=""} 1')]);
  });

  it('counts bytes in both directions', async () => {
    const scope = 'service="svc",route="all",direction=';
    expect(await instance({ bandwidth_metrics: true }).see({
      ...MATCHED, sizes: {
        request: 56, response: 120,
        responseBody: 3,
      },
    })).toEqual([
      `kong_bandwidth_bytes{${scope}"ingress",workspace="default",consumer=""} 56`,
      `kong_bandwidth_bytes{${scope}"egress",workspace="default",consumer=""} 120`,
    ]);
  });

  it('sorts times into buckets, those of upstreams only where one was reached', async () => {
    const reached = await instance({ latency_metrics: true }).see({
      ...MATCHED, timings: {
        proxyMs: 3, upstreamMs: 30, receiveMs: 1,
        requestMs: 35,
      },
    });
    expect(reached.filter((line) => /le="(?:2|5|25|50)"|sum/.test(line)).map((line) => line.replace(/\{.*?(le="\d+")?\}/, ' $1'))).toEqual([
      'kong_kong_latency_ms_bucket le="2" 0', 'kong_kong_latency_ms_bucket le="5" 1', 'kong_kong_latency_ms_bucket le="50" 1',
      'kong_kong_latency_ms_sum  4',
      'kong_upstream_latency_ms_bucket le="25" 0', 'kong_upstream_latency_ms_bucket le="50" 1', 'kong_upstream_latency_ms_sum  30',
      'kong_request_latency_ms_bucket le="25" 0', 'kong_request_latency_ms_bucket le="50" 1', 'kong_request_latency_ms_sum  35',
    ]);
    const refused = await instance({ latency_metrics: true }).see({
      ...MATCHED, timings: {
        proxyMs: 3, upstreamMs: -1, receiveMs: -1,
        requestMs: 4,
      },
    });
    expect(refused.some((line) => line.includes('upstream'))).toBe(false);
  });

  it('counts nothing of requests without a route, and nothing that it was not asked for', async () => {
    expect(await instance({ status_code_metrics: true, latency_metrics: true, bandwidth_metrics: true }).see({})).toEqual([]);
    expect(await instance({}).see()).toEqual([]);
  });

  it('goes on where another instance has stopped', async () => {
    const first = instance({ status_code_metrics: true });
    await first.see();
    const lines = await instance({ status_code_metrics: true }, first.registry).see();
    expect(lines).toEqual([expect.stringMatching(/ 2$/)]);
  });
});
