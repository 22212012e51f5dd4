/** API keys of consumers. */
import { controlCharacterViolation } from '../../model/formats/control-characters.ts';
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, string } from '../../model/schema/field.ts';
import type { EntityOf, RowOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const keyAuthCredential = defineEntity({
  name: 'keyauth_credentials',
  endpointKey: 'key',
  adminApiName: 'key-auths',
  adminApiNestedName: 'key-auth',
  hasTtl: true,
  credential: { lookup: 'key' },
  secrets: ['key'],
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'The consumer that the key belongs to.' }),
    key: string({
      required: false, unique: true, auto: true, check: controlCharacterViolation, description: 'The key; generated when absent.',
    }),
    tags: typedefs.tags,
  },
});

export type KeyAuthCredential = EntityOf<typeof keyAuthCredential>;
export type KeyAuthCredentialRow = RowOf<typeof keyAuthCredential>;
