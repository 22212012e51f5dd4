/** Which values of an entity are secrets: by what its schema says, and by the names of fields. */
import { effectiveFields, secretFieldsOf, subschemaOf } from './entity-schema.ts';
import type { EntitySchema } from './entity-schema.ts';
import type { EntityValue, Field, Fields } from './field.ts';
import { isPlainObject } from './plain-object.ts';
import { isSecretReference } from './secret-references.ts';

const SECRET_NAME = new RegExp(
  '(^|_)(password|passphrase|secret|token|private_key|api_key|access_key|client_secret|secret_access_key|session_token)$', 'i');

/**
 * Paths of secrets in plain text below an entity: by what the schema says, and by their names.
 *
 * @param laterValues texts that stand for values which are known later: no secrets, unless the field has the name of one
 */
export function plainSecrets(
  schema: EntitySchema, entity: Readonly<Record<string, unknown>>, laterValues: readonly string[] = [],
): readonly (readonly (string | number)[])[] {
  const secrets = new Set(secretFieldsOf(schema));
  const fields = effectiveFields(schema, subschemaOf(schema, entity));
  return Object.entries(entity).flatMap(([name, value]) => {
    const isSecret = secrets.has(name) || SECRET_NAME.test(name);
    const found = walk(value, [name], isSecret, Object.hasOwn(fields, name) ? fields[name] : undefined);
    return laterValues.length === 0 ? found : found.filter((path) => !isKnownLater(entity, path, laterValues));
  });
}

/** What is shown in the place of a secret. */
export const HIDDEN = '[hidden]';

/**
 * The entity with something else in the places of its secrets, and of everything in a plugin or a vault that the node does not know.
 *
 * @param replace what takes the place of a value. @default - `HIDDEN` does
 */
export function withoutSecrets(schema: EntitySchema, entity: EntityValue, replace: (secret: unknown) => unknown = hide): EntityValue {
  const unknown = unknownParts(schema, entity);
  const paths = [...plainSecrets(schema, entity).filter(([name]) => !unknown.includes(name as string)), ...unknown.map((name) => [name])];
  if (paths.length === 0) return entity;
  const copy = structuredClone(entity) as Record<string, unknown>;
  for (const path of paths) {
    const holder = path.slice(0, -1).reduce<unknown>((within, step) => (within as Record<string | number, unknown>)[step], copy);
    const last = path.at(-1)!;
    (holder as Record<string | number, unknown>)[last] = replace((holder as Record<string | number, unknown>)[last]);
  }
  return copy;
}

function hide(): string {
  return HIDDEN;
}

/** Records of which no schema says what they contain: any part of them may be a secret. */
function unknownParts(schema: EntitySchema, entity: EntityValue): readonly string[] {
  if (schema.subschema === undefined || subschemaOf(schema, entity) !== undefined) return [];
  return Object.keys(entity).filter((name) => schema.fields[name]?.type === 'record' && isPlainObject(entity[name]));
}

/** Secret fields of an entity that are references. */
export function referencedKeys(schema: EntitySchema, entity: Readonly<Record<string, unknown>>): readonly string[] {
  return secretFieldsOf(schema).filter((name) => isSecretReference(entity[name]));
}

function isKnownLater(entity: unknown, path: Path, laterValues: readonly string[]): boolean {
  const name = path.findLast((step) => typeof step === 'string');
  if (name === undefined || SECRET_NAME.test(name)) return false;
  const value = path.reduce((within, step) => (within as Record<string | number, unknown>)[step], entity);
  return typeof value === 'string' && laterValues.some((later) => value.includes(later));
}

type Path = readonly (string | number)[];

/**
 * @param isSecret whether the field here has the name of a secret
 * @param field absent for a field that the schema does not have
 */
function walk(value: unknown, path: Path, isSecret: boolean, field: Field | undefined): Path[] {
  if (typeof value === 'string') return (isSecret || field?.encrypted) && value !== '' && !isSecretReference(value) ? [path] : [];
  const isHere = isSecret || field?.encrypted === true;
  if (Array.isArray(value)) {
    const elements = field?.type === 'array' || field?.type === 'set' ? field.elements : undefined;
    return value.flatMap((item, at) => walk(item, [...path, at], isHere, elements));
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => (
    walk(item, [...path, name], SECRET_NAME.test(name), field && memberOf(field, name))));
}

function memberOf(field: Field, name: string): Field | undefined {
  if (field.type === 'map') return field.values;
  const fields: Fields = field.type === 'record' ? field.fields ?? {} : {};
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
