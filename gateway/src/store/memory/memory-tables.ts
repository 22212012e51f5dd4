/** What the writer asks of a store in memory. */
import { foreignFieldsOf } from '../../model/schema/entity-schema.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import { indexOf } from '../entity-index.ts';
import { toSeconds } from '../page.ts';
import type { Cascading, Claim, Dependence, Findings, LogPlace, RowKey, RowTables, WrittenRow } from '../row-tables.ts';
import type { Change, Entity } from '../store.ts';
import type { IndexedRows } from './indexed-rows.ts';

export class MemoryTables implements RowTables {
  readonly #rows: IndexedRows;
  readonly #schemas: Schemas;
  readonly #nowMs: number;
  /** What the transaction has changed, in order. */
  readonly changes: Change[] = [];

  constructor(rows: IndexedRows, schemas: Schemas, nowMs: number) {
    this.#rows = rows;
    this.#schemas = schemas;
    this.#nowMs = nowMs;
  }

  async check({ entity, key, isNew, unique, references }: Claim): Promise<Findings> {
    const isTaken = (owner: string | undefined) => owner !== undefined && owner !== key;
    return {
      isKeyTaken: isNew && this.#rows.find(entity, key) !== undefined,
      taken: new Set(unique.filter((value) => isTaken(this.#rows.ownerOf(entity, value))).map(({ field }) => field)),
      missing: new Set(references.filter(({ target, targetKey }) => !this.#rows.find(target, targetKey)).map(({ field }) => field)),
    };
  }

  async insert(rows: readonly WrittenRow[], place: LogPlace): Promise<void> {
    this.#put(rows, 'insert', place);
  }

  async replace(rows: readonly WrittenRow[], place: LogPlace): Promise<void> {
    this.#put(rows, 'replace', place);
  }

  async dependents(roots: readonly RowKey[], cascading: Cascading) {
    const found = roots.filter(({ entity, key }) => this.#rows.find(entity, key));
    const references: Dependence[] = [];
    const seen = new Set<string>();
    const pending = [...found];
    for (let row = pending.pop(); row; row = pending.pop()) {
      const id = `${row.entity}/${row.key}`;
      if (seen.has(id)) continue;
      seen.add(id);
      for (const reference of this.#referencesTo(row)) {
        references.push(reference);
        if (cascading.get(reference.entity)?.has(reference.field)) pending.push(reference);
      }
    }
    return { found, references: references.sort(byPlace) };
  }

  async rows(keys: readonly RowKey[]): Promise<readonly (RowKey & { readonly row: Entity })[]> {
    return keys.map(({ entity, key }) => ({ entity, key, row: this.#rows.find(entity, key)!.row }));
  }

  async remove(keys: readonly RowKey[], operation: Change['operation'], { revision, position }: LogPlace): Promise<void> {
    keys.forEach(({ entity, key }, n) => {
      const before = this.#rows.find(entity, key)?.row ?? null;
      this.#rows.remove({ entity, key });
      this.changes.push({ revision, position: position + n, entity, key, operation, before, after: null, at: this.#nowMs });
    });
  }

  async expired(nowMs: number): Promise<readonly RowKey[]> {
    return this.#rows.expiring().filter(({ expiresAt }) => expiresAt <= toSeconds(nowMs));
  }

  #put(rows: readonly WrittenRow[], operation: Change['operation'], { revision, position }: LogPlace): void {
    rows.forEach((written, n) => {
      const { entity, key, before, row } = written;
      this.#rows.put(written, indexOf(this.#schemas.get(entity)!, row));
      this.changes.push({ revision, position: position + n, entity, key, operation, before, after: row, at: this.#nowMs });
    });
  }

  #referencesTo(row: RowKey): readonly Dependence[] {
    return [...this.#schemas.values()].flatMap((schema) => foreignFieldsOf(schema)
      .filter(({ reference }) => reference === row.entity)
      .flatMap(({ name }) => [...this.#rows.referring(schema.name, name, row.key).after()].map((key) => (
        { entity: schema.name, key, field: name, target: row.entity, targetKey: row.key }))));
  }
}

function byPlace(one: Dependence, other: Dependence): number {
  const [left, right] = [one, other].map(({ entity, key, field }) => `${entity}\n${key}\n${field}`);
  return left! < right! ? -1 : 1;
}
