/**
 * Finds secrets in plain text in a declarative file. Such files are kept in repositories, templates and ConfigMaps, so secrets belong there as
 * references only.
 */
import type { EntitySchema } from '../model/schema/entity-schema.ts';
import { isSecretReference } from '../model/schema/secret-references.ts';

const SECRET_NAME = /(^|_)(password|passphrase|secret|token|private_key|api_key|access_key|client_secret|secret_access_key|session_token)$/i;

/** Paths below an entity whose value is a secret in plain text. */
export function plainSecrets(schema: EntitySchema, entity: Readonly<Record<string, unknown>>): readonly (readonly (string | number)[])[] {
  const secrets = schema.credential?.secrets ?? [];
  return walk(entity, [], (path, name) => (path.length === 1 && secrets.includes(name)) || SECRET_NAME.test(name));
}

/** Fields of a credential whose secret is a reference. */
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
