/** key-auth: a request must carry a key that belongs to a consumer. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { array, boolean, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { headerName, noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { keyAuthCredential } from './entities.ts';

const config = record({
  key_names: array(headerName, { required: true, default: ['apikey'], description: 'Names of the header, query argument or body field that holds the key.' }),
  hide_credentials: boolean({ required: true, default: false, description: 'Whether the key is taken out of the request before it is sent on.' }),
  anonymous: string({ description: 'Id or username of the consumer that a request without a valid key counts as. Without it such a request is refused.' }),
  key_in_header: boolean({ required: true, default: true, description: 'Whether the key may be in a header.' }),
  key_in_query: boolean({ required: true, default: true, description: 'Whether the key may be in the query.' }),
  key_in_body: boolean({ required: true, default: false, description: 'Whether the key may be in the body (JSON, form or multipart).' }),
  run_on_preflight: boolean({ required: true, default: true, description: 'Whether OPTIONS requests need a key, too.' }),
  realm: string({ required: false, description: 'The realm in the WWW-Authenticate header of a refusal.' }),
}, { required: true });

export const keyAuth = definePlugin({
  name: 'key-auth',
  // Authentication comes before what needs to know the consumer.
  priority: 1250,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entities: [keyAuthCredential],
});

export type KeyAuthConfig = RecordOf<typeof config.fields>;
