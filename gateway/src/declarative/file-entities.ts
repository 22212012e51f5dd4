/**
 * Collects the entities of a declarative file in the order of the file: nested (routes in services, plugins in routes, keys in consumers)
 * or flat with references. Reports everything else with its line.
 */
import { FORMAT_VERSIONS, upgradedRow } from '../model/format-version.ts';
import { foreignFieldsOf } from '../model/schema/entity-schema.ts';
import type { EntitySchema, Schemas } from '../model/schema/entity-schema.ts';
import type { EntityValue } from '../model/schema/field.ts';
import { isPlainObject } from '../model/schema/validate-field.ts';
import type { Source, SourcePath } from './source.ts';

export interface FileEntity {
  readonly schema: EntitySchema;
  /** Fields as written, in format 3.0, without nested entities and comments. */
  readonly given: EntityValue;
  readonly path: SourcePath;
  /** The entity around it, and the field that refers to that one in a flat file. */
  readonly parent?: { readonly field: string; readonly of: FileEntity };
}

/** The entity types that a file may contain. */
interface FileRules {
  readonly schemas: Schemas;
  /** Entity types without a schema in this version, whose rows are passed on unchanged. @default - none */
  readonly carried?: ReadonlySet<string>;
}

interface FileContents {
  readonly entities: readonly FileEntity[];
  /** Rows of entity types without a schema, by type. */
  readonly carried: ReadonlyMap<string, readonly EntityValue[]>;
}

/** Top-level keys that are not entity types: the format, comments, and decK's metadata. */
const OTHER_KEYS = new Set(['_format_version', '_transform', '_comment', '_ignore', '_info']);

/** Keys of entities that the gateway ignores. */
const COMMENTS = new Set(['_comment', '_ignore']);

export function fileEntities(source: Source, rules: FileRules): FileContents {
  const walk = new FileWalk(source, rules);
  walk.file();
  return walk;
}

class FileWalk implements FileContents {
  readonly entities: FileEntity[] = [];
  readonly carried = new Map<string, EntityValue[]>();
  readonly #source: Source;
  readonly #schemas: Schemas;
  readonly #carriedTypes: ReadonlySet<string>;
  #version: unknown;

  constructor(source: Source, { schemas, carried = new Set() }: FileRules) {
    this.#source = source;
    this.#schemas = schemas;
    this.#carriedTypes = new Set([...carried].filter((name) => !schemas.has(name)));
  }

  file(): void {
    const { content } = this.#source;
    if (!isPlainObject(content)) {
      return this.#source.reject([], 'expected a file in the declarative format: _format_version and lists such as services');
    }
    this.#header(content);
    for (const [name, list] of Object.entries(content)) {
      if (OTHER_KEYS.has(name)) continue;
      const schema = this.#schemas.get(name);
      if (schema) this.#list(schema, list, [name]);
      else if (this.#carriedTypes.has(name)) this.#carry(name, list, [name]);
      else this.#source.reject([name], `expected one of ${[...this.#schemas.keys()].join(', ')}`);
    }
  }

  #header({ _format_version: version, _transform: transform }: EntityValue): void {
    this.#version = version;
    if (!FORMAT_VERSIONS.includes(version as string)) {
      const got = version === undefined ? 'nothing' : JSON.stringify(version);
      this.#source.reject(['_format_version'], `got ${got}, expected one of ${FORMAT_VERSIONS.map((known) => `"${known}"`).join(', ')}`);
    }
    if (transform !== undefined && transform !== null && typeof transform !== 'boolean') {
      this.#source.reject(['_transform'], `got ${JSON.stringify(transform)}, expected true or false`);
    }
  }

  #list(schema: EntitySchema, list: unknown, path: SourcePath, parent?: FileEntity['parent']): void {
    this.#records(list, path, (given, itemPath) => this.#entity(schema, given, itemPath, parent));
  }

  #carry(type: string, list: unknown, path: SourcePath): void {
    const rows = this.carried.get(type) ?? [];
    this.carried.set(type, rows);
    this.#records(list, path, (given) => rows.push(given));
  }

  /** null and an empty object count as an empty list: Lua programs, which do not distinguish them, write such files. */
  #records(list: unknown, path: SourcePath, each: (given: EntityValue, path: SourcePath) => void): void {
    if (list === null || (isPlainObject(list) && Object.keys(list).length === 0)) return;
    if (!Array.isArray(list)) return this.#source.reject(path, 'expected a list');
    list.forEach((given: unknown, at) => {
      if (isPlainObject(given)) each(given, [...path, at]);
      else this.#source.reject([...path, at], 'expected a record with fields');
    });
  }

  #entity(schema: EntitySchema, item: EntityValue, path: SourcePath, parent: FileEntity['parent']): void {
    const nested = Object.keys(item).filter((name) => !Object.hasOwn(schema.fields, name));
    const children = nested.flatMap((name) => {
      const child = this.#schemas.get(name);
      const field = child && foreignFieldsOf(child).find(({ reference }) => reference === schema.name)?.name;
      return child && field ? [{ name, child, field }] : [];
    });
    const carried = nested.filter((name) => this.#carriedTypes.has(name));
    const apart = new Set([...children.map(({ name }) => name), ...carried]);
    const given = Object.fromEntries(Object.entries(item).filter(([name]) => !apart.has(name) && !COMMENTS.has(name)));
    const entity: FileEntity = { schema, given: upgradedRow(this.#version, schema.name, given), path, ...parent && { parent } };
    this.entities.push(entity);
    for (const { name, child, field } of children) this.#list(child, item[name], [...path, name], { field, of: entity });
    for (const name of carried) this.#carry(name, item[name], [...path, name]);
  }
}
