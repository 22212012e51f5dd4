/** hmac-auth: rejects requests that are not signed with the secret of a consumer. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { anonymous, hideCredentials, realm } from '../../model/plugin-fields/authentication.ts';
import { array, boolean, number, record, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { hmacAuthCredential } from './entities.ts';

const config = record({
  hide_credentials: hideCredentials,
  clock_skew: number({
    default: 300, gt: 0, description: "Largest difference between the request's date and the node's clock, in seconds.",
  }),
  anonymous,
  validate_request_body: boolean({
    required: true, default: false, description: 'Whether the request must have a Digest header that fits its body.',
  }),
  enforce_headers: array(string(), { default: [], description: 'Headers that the signature must cover.' }),
  algorithms: array(string({ one_of: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'] }), {
    default: ['hmac-sha1', 'hmac-sha256', 'hmac-sha384', 'hmac-sha512'],
    description: 'Algorithms that signatures may use.',
  }),
  realm,
}, { required: true });

export const hmacAuth = definePlugin({
  name: 'hmac-auth',
  priority: 1030,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entities: [hmacAuthCredential],
});

export type HmacAuthConfig = RecordOf<typeof config.fields>;
