/** The gateway as a client of the provider: its ids, secrets and keys. */
import { array, boolean, record, string } from '../../model/schema/field.ts';
import { uuid } from '../../model/schema/typedefs.ts';
import { CLIENT_AUTHENTICATIONS, flag, text } from './field-kinds.ts';

const ALGORITHMS = [
  'HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA',
] as const;

/** Members of a JSON Web Key that are secret. RFC 7517, RFC 7518 */
function secret(description: string) {
  return string({ required: false, encrypted: true, referenceable: true, description });
}

const jwk = record({
  'issuer': text('Issuer that the key is for.'),
  'kty': text('Type of the key.'),
  'use': text('What the key is for: `sig` or `enc`.'),
  'key_ops': array(string(), { required: false, description: 'Operations that the key is for.' }),
  'alg': text('Algorithm that the key is for.'),
  'kid': text('Id of the key.'),
  'x5u': text('URL of the certificate of the key.'),
  'x5c': array(string(), { required: false, description: 'The certificate of the key, with its chain.' }),
  'x5t': text('SHA-1 digest of the certificate.'),
  'x5t#S256': text('SHA-256 digest of the certificate.'),
  'k': secret('The key, when it is symmetric.'),
  'x': text('First coordinate of the public point, or the public key.'),
  'y': text('Second coordinate of the public point.'),
  'crv': text('The curve.'),
  'n': text('Modulus.'),
  'e': text('Public exponent.'),
  'd': secret('Private exponent, or the private key.'),
  'p': secret('First prime factor.'),
  'q': secret('Second prime factor.'),
  'dp': secret('Exponent of the first factor.'),
  'dq': secret('Exponent of the second factor.'),
  'qi': secret('Coefficient of the factors.'),
  'oth': secret('More prime factors.'),
  'r': secret('Prime factor, of those beyond two.'),
  't': secret('Coefficient, of the factors beyond two.'),
});

export const clientFields = {
  client_id: array(string({ referenceable: true, encrypted: true }), {
    required: false,
    description: 'Ids of the gateway at the provider.',
  }),
  client_secret: array(string({ referenceable: true, encrypted: true }), {
    required: false, description: 'Secrets of the gateway, in the order of the ids.',
  }),
  client_auth: array(string({ one_of: CLIENT_AUTHENTICATIONS }), {
    required: false, description: 'How the gateway authenticates, in the order of the ids. Default: as the provider says.',
  }),
  client_jwk: array(jwk, { required: false, description: 'Keys that the gateway signs with to authenticate, in the order of the ids.' }),
  client_alg: array(string({ one_of: ALGORITHMS }), {
    required: false, description: 'Algorithms of these signatures, in the order of the ids.',
  }),
  client_arg: string({
    required: false, default: 'client_id', description: 'Header, argument or field by which a client chooses one of the ids.',
  }),
  tls_client_auth_cert_id: { ...uuid, required: false, description: 'Id of the certificate that the gateway authenticates with.' },
  tls_client_auth_ssl_verify: flag(true, 'Whether to verify the certificate of the provider then.'),
  domains: array(string(), { required: false, description: 'Domains of users that may log in, by the claim `hd`.' }),
  require_proof_key_for_code_exchange: boolean({ required: false, description: 'Whether PKCE is used. Default: as the provider says.' }),
  require_pushed_authorization_requests: boolean({
    required: false, description: 'Whether authorization requests are sent ahead. Default: as the provider says.',
  }),
  require_signed_request_object: boolean({
    required: false, description: 'Whether authorization requests are signed. Default: as the provider says.',
  }),
} as const;
