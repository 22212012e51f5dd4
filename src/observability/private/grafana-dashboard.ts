/** A dashboard for Grafana, over the metrics of the plugin `prometheus`, which have the names of Kong Gateway 3.9. */

interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly queries: readonly { readonly expr: string; readonly legend: string }[];
}

const ONLY = 'namespace=~"$namespace"';
const quantile = (of: number, metric: string) => ({
  expr: `histogram_quantile(${of}, sum by (le) (rate(${metric}_bucket{${ONLY}}[$__rate_interval])))`,
  legend: `${of * 100} %`,
});
const rateBy = (label: string, metric: string, more = '') => `sum by (${label}) (rate(${metric}{${ONLY}${more}}[$__rate_interval]))`;

const PANELS: readonly Panel[] = [
  { title: 'Requests by status', unit: 'reqps', queries: [{ expr: rateBy('code', 'kong_http_requests_total'), legend: '{{code}}' }] },
  {
    title: 'Server errors by service',
    unit: 'reqps',
    queries: [{ expr: rateBy('service', 'kong_http_requests_total', ',code=~"5.."'), legend: '{{service}}' }],
  },
  { title: 'Time to answer', unit: 'ms', queries: [0.5, 0.95, 0.99].map((of) => quantile(of, 'kong_request_latency_ms')) },
  { title: 'Time in the gateway', unit: 'ms', queries: [0.5, 0.95, 0.99].map((of) => quantile(of, 'kong_kong_latency_ms')) },
  { title: 'Time of upstreams', unit: 'ms', queries: [0.5, 0.95, 0.99].map((of) => quantile(of, 'kong_upstream_latency_ms')) },
  { title: 'Bytes', unit: 'Bps', queries: [{ expr: rateBy('direction', 'kong_bandwidth_bytes'), legend: '{{direction}}' }] },
  {
    title: 'Requests by consumer',
    unit: 'reqps',
    queries: [{ expr: `topk(10, ${rateBy('consumer', 'kong_http_requests_total', ',consumer!=""')})`, legend: '{{consumer}}' }],
  },
  {
    title: 'Targets that do not answer',
    unit: 'short',
    queries: [{ expr: `sum by (upstream) (kong_upstream_target_health{${ONLY},state=~"unhealthy|dns_error"})`, legend: '{{upstream}}' }],
  },
  {
    title: 'Connections',
    unit: 'short',
    queries: [{ expr: `sum by (state) (kong_nginx_connections_total{${ONLY},state=~"active|waiting"})`, legend: '{{state}}' }],
  },
  { title: 'Nodes', unit: 'short', queries: [{ expr: `count by (version) (kong_node_info{${ONLY}})`, legend: '{{version}}' }] },
];

const SOURCE = { type: 'prometheus', uid: '${datasource}' };

/** Two panels in a row of Grafana's 24 columns. */
export function grafanaDashboard(): Readonly<Record<string, unknown>> {
  return {
    uid: 'hybridge-gateways',
    title: 'Gateways',
    schemaVersion: 39,
    editable: true,
    time: { from: 'now-6h', to: 'now' },
    refresh: '1m',
    templating: {
      list: [
        { name: 'datasource', type: 'datasource', query: 'prometheus' },
        {
          name: 'namespace',
          label: 'Plane',
          type: 'query',
          datasource: SOURCE,
          query: 'label_values(kong_node_info, namespace)',
          multi: true,
          includeAll: true,
          refresh: 2,
        },
      ],
    },
    panels: PANELS.map(({ title, unit, queries }, at) => ({
      id: at + 1,
      type: 'timeseries',
      title,
      datasource: SOURCE,
      gridPos: { x: (at % 2) * 12, y: Math.floor(at / 2) * 8, w: 12, h: 8 },
      fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
      targets: queries.map(({ expr, legend }, number) => ({
        refId: String.fromCharCode(65 + number),
        datasource: SOURCE,
        expr,
        legendFormat: legend,
      })),
    })),
  };
}
