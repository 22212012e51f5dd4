/** What makes a data stream: index template and retention. */
import { FIELDS } from './log-document.ts';

/** Shards grow to what one node searches fast, and no index is older than a day, so that a day can be deleted. */
const ROLLOVER = { min_size: '30gb', min_index_age: '1d' };

export function indexTemplate(stream: string): Readonly<Record<string, unknown>> {
  return {
    index_patterns: [`${stream}*`],
    // Above the templates that OpenSearch brings for logs-*.
    priority: 500,
    data_stream: { timestamp_field: { name: '@timestamp' } },
    template: {
      settings: { 'index.refresh_interval': '5s', 'index.number_of_shards': 1, 'index.number_of_replicas': 1 },
      mappings: {
        // What is in no list is kept, and not indexed: clients cannot create fields by sending names.
        dynamic: false,
        properties: Object.fromEntries(Object.entries(FIELDS).map(([name, { mapping }]) => [name, mapping])),
      },
    },
  };
}

export function retentionPolicy(stream: string, days: number): Readonly<Record<string, unknown>> {
  return {
    policy: {
      description: `Logs of gateways: kept for ${days} days`,
      default_state: 'written',
      states: [
        {
          name: 'written', actions: [{ rollover: ROLLOVER }],
          transitions: [{ state_name: 'deleted', conditions: { min_index_age: `${days}d` } }],
        },
        { name: 'deleted', actions: [{ delete: {} }], transitions: [] },
      ],
      ism_template: [{ index_patterns: [`${stream}*`], priority: 500 }],
    },
  };
}
