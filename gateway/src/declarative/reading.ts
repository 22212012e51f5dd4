/** The one reader of declarative configurations: nodes, the Admin API, the command line and the constructs read through it. */
import type { Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { checkEntities } from './check-entities.ts';
import { EntityIndex } from './entity-index.ts';
import type { ErrorTree } from './error-tree.ts';
import { fileEntities } from './file-entities.ts';
import type { FileEntity } from './file-entities.ts';
import { Problems } from './problems.ts';
import { Source } from './source.ts';
import type { ConfigurationSource, SourceError, SourcePath } from './source.ts';

export interface ReadingOptions {
  /** The entity types that the configuration may contain, and those that they refer to. */
  readonly schemas: Schemas;
  /** Seconds since 1970. */
  readonly now: number;
  /** Whether to accept what decK writes: about a file, and in references. @default false */
  readonly takesMetadata?: boolean;
  /** Longest text in YAML. @default - any length */
  readonly maxYamlCharacters?: number;
  /** Whether the schema of an entity is known. @default - always */
  readonly isChecked?: (entity: FileEntity) => boolean;
  /** Entities outside of the configuration that references may lead to. Those of the configuration come first. @default - none */
  readonly known?: readonly KnownEntity[];
  /** More checks. @default - none */
  readonly check?: (entities: readonly FileEntity[], problems: Problems) => void;
  /** What identifies an entity. References lead to it, and two entities may not have the same one. */
  keyOf(entity: FileEntity, index: EntityIndex, problems: Problems): string;
}

/** An entity that exists already. */
export interface KnownEntity {
  readonly type: string;
  /** With its id. */
  readonly fields: EntityValue;
}

export interface Reading {
  /** In the order of the configuration. */
  readonly entities: readonly FileEntity[];
  readonly index: EntityIndex;
  /** Every checked entity with all its fields: defaults filled in, references as `{ id }`. */
  readonly complete: ReadonlyMap<FileEntity, EntityValue>;
  /** Whether values are as people write them, so that passwords have to be hashed; false in exports. */
  readonly transforms: boolean;
  readonly isValid: boolean;
  /** Set for a text that is too long: what to do. */
  readonly tooLarge?: string;
  /** What is wrong, for people. */
  lines(): readonly SourceError[];
  /** What is wrong, as Kong tells it. */
  tree(): ErrorTree;
  lineOf(path: SourcePath): number;
  /** The configuration as given. Where its fields are valid, and something else is wrong, with the ids of its entities. */
  content(): unknown;
}

/** @param given a text in JSON or YAML, or the object that was read from it */
export function readConfiguration(given: string | object, options: ReadingOptions): Reading {
  return readSource(new Source(given, options.maxYamlCharacters), options);
}

export function readSource(source: ConfigurationSource, { schemas, now, keyOf, known = [], ...options }: ReadingOptions): Reading {
  if (source.errors.length > 0) return unreadable(source, schemas);
  const problems = new Problems(source);
  const entities = fileEntities(source.content, problems, { schemas, ...options });
  const index = new EntityIndex(problems, schemas, options.takesMetadata ?? false);
  for (const entity of entities) index.add(entity, keyOf(entity, index, problems));
  for (const { type, fields } of known) index.addKnown(schemas.get(type), fields);
  const complete = checkEntities(entities, { problems, index, schemas, now, ...options });
  options.check?.(entities, problems);
  const { _transform: transform } = Object(source.content) as { readonly _transform?: unknown };
  return {
    entities, index, complete, transforms: transform !== false, isValid: problems.isEmpty,
    lines: () => problems.lines(), tree: () => problems.tree(), lineOf: (path) => source.placeOf(path).line,
    content: () => (problems.hasInvalidFields ? source.content : withIds(source.content, entities, index)),
  };
}

function withIds(content: unknown, entities: readonly FileEntity[], index: EntityIndex): unknown {
  const copy: unknown = structuredClone(content);
  for (const entity of entities) {
    if (entity.schema.primaryKey !== undefined) continue;
    const item = entity.path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], copy);
    (item as Record<string, unknown>).id ??= index.keyOf(entity);
  }
  return copy;
}

function unreadable(source: ConfigurationSource, schemas: Schemas): Reading {
  const [{ line, message }] = source.errors as readonly [SourceError];
  const text = `failed parsing declarative configuration: ${message}${source.isText ? ` (line ${line})` : ''}`;
  return {
    entities: [], complete: new Map(), transforms: true, isValid: false, ...source.isTooLarge && { tooLarge: message },
    index: new EntityIndex(new Problems(source), schemas, false),
    lines: () => source.errors, tree: () => new Map([['error', text]]), lineOf: () => 1, content: () => undefined,
  };
}
