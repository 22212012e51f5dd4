/** Finds the entities of a declarative configuration by id, name or another unique field, and reports duplicates. */
import { UUID } from '../model/schema/compiled/constraints.ts';
import { uniqueFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { isPlainObject } from '../model/schema/plain-object.ts';
import type { TreeKey } from './error-tree.ts';
import type { FileEntity } from './file-entities.ts';
import { treePath } from './problems.ts';
import type { Problems, TreeError } from './problems.ts';
import { pathText } from './source.ts';

export class EntityIndex {
  readonly #problems: Problems;
  readonly #schemas: Schemas;
  readonly #takesAnyHandle: boolean;
  readonly #keys = new Map<FileEntity, string>();
  readonly #known = new Map<FileEntity, string>();
  /** By type, field and value; the field of an entity's key is `id`. */
  readonly #unique = new Map<string, FileEntity>();

  /** @param takesAnyHandle whether references may use any unique field, also in an object, as decK writes them */
  constructor(problems: Problems, schemas: Schemas, takesAnyHandle: boolean) {
    this.#problems = problems;
    this.#schemas = schemas;
    this.#takesAnyHandle = takesAnyHandle;
  }

  /** @param key id or other identifier of the entity; references may use it or any unique field */
  add(entity: FileEntity, key: string): void {
    this.#keys.set(entity, key);
    const { schema, given } = entity;
    const names = uniqueFieldsOf(schema).flatMap((name) => typeof given[name] === 'string' ? [[name, given[name]] as const] : []);
    const facts = [...names, ['id', key] as const];
    const twins = facts.map(([field, value]) => ({ field, value, twin: this.#unique.get(factOf(schema, field, value)) }));
    const taken = twins.filter(({ twin }) => twin !== undefined);
    // The endpoint key tells more than the id, which is often derived from it.
    const told = taken.find(({ field }) => field === schema.endpointKey) ?? taken.find(({ field }) => field === 'id') ?? taken[0];
    if (told) this.#rejectTwin(entity, told.twin!, told.field, told.value);
    for (const [field, value] of facts) {
      const fact = factOf(schema, field, value);
      if (!this.#unique.has(fact)) this.#unique.set(fact, entity);
    }
  }

  /** Lets references lead to an entity that exists outside of the configuration. */
  addKnown(schema: EntitySchema | undefined, fields: EntityValue): void {
    if (schema === undefined || typeof fields.id !== 'string') return;
    const facts = ['id', ...uniqueFieldsOf(schema)].map((field) => [field, fields[field]] as const);
    const entity: FileEntity = { schema, given: fields, path: [] };
    // What is known is no part of the configuration: it has a key, and no combination of its fields is checked.
    this.#known.set(entity, fields.id);
    for (const [field, value] of facts) {
      if (typeof value !== 'string') continue;
      const fact = factOf(schema, field, value);
      if (!this.#unique.has(fact)) this.#unique.set(fact, entity);
    }
  }

  /** Reports entities that differ in id and name, and agree in fields whose combination must be unique. */
  checkCombinations(): void {
    const seen = new Map<string, FileEntity>();
    for (const entity of this.#keys.keys()) {
      for (const together of entity.schema.uniqueTogether ?? []) {
        const values = together.map((field) => this.#comparable(entity, field));
        const fact = JSON.stringify([entity.schema.name, together, values]);
        const twin = seen.get(fact);
        if (twin === undefined) seen.set(fact, entity);
        else if (!this.#problems.hasErrorAt(entity.path)) this.#rejectTwin(entity, twin, together.join(', '), values.join(', '));
      }
    }
  }

  keyOf(entity: FileEntity): string {
    return (this.#keys.get(entity) ?? this.#known.get(entity))!;
  }

  /** @param value of a reference: an id, a name, or an object with an id */
  find(type: string, value: unknown): FileEntity | undefined {
    const schema = this.#schemas.get(type);
    if (!schema) return undefined;
    const unique = this.#takesAnyHandle ? uniqueFieldsOf(schema) : [];
    if (isPlainObject(value)) {
      const field = ['id', ...unique].find((name) => typeof value[name] === 'string');
      return field === undefined ? undefined : this.#at(schema, field, value[field] as string);
    }
    if (typeof value !== 'string') return undefined;
    const fields = [...schema.endpointKey === undefined ? [] : [schema.endpointKey], 'id', ...unique];
    return fields.map((field) => this.#at(schema, field, value)).find((found) => found !== undefined);
  }

  /** A reference without the fields that identify nothing here, so that it is reported for its missing key. */
  handlesOf(type: string, value: unknown): unknown {
    const schema = this.#schemas.get(type);
    if (this.#takesAnyHandle || !schema || !isPlainObject(value) || (value.id ?? undefined) !== undefined) return value;
    const unique = new Set(uniqueFieldsOf(schema));
    return Object.fromEntries(Object.entries(value).filter(([name, handle]) => !unique.has(name) || typeof handle !== 'string'));
  }

  /** The entity that a field refers to, by nesting or by its value. */
  target({ given, parent }: FileEntity, field: string, type: string): FileEntity | undefined {
    return parent?.field === field ? parent.of : this.find(type, given[field]);
  }

  /** What Kong calls an entity in errors that are not about its fields: its name, or its key. */
  nameOf({ schema, given }: FileEntity, key: string): string {
    const { endpointKey } = schema;
    const name = endpointKey !== undefined && schema.fields[endpointKey]?.unique ? given[endpointKey] : undefined;
    return typeof name === 'string' ? name : key;
  }

  #at(schema: EntitySchema, field: string, value: string): FileEntity | undefined {
    return this.#unique.get(factOf(schema, field, value));
  }

  #comparable(entity: FileEntity, field: string): unknown {
    const value = entity.given[field] ?? null;
    const type = entity.schema.fields[field];
    const target = type?.type === 'foreign' ? this.target(entity, field, type.reference) : undefined;
    return target ? this.keyOf(target) : value;
  }

  #rejectTwin(entity: FileEntity, twin: FileEntity, field: string, value: string): void {
    const message = (): string => {
      const place = `${pathText(twin.path)} in line ${this.#problems.lineOf(twin.path)}`;
      return `the same as ${place}: rename or remove one of them`;
    };
    this.#problems.reject(entity.path, message, this.#told(entity, field, value));
  }

  #told(entity: FileEntity, field: string, value: string): TreeError {
    const { schema, path } = entity;
    const what = field === 'id' ? 'primary key' : field;
    const violation = `uniqueness violation: '${schema.name}' entity with ${what} set to '${value}' already declared`;
    const position = (path.at(-1) as number) + 1;
    if (field === schema.endpointKey) return { stage: 'references', at: [schema.name, position], violation };
    if (field === 'id') return { stage: 'references', at: nestedPlace(entity), violation };
    return { stage: 'values', at: [schema.name, this.nameOf(entity, this.keyOf(entity))], violation };
  }
}

/** Kong nests such errors in one parent at most. */
function nestedPlace({ path }: FileEntity): readonly TreeKey[] {
  return treePath(path.slice(-4));
}

function factOf(schema: EntitySchema, field: string, value: string): string {
  return `${schema.name} ${field} ${UUID.test(value) ? value.toLowerCase() : value}`;
}

/** The id or name in a reference, which may be an object with one field. */
export function handleOf(value: unknown): unknown {
  return isPlainObject(value) ? Object.values(value)[0] : value;
}
