/** Workspaces. There is one, `default`; it exists because configuration tables carry it. */
import { defineEntity } from '../schema/entity-schema.ts';
import { record, string } from '../schema/field.ts';
import type { EntityOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';

/** Core entity types, in the order in which they are made. No workspace may be named like one: both would be first segments of URLs. */
const CORE_ENTITIES = [
  'workspaces', 'consumers', 'certificates', 'services', 'routes', 'snis', 'upstreams', 'targets', 'plugins', 'tags', 'ca_certificates',
  'clustering_data_planes', 'parameters', 'vaults', 'key_sets', 'keys', 'filter_chains',
] as const;

export const DEFAULT_WORKSPACE = 'default';

export const workspace = defineEntity({
  name: 'workspaces',
  hasAdminApi: false,
  fields: {
    id: typedefs.id,
    name: string({ ...typedefs.utf8Name, required: true, not_one_of: CORE_ENTITIES, description: 'Names the workspace.' }),
    comment: string({ description: 'For people.' }),
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    meta: record({}, { required: true }),
    config: record({}, { required: true }),
  },
});

export type Workspace = EntityOf<typeof workspace>;
