/** prometheus, phase log: counts requests, streams, bytes and times by service and route, for `GET /metrics`. */
import type { MetricFamily } from '../../base/metrics.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import type { Metrics } from '../../plugin-kit/metrics.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import type { UpstreamHealth } from '../../plugin-kit/services.ts';
import type { StreamExchange } from '../../plugin-kit/stream-exchange.ts';
import { prometheus } from './schema.ts';
import type { PrometheusConfig } from './schema.ts';

/** Upper ends of buckets. Milliseconds. */
const KONG_BOUNDS = [1, 2, 5, 7, 10, 15, 20, 30, 50, 75, 100, 200, 500, 750, 1000, 3000, 6000];
const UPSTREAM_BOUNDS = [25, 50, 80, 100, 250, 400, 700, 1000, 2000, 5000, 10_000, 30_000, 60_000];

/** There is one. */
const WORKSPACE = 'default';

/** Status of a request whose client went away before it had an answer. */
const CLIENT_GONE = 499;

const SCOPE = ['service', 'route'];

export const prometheusHandler = defineHandler<PrometheusConfig>(prometheus, (config, { services: { metrics, upstreams } }) => {
  const count = [
    ...config.status_code_metrics === true ? [requestCounter(metrics)] : [],
    ...config.bandwidth_metrics === true ? [byteCounter(metrics)] : [],
    ...config.latency_metrics === true ? [latencyHistograms(metrics)] : [],
  ];
  const countStream = [
    ...config.status_code_metrics === true ? [sessionCounter(metrics)] : [],
    ...config.bandwidth_metrics === true ? [streamByteCounter(metrics)] : [],
    ...config.latency_metrics === true ? [sessionHistograms(metrics)] : [],
  ];
  const end = config.upstream_health_metrics === true ? metrics.show('upstream health', () => [healthFamily(upstreams)]) : undefined;
  return {
    startsNothing: true,
    log: (exchange) => {
      const { route, service, consumer } = exchange;
      // Requests without a route have no labels to differ by.
      if (route === undefined) return;
      const labels: Labels = {
        scope: [service?.name ?? service?.host ?? '', route.name ?? route.id],
        consumer: config.per_consumer === true ? consumer?.username ?? '' : '',
      };
      for (const each of count) each(exchange, labels);
    },
    logStream: (stream) => {
      for (const each of countStream) each(stream);
    },
    close: () => end?.(),
  };
});

const STATES = ['healthchecks_off', 'healthy', 'unhealthy', 'dns_error'] as const;

/** One series for each state; that of the present one is 1. */
function healthFamily(upstreams: UpstreamHealth): MetricFamily {
  return {
    name: 'kong_upstream_target_health',
    help: 'Health of the targets of upstreams: 1 for the state that an address is in',
    samples: upstreams.targets().flatMap(({ upstream, target, address, state }) => STATES.map((each) => ({
      labels: { upstream, target, address, state: each, subsystem: 'http' }, value: Number(each === state),
    }))),
  };
}

interface Labels {
  /** Service and route. */
  readonly scope: readonly [string, string];
  readonly consumer: string;
}

type Count = (exchange: Exchange, labels: Labels) => void;

function requestCounter(metrics: Metrics): Count {
  const requests = metrics.counter({
    name: 'kong_http_requests_total',
    help: 'Requests by service, route, status and who answered',
    labels: [...SCOPE, 'code', 'source', 'workspace', 'consumer'],
  });
  return ({ response }, { scope, consumer }) => {
    const source = response?.source === 'upstream' ? 'service' : 'kong';
    requests.add([...scope, String(response?.status ?? CLIENT_GONE), source, WORKSPACE, consumer]);
  };
}

type CountStream = (stream: StreamExchange) => void;

function streamScope({ service, route }: StreamExchange): readonly [string, string] {
  return [service?.name ?? service?.host ?? '', route?.name ?? route?.id ?? ''];
}

function sessionCounter(metrics: Metrics): CountStream {
  const sessions = metrics.counter({
    name: 'kong_stream_sessions_total',
    help: 'Streams by service, route, status and who ended them',
    labels: [...SCOPE, 'code', 'source', 'workspace'],
  });
  return (stream) => {
    if (stream.route === undefined) return;
    sessions.add([...streamScope(stream), String(stream.status), stream.upstreamBytes === undefined ? 'kong' : 'service', WORKSPACE]);
  };
}

function streamByteCounter(metrics: Metrics): CountStream {
  const bytes = bandwidth(metrics);
  return (stream) => {
    if (stream.route === undefined) return;
    bytes.add([...streamScope(stream), 'ingress', WORKSPACE, ''], Math.max(stream.bytes.received, 0));
    bytes.add([...streamScope(stream), 'egress', WORKSPACE, ''], stream.bytes.sent);
  };
}

function sessionHistograms(metrics: Metrics): CountStream {
  const kong = kongLatency(metrics);
  const session = metrics.histogram({
    name: 'kong_session_duration_ms', help: 'Time from the beginning of a stream to its end', labels: [...SCOPE, 'workspace'],
  }, UPSTREAM_BOUNDS);
  return (stream) => {
    if (stream.route === undefined) return;
    const labels = [...streamScope(stream), WORKSPACE];
    kong.observe(labels, stream.gatewayMs);
    session.observe(labels, stream.sessionMs);
  };
}

function bandwidth(metrics: Metrics): ReturnType<Metrics['counter']> {
  return metrics.counter({
    name: 'kong_bandwidth_bytes',
    help: 'Bytes of requests (ingress) and answers (egress), by service and route',
    labels: [...SCOPE, 'direction', 'workspace', 'consumer'],
  });
}

function kongLatency(metrics: Metrics): ReturnType<Metrics['histogram']> {
  const help = 'Time that the gateway takes, by service and route';
  return metrics.histogram({ name: 'kong_kong_latency_ms', help, labels: [...SCOPE, 'workspace'] }, KONG_BOUNDS);
}

function byteCounter(metrics: Metrics): Count {
  const bytes = bandwidth(metrics);
  return ({ sizes }, { scope, consumer }) => {
    bytes.add([...scope, 'ingress', WORKSPACE, consumer], sizes.request);
    bytes.add([...scope, 'egress', WORKSPACE, consumer], sizes.response);
  };
}

function latencyHistograms(metrics: Metrics): Count {
  const histogram = (name: string, help: string, bounds: readonly number[]) => (
    metrics.histogram({ name, help, labels: [...SCOPE, 'workspace'] }, bounds));
  const kong = kongLatency(metrics);
  const upstream = histogram('kong_upstream_latency_ms', 'Time that upstreams take to answer, by service and route', UPSTREAM_BOUNDS);
  const request = histogram('kong_request_latency_ms', 'Time from a request to the end of its answer', UPSTREAM_BOUNDS);
  return ({ timings }, { scope }) => {
    const labels = [...scope, WORKSPACE];
    kong.observe(labels, Math.max(timings.proxyMs, 0) + Math.max(timings.receiveMs, 0));
    request.observe(labels, timings.requestMs);
    // No upstream was reached.
    if (timings.upstreamMs >= 0) upstream.observe(labels, timings.upstreamMs);
  };
}
