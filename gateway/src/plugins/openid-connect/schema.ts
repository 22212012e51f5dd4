/**
 * openid-connect: lets in users and applications that an OpenID provider knows, and logs users in. Paid in Kong: types and defaults are
 * those of the JSON schema in Kong's public documentation, version 3.9.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { record } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { cacheFields } from './cache-fields.ts';
import { clientFields } from './client-fields.ts';
import { consumerFields } from './consumer-fields.ts';
import { credentialFields } from './credential-fields.ts';
import { headerFields } from './header-fields.ts';
import { loginFields } from './login-fields.ts';
import { providerFields } from './provider-fields.ts';
import { sessionFields } from './session-fields.ts';
import { tokenRequestFields } from './token-request-fields.ts';
import { verificationFields } from './verification-fields.ts';

const config = record({
  ...providerFields,
  ...clientFields,
  ...credentialFields,
  ...loginFields,
  ...tokenRequestFields,
  ...verificationFields,
  ...consumerFields,
  ...headerFields,
  ...sessionFields,
  ...cacheFields,
}, { required: true });

export const openidConnect = definePlugin({
  name: 'openid-connect',
  priority: 1050,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
});

export type OpenidConnectConfig = RecordOf<typeof config.fields>;
