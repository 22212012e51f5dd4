/** Configuration of jwt-signer for each of its two tokens. */
import { array, boolean, map, number, string } from '../../model/schema/field.ts';
import type { Fields } from '../../model/schema/field.ts';
import { url, uuid } from '../../model/schema/typedefs.ts';

type TokenName = 'access_token' | 'channel_token';

const ALGORITHMS = [
  'HS256', 'HS384', 'HS512', 'RS256', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA',
] as const;

interface TokenDefaults {
  readonly requestHeader?: string;
  readonly upstreamHeader?: string;
  /** Of the kind of the token in questions about it. */
  readonly hint?: string;
}

/** Names of fields with the name of the token in front. */
function prefixed<const P extends string, const F extends Fields>(prefix: P, fields: F) {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [`${prefix}_${name}`, field])) as unknown as
    { readonly [K in keyof F & string as `${P}_${K}`]: F[K] };
}

/** Names of fields with the name of the token inside: `verify_*_expiry`. A trailing `*` is the end. */
function around<const T extends string, const F extends Fields>(token: T, fields: F): Fields {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [name.replace('*', token), field]));
}

function text(description: string, value?: string) {
  return string({ description, ...value !== undefined && { default: value } });
}

const consumerBy = array(string({ one_of: ['id', 'username', 'custom_id'] }), {
  default: ['username', 'custom_id'], description: 'Fields of consumers that are compared with the claim.',
});

const consumerClaim = array(string(), {
  description: 'Claim that names the consumer; the names on the way to it when it is nested. Default: no consumer.',
});

const scopesClaim = array(string(), {
  default: ['scope'], description: 'Claim with the scopes; the names on the way to it when it is nested.',
});

const scopesRequired = array(string(), { description: 'Scopes of which one is needed; those in one text, separated by spaces, all.' });

/** Access to a server of keys, and how often they are read. */
function keysFields(what: string) {
  return {
    client_username: string({ referenceable: true, description: `User to log in as where ${what} are.` }),
    client_password: string({ referenceable: true, encrypted: true, description: 'Password of this user.' }),
    client_certificate: { ...uuid, description: `Id of the certificate to present where ${what} are.` },
    rotate_period: number({ default: 0, description: 'Seconds after which they are read again; 0 never.' }),
  } as const;
}

export function tokenFields<const T extends TokenName>(token: T, { requestHeader, upstreamHeader, hint }: TokenDefaults) {
  return prefixed(token, {
    issuer: text('Issuer of the new token.', 'kong'),
    keyset: text('Name, or URL, of the keys that sign it.', 'kong'),
    ...prefixed('keyset', keysFields('these keys')),
    jwks_uri: { ...url, description: 'URL of the keys that the token of the client is verified with.' },
    ...prefixed('jwks_uri', keysFields('these keys')),
    request_header: text('Header of the request with the token.', requestHeader),
    leeway: number({ default: 0, description: 'Seconds that clocks may differ.' }),
    scopes_required: scopesRequired,
    scopes_claim: scopesClaim,
    consumer_claim: consumerClaim,
    consumer_by: consumerBy,
    upstream_header: text('Header for the upstream service with the new token; after a colon, what is before it.', upstreamHeader),
    upstream_leeway: number({ default: 0, description: 'Seconds that the new token is valid longer, or shorter.' }),
    introspection_endpoint: { ...url, description: 'URL for questions about tokens that are no JSON Web Tokens.' },
    introspection_authorization: text('Value of Authorization for these questions.'),
    introspection_body_args: text('More fields of these questions, as in a form.'),
    introspection_hint: text('Kind of the token in these questions.', hint),
    introspection_jwt_claim: array(string(), { description: 'Member of the answer with a JSON Web Token.' }),
    introspection_scopes_required: scopesRequired,
    introspection_scopes_claim: { ...scopesClaim, required: true },
    introspection_consumer_claim: consumerClaim,
    introspection_consumer_by: consumerBy,
    introspection_leeway: number({ default: 0, description: 'Seconds that clocks may differ in answers.' }),
    introspection_timeout: number({ description: 'Milliseconds to wait for an answer.' }),
    signing_algorithm: string({ default: 'RS256', one_of: ALGORITHMS, description: 'Algorithm that the new token is signed with.' }),
    optional: boolean({ default: false, description: 'Whether requests without the token may pass.' }),
  });
}

export function trustFields(token: TokenName): Fields {
  const yes = (description: string) => boolean({ default: true, description });
  return around(token, {
    'verify_*_signature': yes('Whether the signature is verified.'),
    'verify_*_expiry': yes('Whether the time at which the token ends is verified.'),
    'verify_*_scopes': yes('Whether the scopes are verified.'),
    'verify_*_introspection_expiry': yes('Whether the time at which the token ends is verified in answers.'),
    'verify_*_introspection_scopes': yes('Whether the scopes are verified in answers.'),
    'cache_*_introspection': yes('Whether answers are remembered.'),
    'trust_*_introspection': yes('Whether the token in an answer is signed again without being verified.'),
    'enable_*_introspection': yes('Whether tokens that are no JSON Web Tokens are asked about.'),
    'original_*_upstream_header': text('Header for the upstream service with the token of the client.'),
  });
}

export function claims(description: string) {
  return map(string(), string(), { required: false, description });
}

export function claimFields(token: TokenName): Fields {
  return around(token, {
    'add_*_claims': claims('Claims that the new token gets unless it has them.'),
    'set_*_claims': claims('Claims that the new token gets, in place of those that it has.'),
    'remove_*_claims': array(string(), { default: [], description: 'Claims that the new token does not get.' }),
  });
}
