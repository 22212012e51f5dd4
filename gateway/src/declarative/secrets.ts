/**
 * Finds secrets in plain text in declarative files. Repositories, templates and ConfigMaps contain such files, so secrets must be
 * references.
 */
import type { EntitySchema } from '../model/schema/entity-schema.ts';
import { isSecretReference } from '../model/schema/secret-references.ts';

const SECRET_NAME = new RegExp(
  '(^|_)(password|passphrase|secret|token|private_key|api_key|access_key|client_secret|secret_access_key|session_token)$', 'i');

/** Paths of secrets in plain text below an entity. */
export function plainSecrets(schema: EntitySchema, entity: Readonly<Record<string, unknown>>): readonly (readonly (string | number)[])[] {
  const secrets = schema.credential?.secrets ?? [];
  return walk(entity, [], (path, name) => (path.length === 1 && secrets.includes(name)) || SECRET_NAME.test(name));
}

/** Secret fields of a credential that are references. */
export function referencedKeys(schema: EntitySchema, entity: Readonly<Record<string, unknown>>): readonly string[] {
  return (schema.credential?.secrets ?? []).filter((name) => isSecretReference(entity[name]));
}

type Path = readonly (string | number)[];

function walk(value: unknown, path: Path, isSecret: (path: Path, name: string) => boolean): Path[] {
  if (typeof value === 'string') {
    const name = path.findLast((part) => typeof part === 'string');
    return name !== undefined && isSecret(path, name) && value !== '' && !isSecretReference(value) ? [path] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item, at) => walk(item, [...path, at], isSecret));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, item]) => walk(item, [...path, name], isSecret));
}
