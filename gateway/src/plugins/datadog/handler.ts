/** datadog, phase log: sends metrics of requests to a Datadog agent over UDP, through a queue. */
import { statusOf } from '../../log-entries/log-entry.ts';
import { inLine, lineWithTagList, MEASURES } from '../../log-entries/metric-line.ts';
import type { Exchange } from '../../plugin-kit/exchange.ts';
import { defineHandler } from '../../plugin-kit/plugin.ts';
import { queueLimits } from '../../plugin-kit/queue-limits.ts';
import { datadog } from './schema.ts';
import type { DatadogConfig } from './schema.ts';

type Metric = DatadogConfig['metrics'][number];

const DEFAULTS = { host: 'localhost', port: 8125, prefix: 'kong', serviceTag: 'name', statusTag: 'status', consumerTag: 'consumer' };

export const datadogHandler = defineHandler<DatadogConfig>(datadog, (config, { id, log, services }) => {
  const makers = config.metrics.map((metric) => lineMaker(metric, config));
  const queue = services.queues.open<readonly string[]>({
    key: `datadog ${id} ${JSON.stringify(config)}`,
    name: `datadog ${id}`,
    limits: queueLimits(config),
    log,
    sink: () => {
      const agent = services.messages.udp({ host: config.host ?? DEFAULTS.host, port: config.port ?? DEFAULTS.port, log });
      return {
        send: async (entries) => {
          for (const line of entries.flat()) await agent.deliver(line);
        },
        close: () => agent.close(),
      };
    },
  });
  return {
    log: (exchange) => {
      const lines = makers.map((make) => make(exchange));
      if (lines.length > 0) queue.push(lines, lines.reduce((sum, line) => sum + line.length, 0));
    },
    close: () => queue.close(),
  };
});

function lineMaker(metric: Metric, config: DatadogConfig): (exchange: Exchange) => string {
  const { stat, of } = MEASURES[metric.name]!;
  const name = `${config.prefix ?? DEFAULTS.prefix}.${stat}`;
  const serviceTag = config.service_name_tag ?? DEFAULTS.serviceTag;
  const statusTag = config.status_tag ?? DEFAULTS.statusTag;
  const consumerTag = config.consumer_tag ?? DEFAULTS.consumerTag;
  const fixed = metric.tags ?? [];
  return (exchange) => {
    const consumer = consumerOf(exchange, metric.consumer_identifier);
    return lineWithTagList({ name, value: of(exchange), type: metric.stat_type, rate: metric.sample_rate }, [
      `${serviceTag}:${serviceOf(exchange)}`,
      `${statusTag}:${statusOf(exchange)}`,
      ...consumer === undefined ? [] : [`${consumerTag}:${consumer}`],
      ...fixed,
    ]);
  };
}

function serviceOf({ service }: Exchange): string {
  return (service?.name ?? service?.host ?? '').replaceAll('.', '_');
}

function consumerOf({ consumer }: Exchange, identifier: Metric['consumer_identifier']): string | undefined {
  if (consumer === undefined || identifier === null || identifier === undefined) return undefined;
  if (identifier === 'consumer_id') return consumer.id.replaceAll('-', '_');
  const value = identifier === 'custom_id' ? consumer.customId : consumer.username;
  return value === null ? undefined : inLine(value);
}
