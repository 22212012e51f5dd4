/**
 * Reads a declarative file for a control plane: the constructs validate it at synth, and a Job writes its entities through the Admin API.
 * Many people can read such a file, so it must not contain secrets. When it changes, the Job finds its entities by their names.
 */
import { createHash } from 'node:crypto';

import type { DesiredConfiguration, DesiredEntity, DesiredType } from '../model/desired-entity.ts';
import { foreignFieldsOf, namingFieldOf } from '../model/schema/entity-schema.ts';
import type { Schemas } from '../model/schema/entity-schema.ts';
import { SCHEMAS } from '../plugins/schemas.ts';
import { checkEntities } from './check-entities.ts';
import { EntityIndex } from './entity-index.ts';
import { fileEntities } from './file-entities.ts';
import type { FileEntity } from './file-entities.ts';
import { fileReferences } from './file-references.ts';
import type { FileReference } from './file-references.ts';
import { plainSecrets, referencedKeys } from './secrets.ts';
import { Source, pathText } from './source.ts';
import type { SourceError } from './source.ts';

interface ReadOptions {
  /** Whether to accept plugins that this gateway does not have, for another gateway. @default false */
  readonly takesUnknownPlugins?: boolean;
  /** @default - the entity types of this gateway */
  readonly schemas?: Schemas;
}

interface UsedPlugin {
  readonly name: string;
  readonly path: string;
  readonly line: number;
}

/** `entities` is empty when there are errors. */
interface DeclarativeReading extends DesiredConfiguration {
  readonly errors: readonly SourceError[];
  readonly plugins: readonly UsedPlugin[];
  /** References to secrets that data planes have to resolve. */
  readonly references: readonly FileReference[];
}

/** Validates a file (JSON or YAML) and returns its entities in writing order. Reports all errors, in the order of the file. */
export function readDeclarative(text: string, { takesUnknownPlugins = false, schemas = SCHEMAS }: ReadOptions = {}): DeclarativeReading {
  const source = new Source(text);
  // Entity types without endpoints are written by the control plane itself.
  const written: Schemas = new Map([...schemas].filter(([, { hasAdminApi }]) => hasAdminApi !== false));
  const types = [...written.values()].map((schema) => ({ type: schema.name, collection: schema.adminApiName ?? schema.name }));
  if (source.errors.length > 0) return { errors: source.errors, entities: [], types, plugins: [], references: [] };
  const { entities } = fileEntities(source, { schemas: written });
  const index = new EntityIndex(source);
  for (const entity of entities) index.add(entity, keyOf(source, entity, index));
  checkEntities(source, entities, index, schemas, (entity) => !takesUnknownPlugins || !isUnknownPlugin(entity));
  for (const entity of entities) checkSecrets(source, entity, takesUnknownPlugins);
  // Wrong fields may have values of any kind: what is in them is read once they are right.
  const references = source.errors.length > 0 ? [] : entities.flatMap((entity) => (
    fileReferences(source, entity, takesUnknownPlugins && entity.schema.name === 'plugins')));
  const errors = source.errorsInOrder();
  const desiredEntities = errors.length > 0 ? [] : inWritingOrder(entities, types, index);
  return { errors, entities: desiredEntities, types, plugins: usedPlugins(source, entities), references };
}

function inWritingOrder(entities: readonly FileEntity[], types: readonly DesiredType[], index: EntityIndex): readonly DesiredEntity[] {
  return types.flatMap(({ type, collection }) => (
    entities.filter(({ schema }) => schema.name === type).map((entity) => desired(entity, collection, index))));
}

function desired(entity: FileEntity, collection: string, index: EntityIndex): DesiredEntity {
  const { schema, given } = entity;
  const foreign = foreignFieldsOf(schema);
  const apart = new Set(['id', ...foreign.map(({ name }) => name)]);
  const references = foreign.flatMap(({ name, reference }) => {
    const target = index.target(entity, name, reference);
    return target ? [[name, { type: reference, key: index.keyOf(target) }] as const] : [];
  });
  return {
    type: schema.name,
    collection,
    key: index.keyOf(entity),
    fields: Object.fromEntries(Object.entries(given).filter(([name]) => !apart.has(name))),
    references: Object.fromEntries(references),
  };
}

/** The name or id by which the Admin API finds the entity when the file is applied again. */
function keyOf(source: Source, { schema, given, path, parent }: FileEntity, index: EntityIndex): string {
  if (typeof given.id === 'string') return given.id;
  const naming = namingFieldOf(schema);
  const name = naming === undefined ? undefined : given[naming];
  if (typeof name === 'string') return name;
  const combination = schema.uniqueTogether?.[0];
  if (combination) {
    // Plugins need no name: their plugin name and scope identify them. So do consumer and group a membership.
    const foreign = new Set(foreignFieldsOf(schema).map((field) => field.name));
    const own = combination.filter((field) => !foreign.has(field));
    const place = [...foreign].map((field) => given[field]);
    return derivedId([schema.name, ...own.map((field) => given[field]), parent && index.keyOf(parent.of), ...place]);
  }
  if (naming === undefined) source.reject(path, 'expected an id (a UUID): nothing else identifies a credential, whose key is a secret');
  else source.reject(path, `expected a ${naming}: it identifies the entity when the file changes`);
  return pathText(path);
}

function checkSecrets(source: Source, { schema, given, path }: FileEntity, isForKong: boolean): void {
  for (const secret of plainSecrets(schema, given)) {
    const message = 'got a secret in plain text, expected a reference such as {vault://env/name}: '
      + 'the file, the template and the ConfigMap expose it';
    source.reject([...path, ...secret], message);
  }
  for (const name of isForKong ? referencedKeys(schema, given) : []) {
    source.reject([...path, name], "got a reference, which Kong's data planes would use as the key itself, expected no credential: "
      + 'create it through the Admin API');
  }
}

function isUnknownPlugin({ schema, given }: FileEntity): boolean {
  return schema.name === 'plugins' && typeof given.name === 'string' && !schema.subschema!.choose(given.name);
}

function usedPlugins(source: Source, entities: readonly FileEntity[]): readonly UsedPlugin[] {
  return entities.flatMap(({ schema, given, path }) => (
    schema.name === 'plugins' && typeof given.name === 'string'
      ? [{ name: given.name, path: pathText(path), line: source.lineOf(path) }]
      : []));
}

/** A UUID (version 8, RFC 9562 §5.8) that is the same for the same parts. */
function derivedId(parts: readonly unknown[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
