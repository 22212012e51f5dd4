/** What an entity type is: its fields, keys, rules and how it is offered to the outside. */
import type { EntityCheck, EntityValue, Field, Fields } from './field.ts';

/** Replaces and adds fields of an entity for one value of its key field (the plugin's name, the route's first protocol). */
export interface Subschema {
  readonly fields: Fields;
  readonly entity_checks?: readonly EntityCheck[];
}

export interface SubschemaChoice {
  /** The deciding field. Of a set, its first element decides. */
  readonly key: string;
  /** A change that does not name the subschema is read against the stored entity's, so there must be one. @default false */
  readonly needsStored?: boolean;
  /** @returns nothing for a value that has no subschema */
  choose(value: string): Subschema | undefined;
  /** The violation for such a value. */
  unknown(value: string): string;
}

/** An input that stands for other fields, e.g. `url` of a service. Never stored, never answered. */
export interface Shorthand {
  readonly field: Field;
  /** The fields it stands for; they win over what was given beside it. */
  expand(value: unknown): EntityValue;
}

/** What the gateway knows of an entity type whose rows let consumers in. Its field `consumer` says whom. */
export interface CredentialTraits {
  /** The field by which a request's credential finds its row. */
  readonly lookup: string;
  /** Fields that let in whoever knows them. Declarative files for constructs have references in their places, which data planes resolve. */
  readonly secrets: readonly string[];
}

export interface EntitySchema<F extends Fields = Fields> {
  /** Plural, e.g. `services`; the name in configuration tables and of `/schemas/{name}`. */
  readonly name: string;
  /** @default 'id' */
  readonly primaryKey?: string;
  /** The field that may stand for the id in URLs. @default - none */
  readonly endpointKey?: string;
  /** Name in URLs. @default - the entity's name */
  readonly adminApiName?: string;
  /** Name in URLs below another entity. @default - the name in URLs */
  readonly adminApiNestedName?: string;
  /** Whether the Admin API has endpoints for it. @default true */
  readonly hasAdminApi?: boolean;
  /** Whether configuration tables carry it. @default true */
  readonly isExported?: boolean;
  /** A unique field that a list can be narrowed to, by a query argument of its name. @default - none */
  readonly lookupField?: string;
  /** Rows may expire; bodies take `ttl` in seconds. @default false */
  readonly hasTtl?: boolean;
  /** @default - its rows are no credentials */
  readonly credential?: CredentialTraits;
  /** Fields that together must be unique, null being a value too. */
  readonly uniqueTogether?: readonly string[];
  readonly fields: F;
  readonly shorthands?: Readonly<Record<string, Shorthand>>;
  readonly entity_checks?: readonly EntityCheck[];
  readonly subschema?: SubschemaChoice;
}

export function defineEntity<const F extends Fields>(schema: EntitySchema<F>): EntitySchema<F> {
  return schema;
}

/** The schemas that a plane knows, by name. */
export type Schemas = ReadonlyMap<string, EntitySchema>;

/** @throws Error when two schemas have one name: a mistake in the code */
export function schemasByName(schemas: readonly EntitySchema[]): Schemas {
  const byName = new Map<string, EntitySchema>();
  for (const schema of schemas) {
    if (byName.has(schema.name)) throw new Error(`two schemas are named '${schema.name}'`);
    byName.set(schema.name, schema);
  }
  return byName;
}

export function primaryKeyOf(schema: EntitySchema): string {
  return schema.primaryKey ?? 'id';
}

/** Fields that are unique on their own, the primary key excluded. */
export function uniqueFieldsOf(schema: EntitySchema): readonly string[] {
  return Object.keys(schema.fields).filter((name) => schema.fields[name]!.unique && name !== primaryKeyOf(schema));
}

/** The field that names an entity in URLs and files, unless it is a secret. */
export function namingFieldOf(schema: EntitySchema): string | undefined {
  const { endpointKey } = schema;
  return endpointKey === undefined || schema.credential?.secrets.includes(endpointKey) ? undefined : endpointKey;
}

/** Names of the fields that refer to other entities, with what they refer to. */
export function foreignFieldsOf(schema: EntitySchema): readonly { readonly name: string; readonly reference: string; readonly onDelete?: 'cascade' | 'null' }[] {
  return Object.entries(schema.fields).flatMap(([name, field]) => (
    field.type === 'foreign' ? [{ name, reference: field.reference, onDelete: field.on_delete }] : []));
}

/** The subschema that an entity's key field chooses; nothing when the entity has none or the value is unknown or of a wrong type. */
export function subschemaOf(schema: EntitySchema, entity: EntityValue): Subschema | undefined {
  const key = subschemaKeyOf(schema, entity);
  return typeof key === 'string' ? schema.subschema!.choose(key) : undefined;
}

/** The value that chooses the subschema: the key field, or the first element of a set. */
export function subschemaKeyOf(schema: EntitySchema, entity: EntityValue): unknown {
  if (!schema.subschema) return undefined;
  const value = entity[schema.subschema.key];
  if (Array.isArray(value)) return value[0];
  return value;
}

/** Fields of the entity with those of its subschema in their places. */
export function effectiveFields(schema: EntitySchema, subschema: Subschema | undefined): Fields {
  return subschema ? { ...schema.fields, ...subschema.fields } : schema.fields;
}
