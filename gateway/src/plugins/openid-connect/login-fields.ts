/** Logins and logouts of users in browsers, and the answers to clients that may not pass. */
import { array, boolean, number, string } from '../../model/schema/field.ts';
import { additions, addresses, clientAuthentication, flag, GRANTS, text, texts } from './field-kinds.ts';

/** Values of SameSite; `Default` leaves it out. */
export const SAME_SITE = ['Strict', 'Lax', 'None', 'Default'] as const;

export const loginFields = {
  login_methods: array(string({ one_of: GRANTS }), {
    required: false, default: ['authorization_code'], description: 'Kinds of credentials after which `login_action` happens.',
  }),
  login_action: string({
    required: false, default: 'upstream', one_of: ['upstream', 'response', 'redirect'],
    description: 'What happens after a login: the request is proxied, answered with tokens, or redirected.',
  }),
  login_tokens: array(string({ one_of: ['id_token', 'access_token', 'refresh_token', 'tokens', 'introspection'] }), {
    required: false, default: ['id_token'], description: 'Tokens in that answer, or in that redirection.',
  }),
  login_redirect_mode: string({
    required: false, default: 'fragment', one_of: ['query', 'fragment'], description: 'Part of the URL that these tokens are in.',
  }),
  login_redirect_uri: addresses('Where users are sent after a login, in the order of the client ids.'),
  redirect_uri: addresses('Where the provider sends users back to, in the order of the client ids. Default: the URL of the request.'),
  logout_methods: array(string({ one_of: ['POST', 'GET', 'DELETE'] }), {
    required: false, default: ['POST', 'DELETE'], description: 'Methods of requests that log out.',
  }),
  logout_query_arg: text('Query argument of requests that log out.'),
  logout_post_arg: text('Field in the body of requests that log out.'),
  logout_uri_suffix: text('End of the path of requests that log out.'),
  logout_redirect_uri: addresses('Where users are sent after a logout, in the order of the client ids.'),
  logout_revoke: flag(false, 'Whether a logout revokes tokens at the provider.'),
  logout_revoke_access_token: flag(true, 'Whether it revokes the access token.'),
  logout_revoke_refresh_token: flag(true, 'Whether it revokes the refresh token.'),
  revocation_endpoint_auth_method: clientAuthentication('revocation'),
  revocation_token_param_name: string({
    required: false, default: 'token', description: 'Name of the token in requests for its revocation.',
  }),
  response_mode: string({
    required: false, default: 'query', one_of: ['query', 'form_post', 'fragment', 'query.jwt', 'form_post.jwt', 'fragment.jwt', 'jwt'],
    description: 'How the provider hands the code over.',
  }),
  response_type: array(string(), { required: false, default: ['code'], description: 'What is asked of the provider.' }),
  scopes: array(string({ referenceable: true }), { required: false, default: ['openid'], description: 'Scopes that are asked for.' }),
  audience: texts('Audiences that are asked for.'),
  max_age: number({ required: false, description: 'Seconds after which a login has to be repeated.' }),
  ...additions('authorization_query_args', 'query arguments for the login page'),
  pushed_authorization_request_endpoint_auth_method: clientAuthentication('pushed authorization request'),
  authorization_cookie_name: string({ required: false, default: 'authorization', description: 'Name of the cookie during a login.' }),
  authorization_cookie_path: string({ required: false, default: '/', starts_with: '/', description: 'Path of this cookie.' }),
  authorization_cookie_domain: text('Domain of this cookie.'),
  authorization_cookie_same_site: string({
    required: false, default: 'Default', one_of: SAME_SITE, description: 'SameSite of this cookie.',
  }),
  authorization_cookie_http_only: flag(true, 'Whether scripts cannot read this cookie.'),
  authorization_cookie_secure: boolean({ required: false, description: 'Whether this cookie is for https only. Default: as the request.' }),
  authorization_rolling_timeout: number({ required: false, default: 600, description: 'Seconds that a login may take.' }),
  unauthorized_redirect_uri: addresses('Where clients without a valid credential are sent, in the order of the client ids.'),
  unauthorized_error_message: string({
    required: false, default: 'Unauthorized', description: 'Message for clients without a valid credential.',
  }),
  unauthorized_destroy_session: flag(true, 'Whether their session ends.'),
  forbidden_redirect_uri: addresses('Where clients that may not pass are sent, in the order of the client ids.'),
  forbidden_error_message: string({ required: false, default: 'Forbidden', description: 'Message for clients that may not pass.' }),
  forbidden_destroy_session: flag(true, 'Whether their session ends.'),
  unexpected_redirect_uri: addresses('Where clients are sent when something fails, in the order of the client ids.'),
  display_errors: flag(false, 'Whether answers say what has failed.'),
  expose_error_code: flag(true, 'Whether WWW-Authenticate contains the error code. RFC 6750'),
} as const;


