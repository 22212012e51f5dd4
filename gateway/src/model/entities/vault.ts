/** Vaults: named places that references such as `{vault://prefix/name}` are resolved in. */
import type { VaultKind } from '../../base/vault-kinds.ts';
import { defineEntity } from '../schema/entity-schema.ts';
import type { EntitySchema, Subschema } from '../schema/entity-schema.ts';
import { string } from '../schema/field.ts';
import type { EntityOf, RowOf } from '../schema/infer.ts';
import * as typedefs from '../schema/typedefs.ts';
import { aws } from './vaults/aws.ts';
import { env } from './vaults/env.ts';
import { hcv } from './vaults/hcv.ts';

/** Kinds of vaults by name. The fields of a kind replace those of the entity; `config` is among them. */
const SUBSCHEMAS: Readonly<Record<VaultKind, Subschema>> = { env, aws, hcv };

function fieldsFor(kinds: readonly VaultKind[]) {
  return {
    id: typedefs.id,
    prefix: string({
      required: true,
      unique: true,
      unique_across_ws: true,
      match: '^[a-z][a-z%d-]-[a-z%d]+$',
      // A reference that begins with the name of a kind means its vault without an entity.
      not_one_of: kinds,
      description: 'First part of references to the vault: lower-case letters, digits and dashes.',
    }),
    name: string({ required: true, description: 'Kind of the vault.' }),
    description: string({ description: 'Free text.' }),
    config: { type: 'record', abstract: true } as const,
    created_at: typedefs.createdAt,
    updated_at: typedefs.updatedAt,
    tags: typedefs.tags,
  };
}

/** Vaults as a node with these kinds knows them. Always the same object for the same kinds. */
export function vaultEntity(kinds: readonly VaultKind[] = ['env']): EntitySchema<ReturnType<typeof fieldsFor>> {
  const key = kinds.join();
  const known = ENTITIES.get(key);
  if (known !== undefined) return known;
  const entity = defineEntity({
    name: 'vaults',
    endpointKey: 'prefix',
    fields: fieldsFor(kinds),
    subschema: {
      key: 'name',
      choose: (name) => kinds.includes(name as VaultKind) ? SUBSCHEMAS[name as VaultKind] : undefined,
      unknown: (name) => `vault '${name}' is not installed`,
    },
  });
  ENTITIES.set(key, entity);
  return entity;
}

const ENTITIES = new Map<string, EntitySchema<ReturnType<typeof fieldsFor>>>();

/** @returns undefined for a kind that does not exist */
export function vaultSubschema(kind: string): Subschema | undefined {
  return Object.hasOwn(SUBSCHEMAS, kind) ? SUBSCHEMAS[kind as VaultKind] : undefined;
}

export type Vault = EntityOf<ReturnType<typeof vaultEntity>>;
export type VaultRow = RowOf<ReturnType<typeof vaultEntity>>;
