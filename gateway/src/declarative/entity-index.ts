/** Finds the entities of a declarative file by what may stand for them, and reports those that are there twice. */
import { uniqueFieldsOf } from '../model/schema/entity-schema.ts';
import { isPlainObject } from '../model/schema/validate-field.ts';
import type { FileEntity } from './file-entities.ts';
import { pathText } from './source.ts';
import type { Source } from './source.ts';

export class EntityIndex {
  readonly #source: Source;
  readonly #keys = new Map<FileEntity, string>();
  /** By type, field and value of what no two entities may share. */
  readonly #unique = new Map<string, FileEntity>();
  readonly #byHandle = new Map<string, FileEntity>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** @param key what its caller identifies the entity by; its id and its unique fields stand for it as well */
  add(entity: FileEntity, key: string): void {
    this.#keys.set(entity, key);
    const { schema, given } = entity;
    const names = uniqueFieldsOf(schema).flatMap((name) => typeof given[name] === 'string' ? [[name, given[name]] as const] : []);
    const facts = [['id', key] as const, ...names].map(([field, value]) => `${schema.name} ${field} ${value}`);
    const other = facts.map((fact) => this.#unique.get(fact)).find((found) => found !== undefined);
    if (other) {
      const twin = `the same as ${pathText(other.path)} in line ${this.#source.lineOf(other.path)}`;
      this.#source.reject(entity.path, `${twin}: give one of them another name, or leave it out`);
    }
    for (const fact of facts) this.#unique.set(fact, entity);
    // The id last: it wins over a name that looks like it.
    for (const handle of [...names.map(([, value]) => value), key]) this.#byHandle.set(`${schema.name} ${handle}`, entity);
  }

  keyOf(entity: FileEntity): string {
    return this.#keys.get(entity)!;
  }

  /** @param value of a field that refers to an entity: an id, a name, or an object with one of them */
  find(type: string, value: unknown): FileEntity | undefined {
    return this.#byHandle.get(`${type} ${String(handleOf(value))}`);
  }

  /** The entity that a field refers to, by its value or by nesting. */
  target({ given, parent }: FileEntity, field: string, type: string): FileEntity | undefined {
    if (parent?.field === field) return parent.of;
    return given[field] === undefined || given[field] === null ? undefined : this.find(type, given[field]);
  }
}

/** The text in a reference, which may be an object with one field. */
export function handleOf(value: unknown): unknown {
  return isPlainObject(value) ? Object.values(value)[0] : value;
}
