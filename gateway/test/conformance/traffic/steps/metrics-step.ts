/** Step `metrics`: what Prometheus would scrape, as the difference to a mark. */
import { adminClient } from '../../../fixtures/admin-client.ts';
import type { Step } from '../../suite.ts';
import { differences } from '../expectation.ts';
import { withPlaceholders } from '../observation.ts';
import { pause } from '../replay-context.ts';
import type { ObservingStep, ReplayContext } from '../replay-context.ts';

interface MetricsStep {
  readonly mark?: string;
  readonly since?: string;
  readonly only?: string;
  readonly families?: boolean;
  readonly at?: 'status' | 'admin';
  /** Names whose values do not count. */
  readonly loose?: string;
}

export interface Scrape {
  readonly type: string;
  readonly families: ReadonlyMap<string, { readonly type: string; readonly help: boolean }>;
  /** In order, by name and labels. */
  readonly series: ReadonlyMap<string, number>;
}

/** Metrics are up to date after this long. Seconds. */
const FRESH = 1.6;

/** The insides of the original. */
const NOT_REQUIRED = /^kong_memory_/;

export const metricsStep: ObservingStep = async (template: Step, context, recorded) => {
  const step = template.metrics as MetricsStep;
  await pause(FRESH);
  const scrape = await scrapeOf(step, context);
  if (step.mark !== undefined) {
    context.marks.set(step.mark, scrape);
    return [];
  }
  const only = new RegExp(step.only ?? '');
  const before = step.since === undefined ? undefined : context.marks.get(step.since);
  const seen = {
    ...changesOf(scrape, before, step, context),
    ...step.families && {
      type: scrape.type,
      families: Object.fromEntries([...scrape.families].filter(([name]) => only.test(name))),
    },
  };
  return differences(required(recorded), required(seen), context.bindings);
};

async function scrapeOf({ at = 'status' }: MetricsStep, { node }: ReplayContext): Promise<Scrape> {
  const { headers, text } = await adminClient(`http://127.0.0.1:${node.ports[at]}`).send('GET', '/metrics');
  const families = new Map<string, { type: string; help: boolean }>();
  const series = new Map<string, number>();
  const helped = new Set<string>();
  for (const line of text.split('\n')) {
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) ?(.*)$/.exec(line) ?? [];
    if (word === 'HELP' && rest !== '') helped.add(name);
    if (word === 'TYPE') families.set(name, { type: rest, help: helped.has(name) });
    const [, key, value] = /^([a-zA-Z_:][\w:]*(?:\{.*\})?) (\S+)$/.exec(line) ?? [];
    if (key !== undefined) series.set(key.includes('{') ? key : `${key}{}`, Number(value));
  }
  return { type: String(headers['content-type']), families, series };
}

function changesOf(scrape: Scrape, before: Scrape | undefined, { only = '', loose }: MetricsStep, { ports }: ReplayContext) {
  const series: string[] = [];
  const histograms: Record<string, { count: number; le: string[] }> = {};
  for (const [key, value] of scrape.series) {
    const name = key.slice(0, key.indexOf('{'));
    const base = name.replace(/_(?:bucket|sum|count)$/, '');
    const isHistogram = scrape.families.get(base)?.type === 'histogram';
    if (!new RegExp(only).test(isHistogram ? base : name)) continue;
    const difference = value - (before?.series.get(key) ?? 0);
    if (isHistogram) addToHistogram(histograms, base, key, difference);
    else if (scrape.families.get(name)?.type !== 'counter') series.push(`${key} ${shown(name, value, loose)}`);
    else if (difference !== 0) series.push(`${key} ${shown(name, difference, loose)}`);
  }
  return {
    series: series.map((line) => withPlaceholders(line, ports)),
    histograms: Object.fromEntries(Object.entries(histograms).filter(([, { count }]) => count > 0)),
  };
}

function shown(name: string, value: number, loose: string | undefined): string {
  return loose !== undefined && new RegExp(loose).test(name) ? '<n>' : String(value);
}

function addToHistogram(
  histograms: Record<string, { count: number; le: string[] }>, base: string, key: string, difference: number,
): void {
  const le = /[{,]le="([^"]*)"/.exec(key)?.[1];
  const labels = key.slice(key.indexOf('{')).replace(/(?<=\{)le="[^"]*",?|,le="[^"]*"/, '');
  const histogram = histograms[base + labels] ??= { count: 0, le: [] };
  if (le !== undefined) histogram.le.push(le);
  else if (key.startsWith(`${base}_count{`)) histogram.count = difference;
}

/** Without what is not required. */
function required(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((line) => !NOT_REQUIRED.test(String(line)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value)
    .filter(([name]) => !NOT_REQUIRED.test(name))
    .map(([name, item]) => [name, name === 'series' || name === 'families' ? required(item) : item]));
}
