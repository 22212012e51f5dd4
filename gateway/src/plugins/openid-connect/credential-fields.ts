/** What requests may carry to be let in, and where. */
import { array, string } from '../../model/schema/field.ts';
import { flag, GRANTS, places, text } from './field-kinds.ts';

const REQUEST = ['header', 'query', 'body'] as const;

export const credentialFields = {
  auth_methods: array(string({ one_of: GRANTS }), {
    required: false, default: GRANTS,
    description: 'Kinds of credentials that are accepted.',
  }),
  anonymous: text('Id or username of the consumer for requests without a valid credential. Default: such requests are rejected.'),
  bearer_token_param_type: array(string({ one_of: ['header', 'cookie', 'query', 'body'] }), {
    required: false, default: REQUEST, description: 'Where requests may carry an access token.',
  }),
  bearer_token_cookie_name: text('Cookie that carries the access token.'),
  client_credentials_param_type: places(REQUEST, 'the id and the secret of a client'),
  password_param_type: places(REQUEST, 'a user name and a password'),
  id_token_param_type: places(REQUEST, 'an id token'),
  id_token_param_name: text('Name of the header, argument or field with the id token.'),
  refresh_token_param_type: places(REQUEST, 'a refresh token'),
  refresh_token_param_name: text('Name of the header, argument or field with the refresh token.'),
  refresh_tokens: flag(true, 'Whether an expired access token is renewed with its refresh token.'),
  hide_credentials: flag(false, 'Whether to remove the credentials from the request before proxying it.'),
  preserve_query_args: flag(false, 'Whether the query of a request outlives the login that it leads to.'),
  run_on_preflight: flag(true, 'Whether OPTIONS requests need a credential.'),
} as const;
