/** request-size-limiting: rejects requests with large bodies. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, integer, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsHttp } from '../../model/schema/typedefs.ts';

const config = record({
  allowed_payload_size: integer({ default: 128, description: 'Largest size of a body, in the unit of `size_unit`.' }),
  size_unit: string({
    required: true, default: 'megabytes', one_of: ['megabytes', 'kilobytes', 'bytes'], description: 'Unit of the size.',
  }),
  require_content_length: boolean({
    required: true, default: false, description: 'Whether requests with a body must have a Content-Length header.',
  }),
}, { required: true });

export type RequestSizeLimitingConfig = RecordOf<typeof config.fields>;

export const requestSizeLimiting = definePlugin({
  name: 'request-size-limiting',
  priority: 951,
  fields: { protocols: protocolsHttp, config },
});
