/** What goes with rows that are removed: all that belongs to them. What only mentions them is cleared, what needs them keeps them. */
import { stillReferenced } from '../model/entity-error.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { Cascading, Dependence, RowKey } from './row-tables.ts';

export interface RemovalRules {
  /** Fields that make a row belong to another, by entity type. */
  readonly cascading: Cascading;
  /** Fields that become null, by entity type. */
  readonly clearing: Cascading;
}

export interface Removal {
  /** All rows to remove; what belongs to a row comes before it. */
  readonly removed: readonly RowKey[];
  /** Rows that stay, with the fields that become null. */
  readonly cleared: readonly (RowKey & { readonly fields: readonly string[] })[];
}

export function removalRules(schemas: Schemas): RemovalRules {
  const fields = (rule: 'cascade' | 'null') => new Map([...schemas.values()].map((schema) => (
    [schema.name, new Set(foreignFieldsOf(schema).filter(({ onDelete }) => onDelete === rule).map(({ name }) => name))] as const)));
  return { cascading: fields('cascade'), clearing: fields('null') };
}

/**
 * @param references every reference to the roots and to what belongs to them
 * @throws EntityError another row needs one of them
 */
export function planRemoval(roots: readonly RowKey[], references: readonly Dependence[], rules: RemovalRules): Removal {
  const byTarget = Map.groupBy(references, ({ target, targetKey }) => idOf({ entity: target, key: targetKey }));
  const removed = new Map<string, RowKey>();
  const seen = new Set<string>();
  const visit = (row: RowKey): void => {
    const id = idOf(row);
    if (seen.has(id)) return;
    seen.add(id);
    for (const reference of byTarget.get(id) ?? []) if (rules.cascading.get(reference.entity)?.has(reference.field)) visit(reference);
    removed.set(id, { entity: row.entity, key: row.key });
  };
  for (const root of roots) visit(root);
  const staying = references.filter((reference) => !seen.has(idOf(reference)));
  const needing = staying.find(({ entity, field }) => !rules.clearing.get(entity)?.has(field));
  if (needing) throw stillReferenced(needing.target, needing.entity);
  const cleared = [...Map.groupBy(staying, idOf).values()].map((same) => (
    { entity: same[0]!.entity, key: same[0]!.key, fields: same.map(({ field }) => field) }));
  return { removed: [...removed.values()], cleared };
}

function idOf({ entity, key }: RowKey): string {
  return `${entity}/${key}`;
}
