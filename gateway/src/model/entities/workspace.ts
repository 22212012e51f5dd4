/** Workspaces. There is one, `default`; it exists because configuration tables carry it. */
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
    // A workspace is a first segment of URLs, as the names of entity types are.
    name: string({ ...typedefs.utf8Name, required: true, not_one_of: CORE_ENTITIES, description: 'Names the workspace.' }),
    comment: string({ description: 'For people.' }),
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    meta: record({}, { required: true }),
    config: record({}, { required: true }),
  },
});

export type Workspace = EntityOf<typeof workspace>;
