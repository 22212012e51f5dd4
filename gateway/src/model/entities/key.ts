/** Keys: public or private keys as JWK or PEM, which plugins verify and sign with. */
import { pemPairViolation } from '../formats/pem.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntityValue } from '../schema/field.ts';
import { foreign, record, string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import { jwkViolation } from '../schema/jwk.ts';
import { isSecretReference } from '../schema/secret-references.ts';
import * as typedefs from '../schema/typedefs.ts';

const pem = record({
  private_key: string({ encrypted: true, referenceable: true, required: false, description: 'Private key in PEM format.' }),
  public_key: string({ referenceable: true, required: false, description: 'Public key in PEM format.' }),
}, {
  required: false,
  check: ({ private_key: privateKey, public_key: publicKey }: Readonly<Record<string, string | null>>) => {
    // The secret behind a reference is known only to the nodes that resolve it.
    if (isSecretReference(privateKey) || isSecretReference(publicKey)) return undefined;
    return pemPairViolation(privateKey ?? undefined, publicKey ?? undefined);
  },
  entity_checks: [{ at_least_one_of: ['private_key', 'public_key'] }],
  description: 'The key in PEM format.',
});

export const key = defineEntity({
  name: 'keys',
  endpointKey: 'name',
  uniqueTogether: [['kid', 'set']],
  uniqueFieldsFirst: true,
  fields: {
    id: typedefs.id,
    set: foreign('key_sets', { required: false, on_delete: 'cascade', description: 'The set that the key belongs to.' }),
    name: string({ required: false, unique: true, description: 'Names the key in URLs and declarative files.' }),
    kid: string({ required: true, unique: false, description: 'Id of the key, unique in its set. Tokens refer to their key by it.' }),
    jwk: string({ referenceable: true, encrypted: true, description: 'The key as the text of a JSON Web Key (RFC 7517).' }),
    pem,
    tags: typedefs.tags,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
  },
  entity_checks: [
    { mutually_exclusive: ['jwk', 'pem'] },
    { at_least_one_of: ['jwk', 'pem'] },
    { custom_entity_check: { field_sources: ['jwk', 'pem', 'kid'], fn: keyViolation } },
  ],
});

export type Key = EntityOf<typeof key>;
export type KeyRow = RowOf<typeof key>;

function keyViolation({ jwk, kid }: EntityValue): Readonly<Record<string, string>> | undefined {
  if (typeof jwk !== 'string' || isSecretReference(jwk)) return undefined;
  const violation = jwkViolation(jwk, kid);
  return violation === undefined ? undefined : { '@entity': violation };
}
