/** What the plugin keeps on the server: accounts, certificates with their keys, and challenges. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { string } from '../../model/schema/field.ts';
import type { EntityOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const acmeStorage = defineEntity({
  name: 'acme_storage',
  isKeptByNodes: true,
  hasTtl: true,
  secrets: ['value'],
  fields: {
    id: typedefs.id,
    key: string({ required: true, unique: true, auto: true, description: 'Names the value; generated when absent.' }),
    value: string({ required: true, auto: true, description: 'The value; generated when absent.' }),
    created_at: typedefs.createdAt,
  },
});

export type AcmeStorage = EntityOf<typeof acmeStorage>;
