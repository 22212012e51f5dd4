/** Reads state files into the entities that they want, complete by the schemas. */
import { randomUUID } from 'node:crypto';
import type { FileEntity } from '../../gateway/src/declarative/file-entities.ts';
import { readSource } from '../../gateway/src/declarative/reading.ts';
import type { KnownEntity, Reading } from '../../gateway/src/declarative/reading.ts';
import type { ConfigurationSource, SourceError } from '../../gateway/src/declarative/source.ts';
import type { Schemas } from '../../gateway/src/model/schema/entity-schema.ts';
import type { EntityValue } from '../../gateway/src/model/schema/field.ts';
import { isPlainObject } from '../../gateway/src/model/schema/plain-object.ts';
import { identityFields, isIdentified } from './identity.ts';
import { fileTypes } from './managed-types.ts';

export interface DesiredEntity {
  readonly entity: FileEntity;
  /** The id in the file, or one for the case that the entity is new. */
  readonly id: string;
  /** Whether the file gives the id. */
  readonly hasId: boolean;
  /** Every field; references are ids of this kind. */
  readonly complete: EntityValue;
}

export interface DesiredState {
  readonly errors: readonly SourceError[];
  /** In the order of the files; empty when there are errors. */
  readonly entities: readonly DesiredEntity[];
}

/** What a file says about itself. */
export interface FileFacts {
  readonly selectTags: readonly string[];
  /** By entity type: tags of entities that the file refers to without containing them. */
  readonly lookupTags: Readonly<Record<string, readonly string[]>>;
}

interface DesiredOptions {
  readonly schemas: Schemas;
  /** Replaces the tags that the files give. @default - those of the files */
  readonly selectTags?: readonly string[];
  readonly known?: readonly KnownEntity[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

export function factsOf({ content }: ConfigurationSource): FileFacts {
  const info = isPlainObject(content) && isPlainObject(content._info) ? content._info : {};
  const lookup = isPlainObject(info.default_lookup_tags) ? info.default_lookup_tags : {};
  return {
    selectTags: textsIn(info.select_tags),
    lookupTags: Object.fromEntries(Object.entries(lookup).map(([type, tags]) => [type, textsIn(tags)])),
  };
}

export function desiredState(source: ConfigurationSource, { schemas, selectTags, known = [], now }: DesiredOptions): DesiredState {
  const reading = readSource(selectTags === undefined ? source : withSelectTags(source, selectTags), {
    schemas: fileTypes(schemas), now: now / 1000, takesMetadata: true, known,
    keyOf: ({ schema, given, path, parent }, _index, problems) => {
      if (typeof given.id === 'string') return given.id.toLowerCase();
      if (!isIdentified(schema, given, parent?.field)) {
        problems.reject(
          path, `expected ${identityFields(schema)}: without one, the entity would be another one whenever the file is applied`,
        );
      }
      return randomUUID();
    },
  });
  const errors = [...reading.lines(), ...transformErrors(source, reading)];
  return {
    errors, entities: errors.length > 0 ? [] : [...reading.complete].map(([entity, complete]) => desired(entity, complete, reading)),
  };
}

function desired(entity: FileEntity, complete: EntityValue, { index }: Reading): DesiredEntity {
  const id = index.keyOf(entity);
  return { entity, id, hasId: typeof entity.given.id === 'string', complete: { ...complete, id } };
}

/** Values that are hashed already cannot be written through an API that hashes them. */
function transformErrors(source: ConfigurationSource, { transforms }: Reading): readonly SourceError[] {
  if (transforms) return [];
  const { path = ['_transform'], ...place } = source.placeOf(['_transform']);
  return [{ ...place, path: path.join('.'), message: 'got false, expected true: the Admin API hashes the values that it is sent' }];
}

function withSelectTags(source: ConfigurationSource, tags: readonly string[]): ConfigurationSource {
  const { content } = source;
  if (!isPlainObject(content)) return source;
  return {
    content: { ...content, _info: { ...isPlainObject(content._info) ? content._info : {}, select_tags: tags } },
    errors: source.errors, isTooLarge: source.isTooLarge, isText: source.isText, placeOf: (path) => source.placeOf(path),
  };
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
