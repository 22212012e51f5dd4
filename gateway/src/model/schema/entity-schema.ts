/** Entity types: fields, keys, rules, names in the Admin API. */
import type { EntityCheck, EntityValue, Fields, Shorthands } from './field.ts';

/** Replaces and adds fields of an entity for one value of a field (the plugin's name, the route's first protocol). */
export interface Subschema {
  readonly fields: Fields;
  readonly entity_checks?: readonly EntityCheck[];
}

interface SubschemaChoice {
  /** The field whose value selects the subschema; of a set, its first element that has one does. */
  readonly key: string;
  /** @returns undefined for a value without a subschema */
  choose(value: string): Subschema | undefined;
  /** The violation for a value without a subschema. */
  unknown(value: string): string;
}

/** Marks an entity type whose rows authenticate consumers; its field `consumer` refers to the consumer. */
interface CredentialTraits {
  /** The field that a request's credential is looked up by. */
  readonly lookup: string;
}

/** A change of values on their way into the store: a digest of a certificate, a hashed password. */
export interface Transformation {
  /** It runs when a write gives one of these fields. Dotted for fields of records. @default - on every write */
  readonly input?: readonly string[];
  /** Fields that must have a value, too. @default - none */
  readonly needs?: readonly string[];
  /** @returns the fields that it changes. @throws nothing: the entity has been validated */
  onWrite(entity: EntityValue): EntityValue;
}

/** Brings a given value into the form that is stored, before it is validated: a target's `host:port`. */
export interface Normalization {
  readonly field: string;
  /** @param value not undefined @returns the value to go on with, or why the write is refused before anything else is checked */
  normalize(value: unknown): { readonly value: unknown } | { readonly violation: string };
}

export interface EntitySchema<F extends Fields = Fields> {
  /** Plural, e.g. `services`; the name in configuration tables and of `/schemas/{name}`. */
  readonly name: string;
  /** @default 'id' */
  readonly primaryKey?: string;
  /** The field that can replace the id in URLs. @default - none */
  readonly endpointKey?: string;
  /** Name in URLs. @default - the entity's name */
  readonly adminApiName?: string;
  /** Name in URLs below another entity. @default - the name in URLs */
  readonly adminApiNestedName?: string;
  /** Whether the Admin API has endpoints for it. @default true */
  readonly hasAdminApi?: boolean;
  /** Whether these endpoints are below its parents only, as those of targets. @default false */
  readonly isNestedOnly?: boolean;
  /** Whether configuration tables carry it. @default true */
  readonly isExported?: boolean;
  /**
   * Whether nodes write its rows themselves, such as tokens that they issue: going back to an earlier state leaves those as they are.
   *
   * @default false
   */
  readonly isKeptByNodes?: boolean;
  /** A unique field that lists can be filtered by, with a query argument of its name. @default - none */
  readonly lookupField?: string;
  /** Whether rows can expire; request bodies accept `ttl` in seconds. @default false */
  readonly hasTtl?: boolean;
  /** Set for credentials of consumers. @default - none */
  readonly credential?: CredentialTraits;
  /**
   * Fields that are secrets although they are not marked `encrypted`. Declarative files for constructs must contain references in their
   * places, which data planes resolve. @default - none
   */
  readonly secrets?: readonly string[];
  /** Fields whose combination must be unique; null counts as a value. */
  readonly uniqueTogether?: readonly (readonly string[])[];
  /** Whether a row that repeats a combination and a unique field is refused for the unique field. @default false */
  readonly uniqueFieldsFirst?: boolean;
  /** The field that can replace the id in URLs below a parent, such as `target` of an upstream's targets. @default - the endpoint key */
  readonly nestedKey?: string;
  /** An entity that can stand for this one in URLs, by its endpoint key: a server name for its certificate. @default - none */
  readonly addressedBy?: {
    /** Entity type. */
    readonly entity: string;
    /** Its field that refers to this entity. */
    readonly field: string;
    /** The message when there is no such other entity. */
    readonly missing: string;
  };
  readonly fields: F;
  /** Inputs of the entity that set other fields. `/schemas/{name}` does not print them. */
  readonly shorthands?: Shorthands;
  /** Applied to what writes give. Validation without a write skips them. @default - none */
  readonly normalizations?: readonly Normalization[];
  /** Changes values on their way into the store. @default - none */
  readonly transformations?: readonly Transformation[];
  readonly entity_checks?: readonly EntityCheck[];
  readonly subschema?: SubschemaChoice;
}

export function defineEntity<const F extends Fields>(schema: EntitySchema<F>): EntitySchema<F> {
  return schema;
}

/** The schemas that a plane knows, by name. */
export type Schemas = ReadonlyMap<string, EntitySchema>;

/** @throws Error when two schemas have the same name: a programming error */
export function schemasByName(schemas: readonly EntitySchema[]): Schemas {
  const byName = new Map<string, EntitySchema>();
  for (const schema of schemas) {
    if (byName.has(schema.name)) throw new Error(`two schemas are named '${schema.name}'`);
    byName.set(schema.name, schema);
  }
  return byName;
}

/**
 * The schemas so that each comes after those that it refers to; otherwise in the given order. Rows are written in this order and deleted
 * in the opposite one.
 *
 * @throws Error when entity types refer to each other in a circle: a programming error
 */
export function inReferenceOrder(schemas: readonly EntitySchema[]): readonly EntitySchema[] {
  const byName = schemasByName(schemas);
  const ordered = new Set<EntitySchema>();
  const place = (schema: EntitySchema, referring: readonly EntitySchema[]): void => {
    if (ordered.has(schema)) return;
    if (referring.includes(schema)) throw new Error(`the entity types ${referring.map(({ name }) => name).join(', ')} refer to each other`);
    for (const { reference } of foreignFieldsOf(schema)) {
      const target = byName.get(reference);
      if (target && target !== schema) place(target, [...referring, schema]);
    }
    ordered.add(schema);
  };
  for (const schema of schemas) place(schema, []);
  return [...ordered];
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
  return endpointKey === undefined || secretFieldsOf(schema).includes(endpointKey) ? undefined : endpointKey;
}

/** Fields that are secrets: those that the schema names, and those marked `encrypted`. Records may contain more. */
export function secretFieldsOf(schema: EntitySchema): readonly string[] {
  const encrypted = Object.keys(schema.fields).filter((name) => schema.fields[name]!.encrypted);
  return [...schema.secrets ?? [], ...encrypted];
}

interface ForeignFieldName {
  readonly name: string;
  /** Entity type that the field refers to. */
  readonly reference: string;
  readonly onDelete?: 'cascade' | 'null';
}

/** The fields that refer to other entities. */
export function foreignFieldsOf(schema: EntitySchema): readonly ForeignFieldName[] {
  return Object.entries(schema.fields).flatMap(([name, field]) => (
    field.type === 'foreign' ? [{ name, reference: field.reference, onDelete: field.on_delete }] : []));
}

/** The subschema that an entity selects; undefined when there is none, or when the value is unknown or of the wrong type. */
export function subschemaOf(schema: EntitySchema, entity: EntityValue): Subschema | undefined {
  const key = subschemaKeyOf(schema, entity);
  return typeof key === 'string' ? schema.subschema!.choose(key) : undefined;
}

/** The value that selects the subschema: that of the key field, or its first element that has a subschema, or its first element. */
export function subschemaKeyOf({ subschema }: EntitySchema, entity: EntityValue): unknown {
  if (!subschema) return undefined;
  const value = entity[subschema.key];
  if (!Array.isArray(value)) return value;
  return value.find((item) => typeof item === 'string' && subschema.choose(item) !== undefined) ?? value[0];
}

const overridden = new WeakMap<EntitySchema, WeakMap<Subschema, Fields>>();

/** Fields of the entity, overridden by those of its subschema; the same object for the same schemas. */
export function effectiveFields(schema: EntitySchema, subschema: Subschema | undefined): Fields {
  if (!subschema) return schema.fields;
  let bySubschema = overridden.get(schema);
  if (!bySubschema) overridden.set(schema, bySubschema = new WeakMap());
  let fields = bySubschema.get(subschema);
  if (!fields) bySubschema.set(subschema, fields = { ...schema.fields, ...subschema.fields });
  return fields;
}
