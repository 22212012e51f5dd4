/** Rows that a transaction deletes and has not looked up yet: what belongs to them is found for all of them at once. */
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { RemovalRules, RemovalStep } from './removal.ts';
import type { Entity } from './store.ts';

export class DoomedRows {
  readonly #schemas: Schemas;
  readonly #rules: RemovalRules;
  #steps = new Map<string, RemovalStep>();
  /** Types whose rows may go with the rows, or lose a reference to one that goes. */
  #concerned = new Set<string>();

  constructor(schemas: Schemas, rules: RemovalRules) {
    this.#schemas = schemas;
    this.#rules = rules;
  }

  get size(): number {
    return this.#steps.size;
  }

  add(entity: string, key: string, operation: number | undefined): void {
    this.#steps.set(`${entity}/${key}`, { rows: [{ entity, key }], operation });
    for (const type of this.#rules.concerned.get(entity) ?? []) this.#concerned.add(type);
  }

  /** Whether a row may go with the rows, or change. When it is not certain, it may. */
  concerns(entity: string, row: Entity): boolean {
    if (!this.#concerned.has(entity)) return false;
    const follows = (field: string) => this.#rules.cascading.get(entity)?.has(field) || this.#rules.clearing.get(entity)?.has(field);
    return foreignFieldsOf(this.#schemas.get(entity)!).some(({ name, reference }) => {
      const target = row[name] as { readonly id: string } | null | undefined;
      return target && follows(name) && (this.#concerned.has(reference) || this.#steps.has(`${reference}/${target.id}`));
    });
  }

  /** All, in the order in which they were added; nothing is left. */
  take(): readonly RemovalStep[] {
    const steps = [...this.#steps.values()];
    this.#steps = new Map();
    this.#concerned = new Set();
    return steps;
  }
}
