/** Kinds of fields that openid-connect has many of. */
import { array, boolean, string } from '../../model/schema/field.ts';
import { url } from '../../model/schema/typedefs.ts';

/** Ways to get a token, or to prove that one has it. */
export const GRANTS = [
  'password', 'client_credentials', 'authorization_code', 'bearer', 'introspection', 'userinfo', 'kong_oauth2', 'refresh_token', 'session',
] as const;

/** How the gateway proves to the provider who it is. */
export const CLIENT_AUTHENTICATIONS = [
  'client_secret_basic', 'client_secret_post', 'client_secret_jwt', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth',
  'none',
] as const;

export function flag<const D extends boolean>(value: D, description: string) {
  return boolean({ required: false, default: value, description });
}

export function texts(description: string) {
  return array(string(), { required: false, description });
}

export function text(description: string) {
  return string({ required: false, description });
}

export function address(description: string) {
  return { ...url, required: false, description } as const;
}

export function addresses(description: string) {
  return array(url, { required: false, description });
}

export function clientAuthentication(endpoint: string) {
  return string({
    required: false, one_of: CLIENT_AUTHENTICATIONS,
    description: `How the gateway authenticates at the ${endpoint} endpoint. Default: \`client_auth\`.`,
  });
}

/** Where requests may carry a credential. */
export function places<const P extends readonly string[]>(allowed: P, what: string) {
  return array(string({ one_of: allowed }), {
    required: false, default: [...allowed].filter((place) => place !== 'cookie'), description: `Where requests may carry ${what}.`,
  });
}

/** Headers or arguments of a request to the provider: fixed ones by two lists, and those that are taken from the client's request. */
export function additions<const P extends string>(prefix: P, what: string) {
  return {
    [`${prefix}_names`]: texts(`Names of more ${what}.`),
    [`${prefix}_values`]: texts(`Values of these ${what}, in the order of the names.`),
    [`${prefix}_client`]: texts(`Names of ${what} that are taken from the request of the client.`),
  } as { readonly [K in `${P}_${'names' | 'values' | 'client'}`]: ReturnType<typeof texts> };
}
