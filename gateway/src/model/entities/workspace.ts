/** Workspaces. There is one, `default`, because configuration tables contain it. */
import { defineEntity } from '../schema/entity-schema.ts';
import { record, string } from '../schema/field.ts';
import type { EntityOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

export const DEFAULT_WORKSPACE = 'default';

/**
 * The entity type `workspaces`.
 *
 * @param others names of the other entity types of the core: they and workspaces share the first segment of URLs
 */
export function workspaceEntity(others: readonly string[]) {
  return defineEntity({
    name: 'workspaces',
    isKeptByNodes: true,
    hasAdminApi: false,
    fields: {
      id: typedefs.id,
      name: string({ ...typedefs.utf8Name, required: true, not_one_of: ['workspaces', ...others], description: 'Names the workspace.' }),
      comment: string({ description: 'Free text.' }),
      created_at: typedefs.createdAt,
      updated_at: typedefs.updatedAt,
      meta: record({}, { required: true }),
      config: record({}, { required: true }),
    },
  });
}

export type Workspace = EntityOf<ReturnType<typeof workspaceEntity>>;
