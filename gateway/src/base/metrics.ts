/** Metrics in Prometheus' text format. */

export interface Sample {
  /** Behind the name of the family, such as `_sum`. @default - nothing */
  readonly suffix?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricFamily {
  readonly name: string;
  readonly help: string;
  /** @default 'gauge' */
  readonly type?: 'counter' | 'gauge' | 'histogram';
  readonly samples: readonly Sample[];
}

/** Content type of the texts. */
export const METRICS_TYPE = 'text/plain; charset=UTF-8';

export function metricsText(families: Iterable<MetricFamily>): string {
  let text = '';
  for (const { name, help, type = 'gauge', samples } of families) {
    if (samples.length === 0) continue;
    text += `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type}\n`;
    for (const { suffix = '', labels = {}, value } of samples) text += `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`;
  }
  return text;
}

function labelText(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapedLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapedLabel(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
}

function escapedHelp(help: string): string {
  return help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

export function numberText(value: number): string {
  return value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
}
