/** Vaults: named places that references such as `{vault://prefix/name}` are resolved in. */
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntitySchema, Subschema } from '../schema/entity-schema.ts';
import { string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';
import { env } from './vaults/env.ts';

/** Kinds of vaults by name. The fields of a kind replace those of the entity; `config` is among them. */
export const VAULTS: ReadonlyMap<string, Subschema> = new Map([['env', env]]);

const fields = {
  id: typedefs.id,
  prefix: string({
    required: true,
    unique: true,
    unique_across_ws: true,
    match: '^[a-z][a-z%d-]-[a-z%d]+$',
    // A reference that begins with the name of a kind means its vault without an entity.
    not_one_of: [...VAULTS.keys()],
    description: 'First part of references to the vault: lower-case letters, digits and dashes.',
  }),
  name: string({ required: true, description: 'Kind of the vault.' }),
  description: string({ description: 'Free text.' }),
  config: { type: 'record', abstract: true } as const,
  created_at: typedefs.createdAt,
  updated_at: typedefs.updatedAt,
  tags: typedefs.tags,
};

export const vault: EntitySchema<typeof fields> = defineEntity({
  name: 'vaults',
  endpointKey: 'prefix',
  fields,
  subschema: {
    key: 'name',
    choose: (name) => VAULTS.get(name),
    unknown: (name) => `vault '${name}' is not installed`,
  },
});

export type Vault = EntityOf<typeof vault>;
export type VaultRow = RowOf<typeof vault>;
