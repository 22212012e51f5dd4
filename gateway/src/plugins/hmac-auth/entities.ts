/** User names of consumers, and the secrets that their requests are signed with. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, string } from '../../model/schema/field.ts';
import type { EntityOf, RowOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const hmacAuthCredential = defineEntity({
  name: 'hmacauth_credentials',
  endpointKey: 'username',
  adminApiName: 'hmac-auths',
  adminApiNestedName: 'hmac-auth',
  credential: { lookup: 'username' },
  secrets: ['secret'],
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'The consumer that the secret belongs to.' }),
    username: string({ required: true, unique: true, description: 'The user name in the signature of a request.' }),
    secret: string({ auto: true, description: 'Key of the HMAC signature; generated when absent.' }),
    tags: typedefs.tags,
  },
});

export type HmacAuthCredential = EntityOf<typeof hmacAuthCredential>;
export type HmacAuthCredentialRow = RowOf<typeof hmacAuthCredential>;
