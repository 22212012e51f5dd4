/** What goes with rows that are removed: all that belongs to them. What only mentions them is cleared, what needs them keeps them. */
import { stillReferenced } from '../model/entity-error.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { ofOperation } from './failed-operation.ts';
import type { Cascading, Dependence, RowKey } from './row-tables.ts';

export interface RemovalRules {
  /** Fields that make a row belong to another, by entity type. */
  readonly cascading: Cascading;
  /** Fields that become null, by entity type. */
  readonly clearing: Cascading;
  /** Types whose rows may be removed or cleared with a row, by the type of that row. */
  readonly concerned: ReadonlyMap<string, ReadonlySet<string>>;
}

/** Rows that are removed together, after those of the steps before. */
export interface RemovalStep {
  readonly rows: readonly RowKey[];
  /** For `failedOperation`. */
  readonly operation: number | undefined;
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
  return {
    cascading: fields('cascade'), clearing: fields('null'),
    concerned: new Map([...schemas.keys()].map((name) => [name, concernedBy(name, schemas)])),
  };
}

function concernedBy(name: string, schemas: Schemas): ReadonlySet<string> {
  const concerned = new Set<string>();
  const goes = new Set([name]);
  // A set gives what is added to it meanwhile, too.
  for (const target of goes) {
    for (const schema of schemas.values()) {
      for (const { reference, onDelete } of foreignFieldsOf(schema)) {
        if (reference !== target || onDelete === undefined) continue;
        concerned.add(schema.name);
        if (onDelete === 'cascade') goes.add(schema.name);
      }
    }
  }
  return concerned;
}

/**
 * @param references every reference to the rows of the steps and to what belongs to them
 * @throws EntityError another row needs one of them: the first such step, as if they came one after the other
 */
export function planRemoval(steps: readonly RemovalStep[], references: readonly Dependence[], rules: RemovalRules): Removal {
  const byTarget = Map.groupBy(references, ({ target, targetKey }) => idOf({ entity: target, key: targetKey }));
  const removed = new Map<string, RowKey>();
  const seen = new Set<string>();
  const visit = (row: RowKey, met: Dependence[]): void => {
    const id = idOf(row);
    if (seen.has(id)) return;
    seen.add(id);
    for (const reference of byTarget.get(id) ?? []) {
      met.push(reference);
      if (rules.cascading.get(reference.entity)?.has(reference.field)) visit(reference, met);
    }
    removed.set(id, { entity: row.entity, key: row.key });
  };
  for (const { rows, operation } of steps) {
    const met: Dependence[] = [];
    for (const row of rows) visit(row, met);
    const needing = met.filter((reference) => !seen.has(idOf(reference)) && !rules.clearing.get(reference.entity)?.has(reference.field));
    if (needing.length > 0) throw ofOperation(stillReferenced(...firstOf(needing)), operation);
  }
  const staying = references.filter((reference) => !seen.has(idOf(reference)));
  const cleared = [...Map.groupBy(staying, idOf).values()].map((same) => (
    { entity: same[0]!.entity, key: same[0]!.key, fields: same.map(({ field }) => field) }));
  return { removed: [...removed.values()], cleared };
}

/** In the order of types, keys and fields. */
function firstOf(references: readonly Dependence[]): readonly [target: string, by: string] {
  const placeOf = ({ entity, key, field }: Dependence) => `${entity}\n${key}\n${field}`;
  const { target, entity } = references.reduce((one, other) => (placeOf(other) < placeOf(one) ? other : one));
  return [target, entity];
}

function idOf({ entity, key }: RowKey): string {
  return `${entity}/${key}`;
}
