/** Requests for tokens, for what they mean, and for data about users. */
import { array, boolean, string } from '../../model/schema/field.ts';
import { additions, clientAuthentication, flag, text, texts } from './field-kinds.ts';

export const tokenRequestFields = {
  token_endpoint_auth_method: clientAuthentication('token'),
  ...additions('token_headers', 'headers for requests for tokens'),
  token_headers_replay: texts('Names of headers of the answer that clients get, too.'),
  token_headers_prefix: text('Put before the names of these headers.'),
  token_headers_grants: array(string({ one_of: ['password', 'client_credentials', 'authorization_code', 'refresh_token'] }), {
    required: false, description: 'Kinds of credentials with which clients get these headers.',
  }),
  ...additions('token_post_args', 'fields for requests for tokens'),
  introspect_jwt_tokens: flag(false, 'Whether to ask the provider about tokens that could be verified here, too.'),
  introspection_endpoint_auth_method: clientAuthentication('introspection'),
  introspection_hint: string({ required: false, default: 'access_token', description: 'Kind of the token in the question.' }),
  introspection_check_active: flag(true, 'Whether only active tokens are accepted.'),
  introspection_accept: string({
    required: false, default: 'application/json', one_of: ['application/json', 'application/token-introspection+jwt', 'application/jwt'],
    description: 'Form of the answer.',
  }),
  introspection_token_param_name: string({ required: false, default: 'token', description: 'Name of the token in the question.' }),
  ...additions('introspection_headers', 'headers for questions about tokens'),
  ...additions('introspection_post_args', 'fields for questions about tokens'),
  introspection_post_args_client_headers: texts('Names of headers of the client whose values become fields of questions about tokens.'),
  search_user_info: flag(false, 'Whether claims are looked for in data about the user, too.'),
  userinfo_accept: string({
    required: false, default: 'application/json', one_of: ['application/json', 'application/jwt'], description: 'Form of data about users.',
  }),
  ...additions('userinfo_headers', 'headers for requests for data about users'),
  ...additions('userinfo_query_args', 'query arguments for requests for data about users'),
  resolve_distributed_claims: boolean({
    required: false, default: false, description: 'Whether claims that other servers have are read there.',
  }),
} as const;
