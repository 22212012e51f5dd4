/** Groups that consumers belong to. */
import { defineEntity } from '../../model/schema/entity-schema.ts';
import { foreign, string } from '../../model/schema/field.ts';
import type { EntityOf, RowOf } from '../../model/schema/infer.ts';
import * as typedefs from '../../model/schema/typedefs.ts';

export const aclGroup = defineEntity({
  name: 'acls',
  // Many consumers are in one group, so its name means one entity only below a consumer.
  nestedKey: 'group',
  uniqueTogether: [['consumer', 'group']],
  fields: {
    id: typedefs.id,
    created_at: typedefs.createdAt,
    consumer: foreign('consumers', { required: true, on_delete: 'cascade', description: 'The consumer that belongs to the group.' }),
    group: string({ required: true, description: 'Name of the group, as lists of the plugin acl contain it.' }),
    tags: typedefs.tags,
  },
});

export type Acl = EntityOf<typeof aclGroup>;
export type AclRow = RowOf<typeof aclGroup>;
