/** Alerts of OpenSearch over the logs of gateways. They show in Dashboards. */

interface Alert {
  readonly name: string;
  readonly severity: '1' | '2' | '3';
  /** What is counted over the last five minutes. */
  readonly filter: Readonly<Record<string, unknown>>;
  /** Of all requests of these minutes, in percent. */
  readonly percent: number;
}

/** Of a few requests one is many percent. */
const LEAST_REQUESTS = 100;

const ALERTS: readonly Alert[] = [
  { name: 'server errors', severity: '1', filter: { range: { status: { gte: 500 } } }, percent: 5 },
  { name: 'slow answers', severity: '2', filter: { range: { total_ms: { gte: 3000 } } }, percent: 5 },
  { name: 'requests without valid credentials', severity: '3', filter: { terms: { status: [401, 403] } }, percent: 50 },
];

interface Monitor {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** @param stream name of the data stream, which also begins the names of the monitors */
export function monitors(stream: string): readonly Monitor[] {
  return ALERTS.map(({ name: what, severity, filter, percent }) => {
    const name = `${stream}: ${what}`;
    const query = {
      size: 0,
      track_total_hits: true,
      query: { range: { '@timestamp': { gte: '{{period_end}}||-5m', lte: '{{period_end}}', format: 'epoch_millis' } } },
      aggregations: { found: { filter } },
    };
    const total = 'ctx.results[0].hits.total.value';
    const source = `${total} >= ${LEAST_REQUESTS} && ctx.results[0].aggregations.found.doc_count * 100 > ${total} * ${percent}`;
    return {
      name,
      body: {
        type: 'monitor',
        monitor_type: 'query_level_monitor',
        name,
        enabled: true,
        schedule: { period: { interval: 1, unit: 'MINUTES' } },
        inputs: [{ search: { indices: [`${stream}*`], query } }],
        triggers: [{
          query_level_trigger: {
            name: `more than ${percent} %`, severity, condition: { script: { source, lang: 'painless' } },
            actions: [],
          },
        }],
      },
    };
  });
}
