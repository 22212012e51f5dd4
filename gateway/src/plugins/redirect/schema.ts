/** redirect: answers with a redirection. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, integer, record } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { protocolsHttp, url } from '../../model/schema/typedefs.ts';

const config = record({
  status_code: integer({
    required: true, default: 301, between: [100, 599], description: 'Status of the response.',
  }),
  location: { ...url, required: true, description: 'URL to redirect to.' },
  keep_incoming_path: boolean({
    default: false, description: 'Whether the path and query of the request are added to the URL.',
  }),
}, { required: true });

export type RedirectConfig = RecordOf<typeof config.fields>;

export const redirect = definePlugin({
  name: 'redirect',
  priority: 779,
  fields: { protocols: protocolsHttp, config },
});
