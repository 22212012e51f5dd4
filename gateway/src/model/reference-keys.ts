/** Finds the id of a row by anything that identifies it. */
import type { KeptList } from '../base/kept-list.ts';
import type { Row } from './config-table.ts';
import { uniqueFieldsOf } from './schema/entity-schema.ts';
import type { EntitySchema } from './schema/entity-schema.ts';
import { isPlainObject } from './schema/plain-object.ts';

interface HasRow {
  readonly row: Row;
}

export class ReferenceKeys {
  /** Another object whenever a reference may resolve to something else. */
  version: object = {};
  readonly #unique: readonly string[];
  /** All, in the order of the table. */
  #rows: readonly HasRow[] = [];
  /** Undefined until it is asked for. */
  #ids: Map<unknown, string> | undefined;
  /** Whether two rows have one key. */
  #collides = false;

  constructor(schema: EntitySchema) {
    this.#unique = uniqueFieldsOf(schema);
  }

  update({ made, added, removed }: KeptList<unknown, HasRow>): void {
    this.#rows = made;
    if (added.length === removed.length && added.every(({ row }, at) => this.#hasSameKeys(row, removed[at]!.row))) return;
    this.version = {};
    if (this.#ids === undefined) return;
    if (!this.#collides) {
      for (const { row } of removed) for (const key of this.#keysOf(row)) this.#ids.delete(key);
      this.#add(added);
    }
    // Which row wins depends on the order of all.
    if (this.#collides) this.#ids = undefined;
  }

  /** @returns undefined for a reference to nothing */
  idOf(value: unknown): string | undefined {
    const ids = this.#ids ?? this.#build();
    if (!isPlainObject(value)) return ids.get(value);
    return Object.values(value).map((part) => ids.get(part)).find((id) => id !== undefined);
  }

  #build(): Map<unknown, string> {
    this.#ids = new Map();
    this.#collides = false;
    this.#add(this.#rows);
    // Ids win over names that look like ids.
    if (this.#collides) for (const { row } of this.#rows) this.#ids.set(row.id, row.id as string);
    return this.#ids;
  }

  #add(rows: readonly HasRow[]): void {
    for (const { row } of rows) {
      for (const key of this.#keysOf(row)) {
        if (this.#ids!.has(key)) this.#collides = true;
        this.#ids!.set(key, row.id as string);
      }
    }
  }

  #keysOf(row: Row): ReadonlySet<unknown> {
    return new Set([...this.#unique.map((field) => row[field]).filter((value) => typeof value === 'string'), row.id]);
  }

  #hasSameKeys(row: Row, other: Row): boolean {
    return row.id === other.id && this.#unique.every((field) => row[field] === other[field]);
  }
}
