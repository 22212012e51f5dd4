/** Finds the entities of a declarative file by id, name or another unique field, and reports duplicates. */
import { uniqueFieldsOf } from '../model/schema/entity-schema.ts';
import { isPlainObject } from '../model/schema/validate-field.ts';
import type { FileEntity } from './file-entities.ts';
import { pathText } from './source.ts';
import type { Source } from './source.ts';

export class EntityIndex {
  readonly #source: Source;
  readonly #keys = new Map<FileEntity, string>();
  /** By type, field and value. */
  readonly #unique = new Map<string, FileEntity>();
  readonly #byHandle = new Map<string, FileEntity>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** @param key id or other identifier of the entity; references may use it or any unique field */
  add(entity: FileEntity, key: string): void {
    this.#keys.set(entity, key);
    const { schema, given } = entity;
    const names = uniqueFieldsOf(schema).flatMap((name) => typeof given[name] === 'string' ? [[name, given[name]] as const] : []);
    const facts = [['id', key] as const, ...names].map(([field, value]) => `${schema.name} ${field} ${value}`);
    const other = facts.map((fact) => this.#unique.get(fact)).find((found) => found !== undefined);
    if (other) {
      const twin = `the same as ${pathText(other.path)} in line ${this.#source.lineOf(other.path)}`;
      this.#source.reject(entity.path, `${twin}: rename or remove one of them`);
    }
    for (const fact of facts) this.#unique.set(fact, entity);
    // The key last, so that it wins over names that look like ids.
    for (const handle of [...names.map(([, value]) => value), key]) this.#byHandle.set(`${schema.name} ${handle}`, entity);
  }

  keyOf(entity: FileEntity): string {
    return this.#keys.get(entity)!;
  }

  /** @param value of a reference: an id, a name, or an object with one of them */
  find(type: string, value: unknown): FileEntity | undefined {
    return this.#byHandle.get(`${type} ${String(handleOf(value))}`);
  }

  /** The entity that a field refers to, by nesting or by its value. */
  target({ given, parent }: FileEntity, field: string, type: string): FileEntity | undefined {
    if (parent?.field === field) return parent.of;
    return given[field] === undefined || given[field] === null ? undefined : this.find(type, given[field]);
  }
}

/** The id or name in a reference, which may be an object with one field. */
export function handleOf(value: unknown): unknown {
  return isPlainObject(value) ? Object.values(value)[0] : value;
}
