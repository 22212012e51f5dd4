/** Keys that verify the tokens of consumers. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, string } from '../../model/schema/field.ts';
import type { EntityOf, RowOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';
import { verificationKeyViolation } from './verification-key.ts';

/** Tokens of the second group are verified with a public key. ES… are among them; Kong does not demand a key for these. */
export const ALGORITHMS = [
  'HS256', 'HS384', 'HS512', 'RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA',
] as const;

export const jwtSecret = defineEntity({
  name: 'jwt_secrets',
  endpointKey: 'key',
  adminApiName: 'jwts',
  adminApiNestedName: 'jwt',
  credential: { lookup: 'key' },
  secrets: ['secret'],
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'The consumer whose tokens the key verifies.' }),
    key: string({
      required: false, unique: true, auto: true,
      description: 'The value of the claim that names the credential, such as `iss`; generated when absent.',
    }),
    secret: string({ auto: true, description: 'Key that verifies tokens of HS256, HS384 and HS512; generated when absent.' }),
    rsa_public_key: string({ description: 'Public key in PEM that verifies tokens of all other algorithms.' }),
    algorithm: string({ default: 'HS256', one_of: ALGORITHMS, description: 'The algorithm that tokens must be signed with.' }),
    tags: typedefs.tags,
  },
  entity_checks: [{
    conditional: {
      if_field: 'algorithm',
      if_match: { match_any: { patterns: ['^RS256$', '^RS384$', '^RS512$', '^PS256$', '^PS384$', '^PS512$', '^EdDSA$'] } },
      then_field: 'rsa_public_key',
      then_match: { required: true, check: verificationKeyViolation },
    },
  }],
});

export type JwtSecret = EntityOf<typeof jwtSecret>;
export type JwtSecretRow = RowOf<typeof jwtSecret>;
