/** prometheus: counts requests for Prometheus. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, record } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsAll } from '../../model/schema/typedefs.ts';

const config = record({
  per_consumer: boolean({ default: false, description: 'Whether counters distinguish consumers.' }),
  status_code_metrics: boolean({ default: false, description: 'Whether requests are counted by status.' }),
  ai_metrics: boolean({ default: false, description: 'Whether requests to language models are counted.' }),
  latency_metrics: boolean({ default: false, description: 'Whether times are measured.' }),
  bandwidth_metrics: boolean({ default: false, description: 'Whether bytes are counted.' }),
  upstream_health_metrics: boolean({ default: false, description: 'Whether the health of targets is exported.' }),
}, { required: true });

export type PrometheusConfig = RecordOf<typeof config.fields>;

export const prometheus = definePlugin({
  name: 'prometheus',
  priority: 13,
  fields: { protocols: protocolsAll, config },
});
