/** Which rows of an entity type claim the same id or unique value. All of them are wrong: which was meant cannot be known. */
import type { KeptList } from '../base/kept-list.ts';
import { UNITS_BETWEEN_YIELDS } from '../base/steps.ts';
import type { Steps } from '../base/steps.ts';
import type { Row } from './config-table.ts';
import { primaryKeyOf, secretFieldsOf, uniqueFieldsOf } from './schema/entity-schema.ts';
import type { EntitySchema } from './schema/entity-schema.ts';

export interface Repetition {
  /** Position of the row. */
  readonly index: number;
  readonly field: string;
  readonly message: string;
}

/** Something that no two rows may have. */
interface UniqueKey {
  readonly field: string;
  /** @returns undefined for a row without it */
  of(row: Row): unknown;
  message(value: unknown): string;
}

interface HasRow {
  readonly row: Row;
}

export class Repetitions {
  readonly #keys: readonly UniqueKey[];
  /** The values of each key while none is repeated; undefined while one is. */
  #values: readonly Set<unknown>[] | undefined;

  constructor(schema: EntitySchema) {
    this.#keys = uniqueKeysOf(schema);
    this.#values = this.#keys.map(() => new Set());
  }

  /** @param rows that follow those of the last call */
  * of(rows: KeptList<unknown, HasRow>): Steps<readonly Repetition[]> {
    if (this.#values !== undefined && this.#takesOver(this.#values, rows)) return [];
    const found: Repetition[] = [];
    const values = this.#keys.map(() => new Set());
    for (const [at, key] of this.#keys.entries()) found.push(...yield* repetitionsOf(key, rows.made, values[at]!));
    this.#values = found.length === 0 ? values : undefined;
    return found;
  }

  /** @returns whether no value is repeated; otherwise all have to be looked at */
  #takesOver(values: readonly Set<unknown>[], { added, removed }: KeptList<unknown, HasRow>): boolean {
    return this.#keys.every((key, at) => {
      const known = values[at]!;
      for (const { row } of removed) known.delete(key.of(row));
      return added.every(({ row }) => {
        const value = key.of(row);
        if (value === undefined) return true;
        if (known.has(value)) return false;
        known.add(value);
        return true;
      });
    });
  }
}

function* repetitionsOf(key: UniqueKey, rows: readonly HasRow[], values: Set<unknown>): Steps<readonly Repetition[]> {
  const found: Repetition[] = [];
  const first = new Map<unknown, number>();
  for (let index = 0; index < rows.length; index += 1) {
    const value = key.of(rows[index]!.row);
    if (index % UNITS_BETWEEN_YIELDS === 0) yield;
    if (value === undefined) continue;
    values.add(value);
    const before = first.get(value);
    if (before === undefined) first.set(value, index);
    else for (const each of [index, before]) found.push({ index: each, field: key.field, message: key.message(value) });
  }
  return found;
}

function uniqueKeysOf(schema: EntitySchema): readonly UniqueKey[] {
  const secrets = secretFieldsOf(schema);
  const single = [primaryKeyOf(schema), ...uniqueFieldsOf(schema)].map((field): UniqueKey => ({
    field,
    of: (row) => row[field] ?? undefined,
    // The value of a credential does not belong in logs.
    message: (value) => `${field}${secrets.includes(field) ? '' : ` '${String(value)}'`} is used more than once`,
  }));
  const together = (schema.uniqueTogether ?? []).map((fields): UniqueKey => ({
    field: '@entity',
    of: (row) => JSON.stringify(fields.map((field) => row[field])),
    message: () => `another row has the same ${fields.join(', ')}`,
  }));
  return [...single, ...together];
}
