/** jwt: rejects requests without a JSON Web Token that a consumer's secret or key has signed. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { anonymous, realm } from '../../model/plugin-fields/authentication.ts';
import { boolean, number, record, set, string } from '../../model/schema/field.ts';
import type { RecordOf } from '../../model/schema/infer.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { jwtSecret } from './entities.ts';

const config = record({
  uri_param_names: set(string(), { default: ['jwt'], description: 'Query arguments to look for the token in.' }),
  cookie_names: set(string(), { default: [], description: 'Cookies to look for the token in.' }),
  key_claim_name: string({ default: 'iss', description: 'Claim that names the credential.' }),
  secret_is_base64: boolean({
    required: true, default: false, description: 'Whether the secrets of credentials are in base64.',
  }),
  claims_to_verify: set(string({ one_of: ['exp', 'nbf'] }), {
    description: 'Claims of time that are verified in addition to the signature.',
  }),
  anonymous,
  run_on_preflight: boolean({ required: true, default: true, description: 'Whether OPTIONS requests need a token.' }),
  maximum_expiration: number({
    default: 0, between: [0, 31536000], description: 'Longest time until a token expires, in seconds; 0 for no limit.',
  }),
  header_names: set(string(), { default: ['authorization'], description: 'Headers to look for the token in.' }),
  realm,
}, { required: true });

export const jwt = definePlugin({
  name: 'jwt',
  priority: 1450,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entity_checks: [
    {
      conditional: {
        if_field: 'config.maximum_expiration',
        if_match: { gt: 0 },
        then_field: 'config.claims_to_verify',
        then_match: { contains: 'exp' },
      },
    },
  ],
  entities: [jwtSecret],
});

export type JwtConfig = RecordOf<typeof config.fields>;
