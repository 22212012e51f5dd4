/** basic-auth: rejects requests without a username and password of a consumer. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { anonymous, hideCredentials } from '../../model/plugin-fields/authentication.ts';
import { record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { basicAuthCredential } from './entities.ts';

const config = record({
  anonymous,
  hide_credentials: hideCredentials,
  realm: string({
    required: true, default: 'service', description: 'Realm in the WWW-Authenticate header of a 401 response.',
  }),
}, { required: true });

export const basicAuth = definePlugin({
  name: 'basic-auth',
  priority: 1100,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entities: [basicAuthCredential],
});

export type BasicAuthConfig = RecordOf<typeof config.fields>;
