/** correlation-id: gives every request an id in a header. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  header_name: string({ default: 'Kong-Request-ID', description: 'Header that carries the id.' }),
  generator: string({
    required: true, default: 'uuid#counter', one_of: ['uuid', 'uuid#counter', 'tracker'],
    description: 'How ids are made: a UUID, a UUID of the process with a counter, or one with address, time and connection.',
  }),
  echo_downstream: boolean({ required: true, default: false, description: 'Whether the response has the header, too.' }),
}, { required: true });

export type CorrelationIdConfig = RecordOf<typeof config.fields>;

export const correlationId = definePlugin({
  name: 'correlation-id',
  priority: 100001,
  fields: { protocols: protocolsHttp, config },
});
