/** The lines that one request becomes, one or none for each configured metric. What does not depend on the request is prepared. */
import { statusOf } from '../../log-entries/log-entry.ts';
import { inLine, MEASURES, metricLine } from '../../log-entries/metric-line.ts';
import type { MetricLine, Tag } from '../../log-entries/metric-line.ts';
import { workspaceOf } from '../../log-entries/shown-entities.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import type { StatsdConfig } from './schema.ts';

type Metric = NonNullable<StatsdConfig['metrics']>[number];

/** Makes the lines of a request. */
export type MetricsOf = (exchange: Exchange) => readonly string[];

interface Identifiers {
  consumer(exchange: Exchange): string | undefined;
  service(exchange: Exchange): string | undefined;
  workspace(exchange: Exchange): string;
}

/** What a metric is called, and its value; `undefined` where there is nothing to measure. */
type Measure = (exchange: Exchange, scope: string, identifiers: Identifiers) => readonly [name: string, value: string | number] | undefined;

/** Metrics that only exist without tags. */
const UNTAGGED: Readonly<Record<string, Measure>> = {
  status_count: (exchange, scope) => [`${scope}.status.${statusOf(exchange)}`, 1],
  unique_users: perConsumer((_exchange, scope, consumer) => [`${scope}.user.uniques`, consumer]),
  request_per_user: perConsumer((_exchange, scope, consumer) => [`${scope}.user.${consumer}.request.count`, 1]),
  status_count_per_user: perConsumer((exchange, scope, consumer) => [`${scope}.user.${consumer}.status.${statusOf(exchange)}`, 1]),
  status_count_per_workspace: (exchange, scope, { workspace }) => (
    [`${scope}.workspace.${workspace(exchange)}.status.${statusOf(exchange)}`, 1]),
  status_count_per_user_per_route: perConsumer((exchange, _scope, consumer) => (
    exchange.route && [`route.${exchange.route.id}.user.${consumer}.status.${statusOf(exchange)}`, 1])),
  // The gateway has no dictionaries in shared memory.
  shdict_usage: () => undefined,
};

/** Types of metrics whose type is not a matter of configuration. */
const FIXED_TYPES: Readonly<Record<string, MetricLine['type']>> = { unique_users: 'set' };

export function metricsOf(config: StatsdConfig, hostname: string): MetricsOf {
  const host = hostname.replaceAll('.', '_');
  const isTagged = config.tag_style !== null && config.tag_style !== undefined;
  const prefix = `${config.prefix ?? 'kong'}${config.hostname_in_prefix === true && !isTagged ? `.node.${host}` : ''}`;
  const makers = (config.metrics ?? []).map((metric) => isTagged ? tagged(metric, config, prefix, host) : scoped(metric, config, prefix));
  return (exchange) => makers.flatMap((make) => make(exchange) ?? []);
}

function scoped(metric: Metric, config: StatsdConfig, prefix: string): (exchange: Exchange) => string | undefined {
  const identifiers = identifiersOf(metric, config);
  const measure = Object.hasOwn(UNTAGGED, metric.name) ? UNTAGGED[metric.name]! : ofMeasures(metric.name);
  const type = FIXED_TYPES[metric.name] ?? (Object.hasOwn(UNTAGGED, metric.name) ? 'counter' : metric.stat_type);
  const rate = metric.name === 'unique_users' ? undefined : metric.sample_rate;
  return (exchange) => {
    const measured = measure(exchange, scopeOf(exchange, identifiers), identifiers);
    return measured && metricLine({ name: `${prefix}.${measured[0]}`, value: measured[1], type, rate });
  };
}

function tagged(metric: Metric, config: StatsdConfig, prefix: string, host: string): (exchange: Exchange) => string | undefined {
  if (Object.hasOwn(UNTAGGED, metric.name)) return () => undefined;
  const identifiers = identifiersOf(metric, config);
  const { stat, of } = MEASURES[metric.name]!;
  return (exchange) => {
    const value = of(exchange);
    if (value < 0) return undefined;
    const line = { name: `${prefix}.${stat}`, value, type: metric.stat_type, rate: metric.sample_rate };
    return metricLine(line, config.tag_style!, tagsOf(exchange, identifiers, host));
  };
}

function ofMeasures(name: string): Measure {
  const { stat, of } = MEASURES[name]!;
  return (exchange, scope) => {
    const value = of(exchange);
    return value < 0 ? undefined : [`${scope}.${stat}`, value];
  };
}

function perConsumer(measure: (exchange: Exchange, scope: string, consumer: string) => ReturnType<Measure>): Measure {
  return (exchange, scope, { consumer }) => {
    const identifier = consumer(exchange);
    return identifier === undefined ? undefined : measure(exchange, scope, identifier);
  };
}

function scopeOf(exchange: Exchange, { service }: Identifiers): string {
  if (exchange.service === undefined) return 'global.unmatched';
  return `service.${service(exchange)?.replaceAll('.', '_') ?? 'unnamed'}`;
}

/** Requests without a service have no tags. */
function tagsOf(exchange: Exchange, identifiers: Identifiers, host: string): readonly Tag[] {
  const service = identifiers.service(exchange);
  if (service === undefined) return [];
  const { route } = exchange;
  const consumer = identifiers.consumer(exchange);
  return [
    { name: 'service', value: service },
    ...route === undefined ? [] : [{ name: 'route', value: inLine(route.name ?? route.id) }],
    { name: 'workspace', value: identifiers.workspace(exchange) },
    ...consumer === undefined ? [] : [{ name: 'consumer', value: consumer }],
    { name: 'node', value: host },
    { name: 'status', value: statusOf(exchange) },
  ];
}

function identifiersOf(metric: Metric, config: StatsdConfig): Identifiers {
  const consumer = metric.consumer_identifier ?? config.consumer_identifier_default;
  const service = metric.service_identifier ?? config.service_identifier_default;
  const workspace = metric.workspace_identifier ?? config.workspace_identifier_default;
  return {
    consumer: (exchange) => {
      const { id, customId, username } = exchange.consumer ?? {};
      const value = consumer === 'consumer_id' ? id : consumer === 'custom_id' ? customId : username;
      return value === null || value === undefined ? undefined : inLine(value);
    },
    service: (exchange) => {
      const { id, name, host } = exchange.service ?? {};
      const named = service === 'service_name' ? name : name ?? host;
      const value = service === 'service_id' ? id : service === 'service_host' ? host : named;
      return value === null || value === undefined ? undefined : inLine(value);
    },
    workspace: (exchange) => {
      const { id, name } = workspaceOf(exchange.configuration);
      return workspace === 'workspace_name' ? name : id;
    },
  };
}
