/** key-auth: rejects requests without the key of a consumer. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, boolean, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { headerName, noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { keyAuthCredential } from './entities.ts';

const config = record({
  key_names: array(headerName, {
    required: true, default: ['apikey'], description: 'Names of the header, query argument or body field that contains the key.',
  }),
  hide_credentials: boolean({
    required: true, default: false, description: 'Whether to remove the key from the request before proxying it.',
  }),
  anonymous: string({
    description: 'Id or username of the consumer for requests without a valid key. Default: such requests are rejected.',
  }),
  key_in_header: boolean({ required: true, default: true, description: 'Whether to look for the key in headers.' }),
  key_in_query: boolean({ required: true, default: true, description: 'Whether to look for the key in the query.' }),
  key_in_body: boolean({
    required: true, default: false, description: 'Whether to look for the key in the body (JSON, form or multipart).',
  }),
  run_on_preflight: boolean({ required: true, default: true, description: 'Whether OPTIONS requests need a key.' }),
  realm: string({ required: false, description: 'Realm in the WWW-Authenticate header of a 401 response.' }),
}, { required: true });

export const keyAuth = definePlugin({
  name: 'key-auth',
  // Authentication runs before plugins that depend on the consumer.
  priority: 1250,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entities: [keyAuthCredential],
});

export type KeyAuthConfig = RecordOf<typeof config.fields>;
