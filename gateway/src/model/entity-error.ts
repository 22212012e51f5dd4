/** Failures of operations on entities, with the codes, names and texts of the Admin API. */
import { describeViolations, inlineTable } from './schema/violations.ts';
import type { Violations } from './schema/violations.ts';

/** Code and name of each kind. The numbers are part of the Admin API. */
export const ENTITY_ERROR_KINDS = {
  invalidPrimaryKey: [1, 'invalid primary key'],
  schemaViolation: [2, 'schema violation'],
  primaryKeyViolation: [3, 'primary key violation'],
  foreignKeyViolation: [4, 'foreign key violation'],
  uniqueViolation: [5, 'unique constraint violation'],
  notFound: [6, 'not found'],
  invalidOffset: [7, 'invalid offset'],
  invalidSize: [9, 'invalid size'],
  invalidUnique: [10, 'invalid unique'],
  invalidOptions: [11, 'invalid options'],
  operationUnsupported: [12, 'operation unsupported'],
  foreignKeysUnresolved: [13, 'foreign keys unresolved'],
  invalidDeclarativeConfiguration: [14, 'invalid declarative configuration'],
  referencedByOthers: [19, 'referenced by others'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type EntityErrorKind = keyof typeof ENTITY_ERROR_KINDS;

export class EntityError extends Error {
  /** Number of the failure in the Admin API. */
  readonly code: number;
  /** Name of the failure in the Admin API. */
  readonly title: string;

  constructor(
    readonly kind: EntityErrorKind,
    message: string,
    /** What is wrong, by field. */
    readonly fields?: Readonly<Record<string, unknown>>,
    /** What is wrong with options of the request, by option; printed in place of fields. */
    readonly options?: Readonly<Record<string, string>>,
    titleSuffix = '',
  ) {
    super(message);
    this.name = 'EntityError';
    this.code = ENTITY_ERROR_KINDS[kind][0];
    this.title = ENTITY_ERROR_KINDS[kind][1] + titleSuffix;
  }
}

export function schemaViolation(violations: Violations): EntityError {
  return new EntityError('schemaViolation', describeViolations(violations), violations);
}

export function invalidPrimaryKey(fields: Readonly<Record<string, string>>): EntityError {
  return new EntityError('invalidPrimaryKey', `invalid primary key: '${inlineTable(fields)}'`, fields);
}

export function primaryKeyViolation(key: Readonly<Record<string, unknown>>): EntityError {
  return new EntityError('primaryKeyViolation', `primary key violation on key '${inlineTable(key)}'`, key);
}

export function uniqueViolation(values: Readonly<Record<string, unknown>>): EntityError {
  return new EntityError('uniqueViolation', `UNIQUE violation detected on '${inlineTable(values)}'`, values);
}

/** A reference to an entity that does not exist. */
export function danglingReference(field: string, key: Readonly<Record<string, unknown>>, target: string): EntityError {
  const message = `the foreign key '${inlineTable(key)}' does not reference an existing '${target}' entity.`;
  return new EntityError('foreignKeyViolation', message, { [field]: key });
}

/** Deletion of an entity that others refer to. */
export function stillReferenced(entity: string, by: string): EntityError {
  return new EntityError('foreignKeyViolation', `an existing '${by}' entity references this '${entity}' entity`, { '@referenced_by': by });
}

/** Deletion of an entity that others name by its id. */
export function referencedByOthers(what: string, key: string, by: string, byKey: string): EntityError {
  return new EntityError('referencedByOthers', `${what} ${key} is still referenced by ${by} (id = ${byKey})`);
}

/** A reference by name or another unique field to an entity that does not exist. */
export interface UnresolvedReference {
  /** The field that refers. */
  readonly field: string;
  /** The unique field of the target. */
  readonly name: string;
  readonly value: string;
  /** Entity type. */
  readonly target: string;
}

/** @param unresolved at least one */
export function unresolvedReferences(unresolved: readonly UnresolvedReference[]): EntityError {
  const fields: Record<string, Record<string, string>> = {};
  const lines = unresolved.map(({ field, name, value, target }) => {
    const text = `the foreign key cannot be resolved with '${inlineTable({ [name]: value })}' for an existing '${target}' entity`;
    (fields[field] ??= {})[name] = text;
    return `${field}.${name}: ${text}`;
  }).sort();
  const what = lines.length === 1 ? 'foreign key' : `${lines.length} foreign keys`;
  return new EntityError('foreignKeysUnresolved', `${what} unresolved (${lines.join('; ')})`, fields);
}

/** @param isPrimary whether the key is the primary key or another unique field */
export function notFound(key: Readonly<Record<string, string>>, isPrimary: boolean): EntityError {
  return new EntityError('notFound', `could not find the entity with ${isPrimary ? 'primary key ' : ''}'${inlineTable(key)}'`, key);
}

export function invalidOption(option: string, text: string): EntityError {
  return new EntityError('invalidOptions', `invalid option (${option}: ${text})`, undefined, { [option]: text });
}

/** A name in a URL that the schema does not allow. */
export function invalidUnique(field: string, text: string): EntityError {
  return new EntityError('invalidUnique', text, undefined, undefined, ` ${field}`);
}

/** A write to a node without a database. */
export function operationUnsupported(operation: 'create' | 'create or update' | 'update' | 'delete', entity: string): EntityError {
  return new EntityError('operationUnsupported', `cannot ${operation} '${entity}' entities when not using a database`);
}
