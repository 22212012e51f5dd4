/** Workspaces. There is one, `default`, because configuration tables contain it. */
import { defineEntity } from '../schema/entity-schema.ts';
import { record, string } from '../schema/field.ts';
import type { EntityOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';
import { CORE_ENTITIES } from './kong-entities.ts';

export const DEFAULT_WORKSPACE = 'default';

export const workspace = defineEntity({
  name: 'workspaces',
  hasAdminApi: false,
  fields: {
    id: typedefs.id,
    // Workspaces and entity types share the first segment of URLs.
    name: string({ ...typedefs.utf8Name, required: true, not_one_of: CORE_ENTITIES, description: 'Names the workspace.' }),
    comment: string({ description: 'Free text.' }),
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    meta: record({}, { required: true }),
    config: record({}, { required: true }),
  },
});

export type Workspace = EntityOf<typeof workspace>;
