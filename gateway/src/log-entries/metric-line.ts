/** Lines of StatsD's protocol and of its dialects. */
import { STAT_TYPE_LETTERS } from '../model/plugin-fields/sampled-metric.ts';
import type { Exchange } from '../plugin-kit/exchange.ts';
import { latenciesOf } from './log-entry.ts';

export interface MetricLine {
  /** With prefix. */
  readonly name: string;
  readonly value: string | number;
  readonly type: keyof typeof STAT_TYPE_LETTERS;
  /** Written unless it is 1. @default - none */
  readonly rate: number | null | undefined;
}

export type TagStyle = 'dogstatsd' | 'influxdb' | 'librato' | 'signalfx';

export interface Tag {
  readonly name: string;
  readonly value: string | number;
}

/** What of a request becomes a metric, by the name that plugins have for it. */
export const MEASURES: Readonly<Record<string, { readonly stat: string; of(exchange: Exchange): number }>> = {
  request_count: { stat: 'request.count', of: () => 1 },
  latency: { stat: 'latency', of: (exchange) => latenciesOf(exchange).request },
  request_size: { stat: 'request.size', of: ({ sizes }) => sizes.request },
  response_size: { stat: 'response.size', of: ({ sizes }) => sizes.response },
  upstream_latency: { stat: 'upstream_latency', of: (exchange) => latenciesOf(exchange).proxy },
  kong_latency: { stat: 'kong_latency', of: (exchange) => latenciesOf(exchange).kong },
};

/** A tag list behind the type, as Datadog reads it. Tags are `name:value`. */
export function lineWithTagList({ name, value, type, rate }: MetricLine, tags: readonly string[]): string {
  return `${name}:${value}|${STAT_TYPE_LETTERS[type]}${rateText(rate)}${tags.length === 0 ? '' : `|#${tags.join(',')}`}`;
}

/** @param tags none: a line without the marks of the dialect */
export function metricLine(line: MetricLine, style?: TagStyle, tags: readonly Tag[] = []): string {
  const { name, value, type, rate } = line;
  const rest = `:${value}|${STAT_TYPE_LETTERS[type]}${rateText(rate)}`;
  if (style === undefined || tags.length === 0) return `${name}${rest}`;
  if (style === 'dogstatsd') return lineWithTagList(line, tags.map((tag) => `${tag.name}:${tag.value}`));
  const pairs = tags.map((tag) => `${tag.name}=${tag.value}`).join(',');
  if (style === 'influxdb') return `${name},${pairs}${rest}`;
  return style === 'librato' ? `${name}#${pairs}${rest}` : `${name}[${pairs}]${rest}`;
}

/** Names of users can hold what ends a field of a line, and a line. */
export function inLine(value: string): string {
  // eslint-disable-next-line no-control-regex
  return value.replace(/[\0-\x1f\x7f:|]/g, '_');
}

function rateText(rate: number | null | undefined): string {
  return rate === null || rate === undefined || rate === 1 ? '' : `|@${rate}`;
}
