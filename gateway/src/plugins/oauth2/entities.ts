/** Applications of consumers, and the tokens and codes that the plugin issues to them. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { array, boolean, foreign, integer, string } from '../../model/schema/field.ts';
import type { EntityOf, RowOf } from '../../model/schema/infer.ts';
import { isSecretReference } from '../../model/schema/secret-references.ts';
import * as typedefs from '../../model/schema/typedefs.ts';
import { redirectUriViolation } from './redirect-uri.ts';
import { secretHash } from './secret-hash.ts';

export const oauth2Credential = defineEntity({
  name: 'oauth2_credentials',
  endpointKey: 'client_id',
  adminApiName: 'oauth2',
  credential: { lookup: 'client_id' },
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'The consumer that the application belongs to.' }),
    name: string({ required: true, description: 'Name of the application, for people who are asked to authorize it.' }),
    client_id: string({ required: false, unique: true, auto: true, description: 'Id of the application; generated when absent.' }),
    client_secret: string({
      required: false, auto: true, encrypted: true, description: 'Secret of the application; generated when absent.',
    }),
    hash_secret: boolean({ required: true, default: false, description: 'Whether to store `client_secret` as a hash.' }),
    redirect_uris: array(string({ check: redirectUriViolation }), {
      required: false, description: 'Absolute URLs without a fragment that users may be sent to after authorization.',
    }),
    tags: typedefs.tags,
    client_type: string({
      required: true, default: 'confidential', one_of: ['confidential', 'public'],
      description: 'Whether the application can keep a secret. A public one must use PKCE (RFC 7636).',
    }),
  },
  transformations: [{
    input: ['hash_secret'],
    needs: ['client_secret'],
    onWrite: ({ hash_secret: isHashed, client_secret: secret }) => (isHashed ? hashed(secret as string) : {}),
  }],
});

/** A reference stays: data planes hash the secret that they find in its place. */
function hashed(secret: string): { readonly client_secret?: string } {
  return isSecretReference(secret) ? {} : { client_secret: secretHash(secret) };
}

const service = foreign('services', {
  default: null, on_delete: 'cascade', description: 'The only service that accepts it. Default: every service with the same authorization.',
});

const credential = foreign('oauth2_credentials', {
  required: true, on_delete: 'cascade', description: 'The application that it was issued to.',
});

const authenticatedUserId = string({ required: false, description: 'The user who authorized the application.' });

const scope = string({ description: 'The authorized scopes, separated by spaces.' });

export const oauth2AuthorizationCode = defineEntity({
  name: 'oauth2_authorization_codes',
  isKeptByNodes: true,
  hasAdminApi: false,
  isExported: false,
  hasTtl: true,
  secrets: ['code'],
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    service,
    credential,
    code: string({ required: false, unique: true, auto: true, description: 'The code that the application exchanges for a token.' }),
    authenticated_userid: authenticatedUserId,
    scope,
    challenge: string({ required: false, description: 'Code challenge of PKCE.' }),
    challenge_method: string({ required: false, one_of: ['S256'], description: 'How the challenge was derived from the verifier.' }),
    plugin: foreign('plugins', { default: null, on_delete: 'cascade', description: 'The configuration of oauth2 that issued the code.' }),
  },
});

export const oauth2Token = defineEntity({
  name: 'oauth2_tokens',
  isKeptByNodes: true,
  endpointKey: 'access_token',
  hasTtl: true,
  secrets: ['access_token', 'refresh_token'],
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    service,
    credential,
    token_type: string({ required: true, default: 'bearer', one_of: ['bearer'], description: 'How clients send the token.' }),
    expires_in: integer({ required: true, description: 'Lifetime of the access token in seconds; 0: unlimited.' }),
    access_token: string({ required: false, unique: true, auto: true, description: 'The access token; generated when absent.' }),
    refresh_token: string({ required: false, unique: true, description: 'The token that the application gets a new access token for.' }),
    authenticated_userid: authenticatedUserId,
    scope,
  },
});

export type Oauth2Credential = EntityOf<typeof oauth2Credential>;
export type Oauth2CredentialRow = RowOf<typeof oauth2Credential>;
export type Oauth2AuthorizationCode = EntityOf<typeof oauth2AuthorizationCode>;
export type Oauth2Token = EntityOf<typeof oauth2Token>;
export type Oauth2TokenRow = RowOf<typeof oauth2Token>;
