/** User names and passwords of consumers. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, string } from '../../model/schema/field.ts';
import type { EntityOf, RowOf } from '../../model/schema/infer.ts';
import { isSecretReference } from '../../model/schema/secret-references.ts';
import * as typedefs from '../../model/schema/typedefs.ts';
import { passwordHash } from './password-hash.ts';

export const basicAuthCredential = defineEntity({
  name: 'basicauth_credentials',
  endpointKey: 'username',
  adminApiName: 'basic-auths',
  adminApiNestedName: 'basic-auth',
  credential: { lookup: 'username' },
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'The consumer that the password belongs to.' }),
    username: string({ required: true, unique: true, description: 'The user name that clients send.' }),
    password: string({
      required: true, encrypted: true, description: 'The password that clients send. It is stored, and returned, as a hash.',
    }),
    tags: typedefs.tags,
  },
  transformations: [{
    input: ['password'],
    needs: ['consumer.id'],
    onWrite: ({ password, consumer }) => hashed(password as string, (consumer as { readonly id: string }).id),
  }],
});

/** A reference stays: data planes hash the password that they find in its place. */
function hashed(password: string, consumerId: string): { readonly password?: string } {
  return isSecretReference(password) ? {} : { password: passwordHash(password, consumerId) };
}

export type BasicAuthCredential = EntityOf<typeof basicAuthCredential>;
export type BasicAuthCredentialRow = RowOf<typeof basicAuthCredential>;
