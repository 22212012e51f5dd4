/**
 * jwt-signer: verifies up to two tokens of a request and signs new ones for the upstream service. Paid in Kong: types and defaults are
 * those of the JSON schema in Kong's public documentation, version 3.9.
 */
import { definePlugin } from '../../model/entities/plugin.ts';
import { boolean, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { claimFields, claims, tokenFields, trustFields } from './token-fields.ts';

const config = record({
  realm: string({ description: 'Realm in the WWW-Authenticate header of a rejection.' }),
  enable_hs_signatures: boolean({ default: false, description: 'Whether signatures with a shared secret are accepted.' }),
  enable_instrumentation: boolean({ default: false, description: 'Whether each step is logged.' }),
  ...tokenFields('access_token', { requestHeader: 'Authorization', upstreamHeader: 'Authorization:Bearer', hint: 'access_token' }),
  ...trustFields('access_token'),
  ...claimFields('access_token'),
  ...tokenFields('channel_token', {}),
  ...trustFields('channel_token'),
  ...claimFields('channel_token'),
  add_claims: claims('Claims that both tokens get unless they have them.'),
  set_claims: claims('Claims that both tokens get, in place of those that they have.'),
}, { required: true });

export const jwtSigner = definePlugin({
  name: 'jwt-signer',
  priority: 1020,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
});

export type JwtSignerConfig = RecordOf<typeof config.fields>;
