/** oauth2: is an authorization server of OAuth 2.0 and rejects requests without its access tokens. */
import { definePlugin } from '../../model/entities/plugin.ts';
import { anonymous, hideCredentials, realm } from '../../model/plugin-fields/authentication.ts';
import { array, boolean, number, record, string } from '../../model/schema/field.ts';
import type { EntityValue } from '../../model/schema/field.ts';
import { noConsumer, protocolsHttp } from '../../model/schema/typedefs.ts';
import { oauth2AuthorizationCode, oauth2Credential, oauth2Token } from './entities.ts';

const GRANTS = ['enable_authorization_code', 'enable_implicit_grant', 'enable_client_credentials', 'enable_password_grant'] as const;

function grantsViolation(config: EntityValue): string | undefined {
  return GRANTS.some((grant) => config[grant] === true)
    ? undefined : `at least one of these fields must be true: ${GRANTS.join(', ')}`;
}

const config = record({
  scopes: array(string(), { description: 'Scopes that clients may ask for.' }),
  mandatory_scope: boolean({
    required: true, default: false, description: 'Whether clients must ask for at least one scope.',
  }),
  provision_key: string({
    required: true, auto: true, unique: true, encrypted: true,
    description: 'Key that proves to the authorization endpoint that the login page asks; generated when absent.',
  }),
  token_expiration: number({
    required: true, default: 7200, description: 'Seconds for which an access token is valid; 0 without end.',
  }),
  enable_authorization_code: boolean({
    required: true, default: false, description: 'Whether the grant with authorization codes is possible.',
  }),
  enable_implicit_grant: boolean({ required: true, default: false, description: 'Whether the implicit grant is possible.' }),
  enable_client_credentials: boolean({
    required: true, default: false, description: 'Whether the grant with client credentials is possible.',
  }),
  enable_password_grant: boolean({
    required: true, default: false, description: 'Whether the grant with the password of the user is possible.',
  }),
  hide_credentials: hideCredentials,
  accept_http_if_already_terminated: boolean({
    required: true, default: false,
    description: 'Whether requests count as https when a trusted proxy says so in X-Forwarded-Proto.',
  }),
  anonymous,
  global_credentials: boolean({
    required: true, default: false, description: 'Whether tokens of other services with this setting are accepted.',
  }),
  auth_header_name: string({ default: 'authorization', description: 'Header that carries the access token.' }),
  refresh_token_ttl: number({
    required: true, default: 1209600, between: [0, 100000000],
    description: 'Seconds for which a refresh token is valid; 0 without end.',
  }),
  reuse_refresh_token: boolean({
    required: true, default: false, description: 'Whether a refresh token stays valid after it was used.',
  }),
  pkce: string({
    required: false, default: 'lax', one_of: ['none', 'lax', 'strict'],
    description: 'When clients must prove that they started the flow (PKCE): never, public clients, or all.',
  }),
  realm,
}, {
  required: true,
  check: grantsViolation,
  entity_checks: [
    { conditional: { if_field: 'mandatory_scope', if_match: { eq: true }, then_field: 'scopes', then_match: { required: true } } },
  ],
});

export const oauth2 = definePlugin({
  name: 'oauth2',
  priority: 1400,
  fields: { consumer: noConsumer, protocols: protocolsHttp, config },
  entities: [oauth2Credential, oauth2AuthorizationCode, oauth2Token],
});
