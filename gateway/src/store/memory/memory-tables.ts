/** What the writer asks of a store in memory. */
import { foreignFieldsOf } from '../../model/schema/entity-schema.ts';
import type { Schemas } from '../../model/schema/entity-schema.ts';
import { indexOf } from '../entity-index.ts';
import { toSeconds } from '../page.ts';
import type { Cascading, Claim, Dependence, Finding, FoundRow, RowChanges, RowKey, RowTables, WantedValue } from '../row-tables.ts';
import type { Change, WriteOptions } from '../store.ts';
import type { IndexedRows } from './indexed-rows.ts';

export class MemoryTables implements RowTables {
  readonly #rows: IndexedRows;
  readonly #schemas: Schemas;
  #logged: Change[] = [];
  /** The revisions that the transaction has made, in order, with what they consist of. */
  readonly revisions: (readonly [readonly Change[], WriteOptions])[] = [];

  constructor(rows: IndexedRows, schemas: Schemas) {
    this.#rows = rows;
    this.#schemas = schemas;
  }

  async check(claims: readonly Claim[]): Promise<readonly Finding[]> {
    return claims.flatMap(({ entity, key, isNew, unique, references }, claim): Finding[] => {
      const taken = unique.filter((value) => (this.#rows.ownerOf(entity, value) ?? key) !== key);
      const missing = references.filter(({ target, targetKey }) => !this.#rows.find(target, targetKey));
      return [
        ...isNew && this.#rows.find(entity, key) ? [{ claim, problem: 'key' as const, field: '' }] : [],
        ...taken.map(({ field }) => ({ claim, problem: 'unique' as const, field })),
        ...missing.map(({ field }) => ({ claim, problem: 'reference' as const, field })),
      ];
    });
  }

  async write({ claims, removed, inserted, replaced, logged, end }: RowChanges): Promise<readonly Finding[]> {
    const findings = await this.check(claims);
    if (findings.length > 0) return findings;
    for (const row of removed) this.#rows.remove(row);
    for (const row of [...inserted, ...replaced]) this.#rows.put(row, indexOf(this.#schemas.get(row.entity)!, row.row));
    this.#logged.push(...logged);
    if (end) this.revisions.push([this.#logged.splice(0), end.options]);
    return [];
  }

  async dependents(roots: readonly RowKey[], cascading: Cascading) {
    const references: Dependence[] = [];
    const seen = new Map<string, FoundRow>();
    const pending = [...roots];
    for (let next = pending.pop(); next; next = pending.pop()) {
      const { entity, key } = next;
      const row = this.#rows.find(entity, key)?.row;
      if (!row || seen.has(`${entity}/${key}`)) continue;
      seen.set(`${entity}/${key}`, { entity, key, row });
      for (const reference of this.#referencesTo(next)) {
        references.push(reference);
        if (cascading.get(reference.entity)?.has(reference.field)) pending.push(reference);
      }
    }
    return { found: [...seen.values()], references: references.sort(byPlace) };
  }

  async rows(keys: readonly RowKey[]): Promise<readonly FoundRow[]> {
    return keys.flatMap(({ entity, key }) => {
      const found = this.#rows.find(entity, key);
      return found ? [{ entity, key, row: found.row }] : [];
    });
  }

  async owners(values: readonly WantedValue[]): Promise<readonly (FoundRow & { readonly value: number })[]> {
    return values.flatMap((wanted, value) => {
      const { entity } = wanted;
      const key = this.#rows.ownerOf(entity, wanted);
      return key === undefined ? [] : [{ value, entity, key, row: this.#rows.find(entity, key)!.row }];
    });
  }

  async expired(nowMs: number): Promise<readonly RowKey[]> {
    return this.#rows.expiring().filter(({ expiresAt }) => expiresAt <= toSeconds(nowMs));
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
