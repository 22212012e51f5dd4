/**
 * Reads a declarative file for a control plane: the constructs validate it at synth, and a Job writes its entities through the Admin API.
 * Many people can read such a file, so it must not contain secrets. When it changes, the Job finds its entities by their names.
 */
import { createHash } from 'node:crypto';

import type { DesiredConfiguration, DesiredEntity, DesiredType } from '../model/desired-entity.ts';
import { foreignFieldsOf, namingFieldOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import { plainSecrets, referencedKeys } from '../model/schema/secret-values.ts';
import { schemasFor } from '../plugins/schemas.ts';
import type { EntityIndex } from './entity-index.ts';
import type { FileEntity } from './file-entities.ts';
import { fileReferences } from './file-references.ts';
import type { FileReference } from './file-references.ts';
import type { Problems } from './problems.ts';
import { readConfiguration } from './reading.ts';
import type { Reading } from './reading.ts';
import { pathText } from './source.ts';
import type { SourceError } from './source.ts';

interface ReadOptions {
  /**
   * Whether plugins are for another gateway: it may have plugins and fields of them that this one does not have, so they are not checked.
   *
   * @default false
   */
  readonly takesAnyPlugin?: boolean;
  /** Texts that stand for values which are known later, and are no secrets where a field has not the name of one. @default - none */
  readonly laterValues?: readonly string[];
  /** @default - the entity types of a control plane */
  readonly schemas?: Schemas;
}

interface UsedPlugin {
  readonly name: string;
  readonly enabled: boolean;
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

const { schemas: OF_CONTROL_PLANES } = schemasFor({ role: 'control_plane' });

/** Validates a file (JSON or YAML) and returns its entities in writing order. Reports all errors, in the order of the file. */
export function readDeclarative(text: string, options: ReadOptions = {}): DeclarativeReading {
  const { takesAnyPlugin = false, laterValues = [], schemas = OF_CONTROL_PLANES } = options;
  // Entity types without endpoints are written by the control plane itself.
  const written: Schemas = new Map([...schemas].filter(([, { hasAdminApi }]) => hasAdminApi !== false));
  const types = [...written.values()].map(desiredType);
  let references: readonly FileReference[] = [];
  const reading = readConfiguration(text, {
    schemas: written,
    now: 1,
    takesMetadata: true,
    keyOf,
    isChecked: ({ schema }) => !takesAnyPlugin || schema.name !== 'plugins',
    check: (entities, problems) => {
      for (const entity of entities) checkSecrets(problems, entity, takesAnyPlugin, laterValues);
      // Wrong fields may have values of any kind: what is in them is read once they are right.
      if (!problems.isEmpty) return;
      references = entities.flatMap((entity) => (
        fileReferences(problems, entity, takesAnyPlugin && entity.schema.name === 'plugins')));
    },
  });
  const errors = reading.lines();
  const entities = errors.length > 0 ? [] : inWritingOrder(reading, types);
  return { errors, entities, types, plugins: usedPlugins(reading), references };
}

function desiredType(schema: EntitySchema): DesiredType {
  const [parent] = schema.isNestedOnly ? foreignFieldsOf(schema) : [];
  return {
    type: schema.name,
    collection: schema.adminApiName ?? schema.name,
    ...parent && { below: { type: parent.reference, field: parent.name } },
  };
}

function inWritingOrder({ entities, index }: Reading, types: readonly DesiredType[]): readonly DesiredEntity[] {
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

const SECRET_KEY = 'nothing else identifies a credential, whose key is a secret';

/** The name or id by which the Admin API finds the entity when the file is applied again. */
function keyOf({ schema, given, path, parent }: FileEntity, index: EntityIndex, problems: Problems): string {
  if (typeof given.id === 'string') return given.id;
  const naming = namingFieldOf(schema);
  const name = naming === undefined ? undefined : given[naming];
  if (typeof name === 'string' && schema.fields[naming!]!.unique) return name;
  const [together] = schema.uniqueTogether ?? [];
  if (together) {
    // Plugins need no name: their plugin name and scope identify them. So do consumer and group a
    // membership. Targets are named within their upstream only.
    const scope = foreignFieldsOf(schema).map((field) => field.name);
    const own = together.filter((field) => !scope.includes(field)).map((field) => given[field]);
    return derivedId([schema.name, ...own, parent && index.keyOf(parent.of), ...scope.map((field) => given[field])]);
  }
  const why = schema.credential ? SECRET_KEY : 'such an entity has no name';
  if (naming === undefined) problems.reject(path, `expected an id (a UUID): ${why}`);
  else problems.reject(path, `expected a ${naming}: it identifies the entity when the file changes`);
  return pathText(path);
}

function checkSecrets(
  problems: Problems, { schema, given, path }: FileEntity, isForKong: boolean, laterValues: readonly string[],
): void {
  for (const secret of plainSecrets(schema, given, laterValues)) {
    const message = 'got a secret in plain text, expected a reference such as {vault://env/name}: '
      + 'the file, the template and the ConfigMap expose it';
    problems.reject([...path, ...secret], message);
  }
  for (const name of isForKong ? referencedKeys(schema, given) : []) {
    problems.reject([...path, name], "got a reference, which Kong's data planes would use as the key itself, expected no credential: "
      + 'create it through the Admin API');
  }
}

function usedPlugins({ entities, lineOf }: Reading): readonly UsedPlugin[] {
  return entities.flatMap(({ schema, given, path }) => (
    schema.name === 'plugins' && typeof given.name === 'string' ? [{
      name: given.name, enabled: given.enabled !== false, path: pathText(path), line: lineOf(path),
    }] : []));
}

/** A UUID (version 8, RFC 9562 §5.8) that is the same for the same parts. */
function derivedId(parts: readonly unknown[]): string {
  const hex = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
