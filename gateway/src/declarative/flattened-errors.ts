/**
 * Errors of a declarative configuration by entity: each one with the entity as it was given, whatever it is nested in. Programs that
 * generate configurations (`?flatten_errors`) find the cause of an error this way.
 */
import { UUID } from '../model/schema/compiled/constraints.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { isPlainObject } from '../model/schema/plain-object.ts';
import type { ErrorTree } from './error-tree.ts';

type FlatError =
  | { readonly type: 'field'; readonly field: string; readonly message: string }
  | { readonly type: 'entity'; readonly message: string };

interface EntityErrors {
  /** E.g. `service`. */
  readonly entity_type: string;
  readonly entity_id?: string;
  readonly entity_name?: string;
  readonly entity_tags?: readonly string[];
  /** As given, without nested entities. */
  readonly entity: Readonly<Record<string, unknown>>;
  readonly errors: readonly FlatError[];
}

interface Flattened {
  readonly entities: readonly EntityErrors[];
  /** Errors that belong to no list of entities. */
  readonly rest: ErrorTree;
}

/** @param content the configuration as given; it is not changed */
export function flattenErrors(tree: ErrorTree, content: unknown, schemas: Schemas): Flattened {
  const flattening = new Flattening(schemas);
  const rest: ErrorTree = new Map();
  const lists = isPlainObject(content) ? content : {};
  for (const [type, errors] of tree) {
    const list = Object.hasOwn(lists, type) ? lists[type] : undefined;
    if (typeof errors === 'string' || !Array.isArray(list)) rest.set(type, errors);
    // As in Kong 3.9.1, an error with a name in place of a position is left out: nothing tells its entity. The node logs it.
    else for (const [key, error] of errors) flattening.add(String(type), list[Number(key) - 1], error);
  }
  return { entities: flattening.entities, rest };
}

/** An entity type that is nested in another one, or that a field of it refers to. */
interface Relation {
  readonly field: string;
  readonly type: string;
}

class Flattening {
  readonly entities: EntityErrors[] = [];
  readonly #parents: ReadonlyMap<string, readonly Relation[]>;
  readonly #children: ReadonlyMap<string, readonly Relation[]>;

  constructor(schemas: Schemas) {
    const all = [...schemas.values()];
    this.#parents = new Map(all.map((schema) => [
      schema.name, foreignFieldsOf(schema).map(({ name, reference }) => ({ field: name, type: reference })),
    ]));
    this.#children = new Map(all.map(({ name: parent }) => [
      parent,
      all.flatMap((schema) => (
        foreignFieldsOf(schema).filter(({ reference }) => reference === parent).map(({ name }) => ({ field: name, type: schema.name })))),
    ]));
  }

  add(type: string, given: unknown, error: ErrorTree | string): void {
    if (!isPlainObject(given)) return;
    const entity = { ...given };
    const errors: ErrorTree = typeof error === 'string' ? new Map([['@entity', error]]) : new Map(error);
    const own = keyOf(given);
    for (const { field, type: parent } of this.#parents.get(type) ?? []) {
      const value = entity[field];
      if (!isPlainObject(value)) continue;
      const key = keyOf(value);
      if (key) entity[field] = key;
      else delete entity[field];
      this.#addNested(parent, value, take(errors, field));
    }
    for (const { field, type: child } of this.#children.get(type) ?? []) {
      const items = entity[child];
      if (typeof items !== 'object' || items === null) continue;
      delete entity[child];
      const nested = take(errors, child);
      // As in Kong 3.9.1, the error of an object in place of a list is left out. The node logs it.
      if (nested === undefined || typeof nested === 'string' || !Array.isArray(items)) continue;
      items.forEach((item: unknown, at) => {
        const whole = isPlainObject(item) && item[field] === undefined && own ? { ...item, [field]: own } : item;
        this.#addNested(child, whole, nested.get(at + 1));
      });
    }
    const flat = [...flatErrors(errors, '')];
    if (flat.length > 0) this.entities.push(described(type, entity, flat));
  }

  #addNested(type: string, value: unknown, error: ErrorTree | string | undefined): void {
    if (error !== undefined) this.add(type, value, error);
  }
}

function take(errors: ErrorTree, key: string): ErrorTree | string | undefined {
  const error = errors.get(key);
  errors.delete(key);
  return error;
}

function* flatErrors(errors: ErrorTree, place: string): Generator<FlatError> {
  for (const [key, error] of errors) {
    const field = place === '' ? String(key) : `${place}.${key}`;
    if (key === '@entity') {
      for (const message of textsOf(error)) yield { type: 'entity', message };
    } else if (typeof error === 'string') yield { type: 'field', field, message: error };
    else yield* flatErrors(error, field);
  }
}

function textsOf(error: ErrorTree | string): readonly string[] {
  return typeof error === 'string' ? [error] : [...error.values()].flatMap(textsOf);
}

/** Name, id and tags only where they are valid. */
function described(type: string, entity: Readonly<Record<string, unknown>>, errors: readonly FlatError[]): EntityErrors {
  const { name, id, tags } = entity;
  return {
    entity_type: type.replace(/s$/, ''),
    ...typeof id === 'string' && UUID.test(id) && { entity_id: id },
    ...typeof name === 'string' && name !== '' && { entity_name: name },
    ...Array.isArray(tags) && tags.every((tag) => typeof tag === 'string') && { entity_tags: tags as string[] },
    entity,
    errors,
  };
}

function keyOf({ id }: Readonly<Record<string, unknown>>): { readonly id: string } | undefined {
  return typeof id === 'string' && UUID.test(id) ? { id } : undefined;
}
