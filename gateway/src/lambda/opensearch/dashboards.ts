/** Saved objects of OpenSearch Dashboards: one dashboard over the logs of gateways. */

interface SavedObject {
  readonly type: 'index-pattern' | 'visualization' | 'dashboard';
  readonly id: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly references: readonly { readonly name: string; readonly type: string; readonly id: string }[];
}

interface Chart {
  readonly id: string;
  readonly title: string;
  readonly kind: 'line' | 'histogram' | 'table';
  /** Of Dashboards' query language. */
  readonly query?: string;
  readonly metric: Readonly<Record<string, unknown>>;
  readonly buckets: readonly Readonly<Record<string, unknown>>[];
}

const COUNT = { type: 'count', params: {} };
const OVER_TIME = { type: 'date_histogram', schema: 'segment', params: { field: '@timestamp', interval: 'auto', min_doc_count: 1 } };
const top = (field: string, schema: 'group' | 'bucket', size = 10) =>
  ({ type: 'terms', schema, params: { field, size, order: 'desc', orderBy: '1' } });
const percentiles = (field: string) => ({ type: 'percentiles', params: { field, percents: [50, 95, 99] } });

const CHARTS: readonly Chart[] = [
  { id: 'requests', title: 'Requests by status', kind: 'histogram', metric: COUNT, buckets: [OVER_TIME, top('status', 'group', 8)] },
  {
    id: 'errors', title: 'Routes with server errors', kind: 'table', query: 'status >= 500', metric: COUNT,
    buckets: [top('route', 'bucket'), top('source', 'bucket', 2)],
  },
  { id: 'latency', title: 'Time to answer, ms', kind: 'line', metric: percentiles('total_ms'), buckets: [OVER_TIME] },
  { id: 'gateway-latency', title: 'Time in the gateway, ms', kind: 'line', metric: percentiles('gateway_ms'), buckets: [OVER_TIME] },
  {
    id: 'limited', title: 'Consumers that were limited', kind: 'table', query: 'status : 429', metric: COUNT,
    buckets: [top('consumer', 'bucket'), top('route', 'bucket', 5)],
  },
  {
    id: 'refused', title: 'Requests without valid credentials', kind: 'histogram', query: 'status : 401 or status : 403', metric: COUNT,
    buckets: [OVER_TIME, top('route', 'group', 5)],
  },
];

const INDEX_REFERENCE = 'kibanaSavedObjectMeta.searchSourceJSON.index';

/** Halves of the page, from left to right and top to bottom, in the grid of 48 columns. */
const panelPlace = (at: number) => ({ x: at % 2 * 24, y: Math.floor(at / 2) * 14, w: 24, h: 14 });

/** @param stream name of the data stream, which also begins the ids of the objects */
export function savedObjects(stream: string): readonly SavedObject[] {
  const pattern: SavedObject = {
    type: 'index-pattern', id: stream, attributes: { title: `${stream}*`, timeFieldName: '@timestamp' },
    references: [],
  };
  const charts = CHARTS.map((chart) => visualization(stream, chart));
  return [pattern, ...charts, dashboard(stream, charts)];
}

function visualization(stream: string, { id, title, kind, query = '', metric, buckets }: Chart): SavedObject {
  const aggs = [{ ...metric, schema: 'metric' }, ...buckets].map((agg, at) => ({ id: String(at + 1), enabled: true, ...agg }));
  return {
    type: 'visualization',
    id: `${stream}-${id}`,
    attributes: {
      title,
      description: '',
      version: 1,
      visState: JSON.stringify({ title, type: kind, params: {}, aggs }),
      uiStateJSON: '{}',
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          query: { query, language: 'kuery' }, filter: [],
          indexRefName: INDEX_REFERENCE,
        }),
      },
    },
    references: [{ name: INDEX_REFERENCE, type: 'index-pattern', id: stream }],
  };
}

function dashboard(stream: string, charts: readonly SavedObject[]): SavedObject {
  const panels = charts.map((_, at) => ({
    panelIndex: String(at), panelRefName: `panel_${at}`, embeddableConfig: {}, version: '2.19.0',
    gridData: { ...panelPlace(at), i: String(at) },
  }));
  return {
    type: 'dashboard',
    id: stream,
    attributes: {
      title: 'Gateways',
      description: 'Requests, errors and latency of all data planes',
      version: 1,
      timeRestore: true,
      timeFrom: 'now-24h',
      timeTo: 'now',
      panelsJSON: JSON.stringify(panels),
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      kibanaSavedObjectMeta: { searchSourceJSON: JSON.stringify({ query: { query: '', language: 'kuery' }, filter: [] }) },
    },
    references: charts.map(({ id }, at) => ({ name: `panel_${at}`, type: 'visualization', id })),
  };
}
