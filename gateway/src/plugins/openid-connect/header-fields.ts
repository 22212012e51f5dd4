/** Headers with tokens and claims, for the upstream service and for the client. */
import { string } from '../../model/schema/field.ts';
import { text, texts } from './field-kinds.ts';

const TOKENS = [
  ['access_token_jwk', 'the key of the access token'],
  ['id_token', 'the id token'],
  ['id_token_jwk', 'the key of the id token'],
  ['refresh_token', 'the refresh token'],
  ['user_info', 'data about the user'],
  ['user_info_jwt', 'data about the user as a signed token'],
  ['introspection', 'the answer about the token'],
  ['introspection_jwt', 'the answer about the token as a signed token'],
  ['session_id', 'the id of the session'],
] as const;

type Names = `${typeof TOKENS[number][0]}_header`;

function tokenHeaders<const P extends string>(side: P, receiver: string) {
  return Object.fromEntries(TOKENS.map(([name, what]) => [`${side}_${name}_header`, text(`Header of the ${receiver} with ${what}.`)])) as {
    readonly [K in `${P}_${Names}`]: ReturnType<typeof text>;
  };
}

export const headerFields = {
  upstream_headers_claims: texts('Claims that become headers of the request.'),
  upstream_headers_names: texts('Names of these headers, in the order of the claims.'),
  upstream_access_token_header: string({
    required: false, default: 'authorization:bearer',
    description: 'Header of the request with the access token; after a colon, what is before it.',
  }),
  ...tokenHeaders('upstream', 'request'),
  downstream_headers_claims: texts('Claims that become headers of the response.'),
  downstream_headers_names: texts('Names of these headers, in the order of the claims.'),
  downstream_access_token_header: text('Header of the response with the access token.'),
  ...tokenHeaders('downstream', 'response'),
} as const;
