/** Tags as rows, one for each tag of an entity. Derived from the entities' `tags`; not writable. */
import { defineEntity } from '../schema/entity-schema.ts';
import { string } from '../schema/field.ts';
import { tags } from '../schema/typedefs.ts';

export const tag = defineEntity({
  name: 'tags',
  isKeptByNodes: true,
  primaryKey: 'tag',
  hasAdminApi: false,
  isExported: false,
  fields: {
    tag: string({ ...tags.elements, required: true, description: 'The tag.' }),
    entity_name: string({ required: true, description: 'Type of the tagged entity.' }),
    entity_id: string({ uuid: true, auto: true, required: true, description: 'Id of the tagged entity.' }),
  },
});
